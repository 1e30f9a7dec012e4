//! Where the terminal reporter writes: stdout and stderr, which may be one screen, and a progress
//! line at its end.

use std::io::{Result, Write};

use console::Term;

use crate::model::Stream;

/// A line longer than this has no column that anybody needs.
const LONG_LINE: usize = 4096;

/// What of the two streams is a screen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Terminals {
    pub stdout: bool,
    pub stderr: bool,
    /// Whether stderr shows colours.
    pub colours: bool,
}

pub(super) struct Screen<Out, Log> {
    out: Out,
    log: Log,
    /// One after another, what is written lands on the same screen.
    shared: bool,
    out_line: Line,
    log_line: Line,
    progress: Option<Progress>,
}

impl<Out: Write, Log: Write> Screen<Out, Log> {
    pub(super) fn new(out: Out, log: Log, terminals: Terminals) -> Self {
        let moves = terminals.stderr && !console::is_dumb();
        Self {
            out,
            log,
            shared: terminals.stdout && terminals.stderr,
            out_line: Line::default(),
            log_line: Line::default(),
            progress: moves.then(Progress::default),
        }
    }

    /// What a guest prints, as it is.
    pub(super) fn print(&mut self, stream: Stream, bytes: &[u8]) -> Result<()> {
        self.clear_progress()?;
        match stream {
            Stream::Stdout => self.write_out(bytes)?,
            Stream::Stderr => self.write_log(bytes)?,
        }
        self.out.flush()
    }

    /// A line of the log.
    pub(super) fn log(&mut self, line: &str) -> Result<()> {
        self.clear_progress()?;
        if !self.log_line.is_fresh() {
            self.write_log(b"\n")?;
        }
        self.write_log(line.as_bytes())?;
        self.write_log(b"\n")
    }

    /// A line of stdout.
    pub(super) fn answer(&mut self, line: &str) -> Result<()> {
        self.clear_progress()?;
        if !self.line(Stream::Stdout).is_fresh() {
            self.write_out(b"\n")?;
        }
        self.write_out(line.as_bytes())?;
        self.write_out(b"\n")
    }

    pub(super) fn flush(&mut self) -> Result<()> {
        self.log.flush()?;
        self.out.flush()
    }

    /// Shows the text below everything else, until something is written.
    pub(super) fn show_progress(&mut self, text: &str) -> Result<()> {
        self.flush()?;
        match &mut self.progress {
            Some(progress) => progress.draw(text, &self.log_line),
            None => Ok(()),
        }
    }

    fn clear_progress(&mut self) -> Result<()> {
        match &mut self.progress {
            Some(progress) => progress.clear(),
            None => Ok(()),
        }
    }

    fn write_out(&mut self, bytes: &[u8]) -> Result<()> {
        if self.shared {
            self.log.flush()?;
        }
        self.line(Stream::Stdout).push(bytes);
        self.out.write_all(bytes)
    }

    fn write_log(&mut self, bytes: &[u8]) -> Result<()> {
        if self.shared {
            self.out.flush()?;
        }
        self.line(Stream::Stderr).push(bytes);
        self.log.write_all(bytes)
    }

    fn line(&mut self, stream: Stream) -> &mut Line {
        match stream {
            Stream::Stdout if !self.shared => &mut self.out_line,
            Stream::Stdout | Stream::Stderr => &mut self.log_line,
        }
    }
}

/// The line that the next byte goes to.
#[derive(Debug, Default)]
struct Line {
    /// What follows the last line feed or carriage return.
    tail: Vec<u8>,
    /// A carriage return left something standing.
    returned: bool,
}

impl Line {
    fn push(&mut self, bytes: &[u8]) {
        let end = bytes
            .iter()
            .rposition(|&byte| matches!(byte, b'\n' | b'\r'));
        let rest = match end {
            Some(end) => {
                self.returned = bytes[end] == b'\r';
                self.tail.clear();
                &bytes[end + 1..]
            }
            None => bytes,
        };
        let room = LONG_LINE.saturating_sub(self.tail.len());
        self.tail.extend(&rest[..rest.len().min(room)]);
    }

    fn is_fresh(&self) -> bool {
        self.tail.is_empty() && !self.returned
    }

    /// Where the cursor is on a screen of this width, if that can be told.
    fn column(&self, width: usize) -> Option<usize> {
        let text = str::from_utf8(&self.tail).ok()?;
        if self.tail.len() == LONG_LINE || text.contains(char::is_control) {
            return None;
        }
        let column = console::measure_text_width(text).checked_rem(width)?;
        // At the end of a row, terminals differ.
        (column > 0 || text.is_empty()).then_some(column)
    }
}

/// A line that comes and goes.
struct Progress {
    terminal: Term,
    drawn: Option<Drawn>,
}

/// Where the cursor has to go back to.
enum Drawn {
    /// To the start of the progress line.
    OnFreshLine,
    /// To this column of the line above.
    Below(usize),
}

impl Default for Progress {
    fn default() -> Self {
        Self {
            terminal: Term::stderr(),
            drawn: None,
        }
    }
}

impl Progress {
    /// Draws nothing where the cursor could not be put back.
    fn draw(&mut self, text: &str, line: &Line) -> Result<()> {
        self.clear()?;
        let width = usize::from(self.terminal.size().1);
        self.drawn = match line.is_fresh() {
            true => Some(Drawn::OnFreshLine),
            false => line.column(width).map(Drawn::Below),
        };
        match self.drawn {
            Some(Drawn::OnFreshLine) => {}
            Some(Drawn::Below(_)) => self.terminal.write_str("\n")?,
            None => return Ok(()),
        }
        let text = console::truncate_str(text, width.saturating_sub(1), "…");
        self.terminal.write_str(&text)
    }

    fn clear(&mut self) -> Result<()> {
        let Some(drawn) = self.drawn.take() else {
            return Ok(());
        };
        self.terminal.clear_line()?;
        if let Drawn::Below(column) = drawn {
            self.terminal.move_cursor_up(1)?;
            self.terminal.move_cursor_right(column)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(printed: &str, fresh: bool, column: Option<usize>) {
        let mut line = Line::default();
        line.push(printed.as_bytes());
        assert_eq!((line.is_fresh(), line.column(10)), (fresh, column));
    }

    #[test]
    fn the_cursor_is_followed() {
        check("", true, Some(0));
        check("a\n", true, Some(0));
        check("a\nb", false, Some(1));
        check("AAAA\r", false, Some(0));
        check("AAAA\rBB", false, Some(2));
        check("AAAA\r\n", true, Some(0));
        check("0123456789ab", false, Some(2));
        check("世界", false, Some(4));
    }

    #[test]
    fn a_cursor_that_may_be_anywhere_has_no_column() {
        check("0123456789", false, None);
        check("\x1b[2J", false, None);
        check(&"x".repeat(5000), false, None);
    }

    #[test]
    fn logs_and_answers_begin_on_a_line_of_their_own() {
        let (mut out, mut log) = (Vec::new(), Vec::new());
        let mut screen = Screen::new(&mut out, &mut log, Terminals::default());
        screen.print(Stream::Stdout, b"1 2 ").expect("written");
        screen.print(Stream::Stderr, b"oh").expect("written");
        screen.log("logged").expect("written");
        screen.answer("3").expect("written");
        drop(screen);
        assert_eq!(out, b"1 2 \n3\n");
        assert_eq!(log, b"oh\nlogged\n");
    }
}
