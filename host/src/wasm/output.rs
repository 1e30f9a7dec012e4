//! What a guest prints, on its way to the mailbox.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use tokio::io::AsyncWrite;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamError, StreamResult};

use crate::model::{Cap, Exceeded, Level, Limits, Stream};
use crate::runner::{History, Job, Mailbox};
use crate::scheduler::Input;

/// Bytes of stderr that are kept to explain a crash.
const LAST_WORDS: usize = 1024;
/// Bytes that one write takes.
const CHUNK: usize = 64 << 10;

/// Shared by the streams of one attempt.
#[derive(Debug, Default)]
pub(super) struct Printed {
    total: usize,
    lines: u64,
    last_words: Vec<u8>,
    /// The start of a line that is to be logged.
    line: Vec<u8>,
}

impl Printed {
    /// Counts what is printed or logged; an error once it is too much.
    pub(super) fn admit(
        &mut self,
        limits: &Limits,
        bytes: usize,
        lines: usize,
    ) -> Result<(), Exceeded> {
        self.total += bytes;
        self.lines += lines as u64;
        if self.total > limits.size(Cap::Output) {
            return Err(limits.exceeded(Cap::Output));
        }
        match self.lines > limits.of(Cap::OutputLines) {
            true => Err(limits.exceeded(Cap::OutputLines)),
            false => Ok(()),
        }
    }

    /// The end of what was printed on stderr, on one line. A word that was cut in two is left out:
    /// nobody would recognise half a secret.
    pub(super) fn last_words(&self) -> String {
        let text = String::from_utf8_lossy(&self.last_words);
        let cut = usize::from(self.last_words.len() == LAST_WORDS);
        let words: Vec<_> = text.split_whitespace().skip(cut).collect();
        words.join(" ")
    }

    fn remember(&mut self, bytes: &[u8]) {
        self.last_words.extend_from_slice(bytes);
        let surplus = self.last_words.len().saturating_sub(LAST_WORDS);
        self.last_words.drain(..surplus);
    }
}

#[derive(Clone)]
pub(super) struct Output {
    pub(super) job: Arc<Job>,
    pub(super) stream: Stream,
    pub(super) mailbox: Mailbox,
    pub(super) printed: Arc<Mutex<Printed>>,
    pub(super) history: Option<Arc<Mutex<History>>>,
    /// Lines go to the run's log.
    pub(super) log_prints: bool,
}

impl Output {
    /// What is printed now was printed before.
    fn is_replaying(&self) -> bool {
        let history = self.history.as_ref().map(|history| history.lock());
        history.is_some_and(|history| history.expect("never held across a panic").is_replaying())
    }

    fn log_lines(&self, printed: &mut Printed, bytes: &[u8]) {
        let mut pieces = bytes.split(|&byte| byte == b'\n');
        printed
            .line
            .extend_from_slice(pieces.next().unwrap_or_default());
        for next in pieces {
            self.log(std::mem::replace(&mut printed.line, next.to_vec()));
        }
    }

    /// Logs the line that has no end.
    pub(super) fn log_rest(&self) {
        let mut printed = self.printed.lock().expect("never held across a panic");
        if !printed.line.is_empty() {
            self.log(std::mem::take(&mut printed.line));
        }
    }

    fn log(&self, line: Vec<u8>) {
        self.mailbox.send(Input::Logged {
            run: self.job.attempt.run,
            level: Level::Info,
            message: String::from_utf8_lossy(&line).into_owned(),
        });
    }
}

impl IsTerminal for Output {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Output {
    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }

    /// Not used by WASI 0.2.
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(tokio::io::sink())
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for Output {
    async fn ready(&mut self) {
        self.mailbox.room().await;
    }
}

#[wasmtime_wasi::async_trait]
impl OutputStream for Output {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        let mut printed = self.printed.lock().expect("never held across a panic");
        self.job.meter.gave(bytes.len());
        // A write costs as much as a line.
        let lines = bytes.iter().filter(|&&byte| byte == b'\n').count();
        let admitted = printed.admit(&self.job.attempt.callee.limits, bytes.len(), lines.max(1));
        admitted.map_err(|exceeded| StreamError::Trap(exceeded.into()))?;
        if self.stream == Stream::Stderr {
            printed.remember(&bytes);
        }
        if self.is_replaying() {
            return Ok(());
        }
        if self.log_prints {
            self.log_lines(&mut printed, &bytes);
            return Ok(());
        }
        self.mailbox.send(Input::Printed {
            run: self.job.attempt.run,
            stream: self.stream,
            bytes,
        });
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(if self.mailbox.has_room() { CHUNK } else { 0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_words_are_whole_words() {
        let mut printed = Printed::default();
        printed.remember(b"panicked:\n  it is all over\n");
        assert_eq!(printed.last_words(), "panicked: it is all over");
        printed.remember(&[b"half-a-secret ", &[b'x'; LAST_WORDS - 8][..]].concat());
        assert!(printed.last_words().starts_with("xxx"));
    }
}
