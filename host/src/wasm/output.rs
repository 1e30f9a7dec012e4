//! What a guest prints, on its way to the mailbox.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use tokio::io::AsyncWrite;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamError, StreamResult};

use crate::model::{RunId, Stream};
use crate::runner::Mailbox;
use crate::scheduler::Input;

/// Bytes that one attempt may print and log: the mailbox has no bound.
const OUTPUT_LIMIT: usize = 16 << 20;
/// Bytes of stderr that are kept to explain a crash.
const LAST_WORDS: usize = 1024;
/// Bytes that one write takes.
const CHUNK: usize = 64 << 10;

/// Shared by the streams of one attempt.
#[derive(Debug, Default)]
pub(super) struct Printed {
    total: usize,
    last_words: Vec<u8>,
}

impl Printed {
    /// Counts what is printed or logged; false once it is too much.
    pub(super) fn admit(&mut self, bytes: usize) -> bool {
        self.total += bytes;
        self.total <= OUTPUT_LIMIT
    }

    /// The end of what was printed on stderr, on one line.
    pub(super) fn last_words(&self) -> String {
        let text = String::from_utf8_lossy(&self.last_words);
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn remember(&mut self, bytes: &[u8]) {
        self.last_words.extend_from_slice(bytes);
        let surplus = self.last_words.len().saturating_sub(LAST_WORDS);
        self.last_words.drain(..surplus);
    }
}

#[derive(Clone)]
pub(super) struct Output {
    pub(super) run: RunId,
    pub(super) stream: Stream,
    pub(super) mailbox: Mailbox,
    pub(super) printed: Arc<Mutex<Printed>>,
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
    async fn ready(&mut self) {}
}

#[wasmtime_wasi::async_trait]
impl OutputStream for Output {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        let mut printed = self.printed.lock().expect("never held across a panic");
        if !printed.admit(bytes.len()) {
            return Err(StreamError::trap("printed more than 16 MiB"));
        }
        if self.stream == Stream::Stderr {
            printed.remember(&bytes);
        }
        self.mailbox.send(Input::Printed {
            run: self.run,
            stream: self.stream,
            bytes,
        });
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(CHUNK)
    }
}
