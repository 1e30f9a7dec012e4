//! Where the terminal reporter writes: stdout and stderr, which may be one screen, and a progress
//! line at its end.

use std::collections::HashMap;
use std::io::{Result, Write};

use console::Term;

use super::line::Line;
use super::printable::Prints;
use crate::model::{RunId, Stream};

const RESET: &[u8] = b"\x1b[m";

/// What of the two streams is a screen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Terminals {
    pub stdout: bool,
    pub stderr: bool,
    /// Whether stderr shows colours.
    pub colours: bool,
}

impl Terminals {
    fn have(self, stream: Stream) -> bool {
        match stream {
            Stream::Stdout => self.stdout,
            Stream::Stderr => self.stderr,
        }
    }
}

pub(super) struct Screen<Out, Log> {
    out: Out,
    log: Log,
    terminals: Terminals,
    /// What runs print on terminals.
    prints: HashMap<(RunId, Stream), Prints>,
    /// Whose colours are on.
    coloured: Option<(RunId, Stream)>,
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
            terminals,
            prints: HashMap::new(),
            coloured: None,
            shared: terminals.stdout && terminals.stderr,
            out_line: Line::default(),
            log_line: Line::default(),
            progress: moves.then(Progress::default),
        }
    }

    /// What a run prints: harmless on a terminal, and as it is elsewhere.
    pub(super) fn print(&mut self, run: RunId, stream: Stream, bytes: &[u8]) -> Result<()> {
        self.clear_progress()?;
        if !self.terminals.have(stream) {
            self.write(stream, bytes)?;
            return self.out.flush();
        }
        let of = (run, stream);
        let prints = self.prints.entry(of).or_default();
        let before = prints.colours().to_owned();
        let shown = prints.push(bytes);
        let colours_are_on = !prints.colours().is_empty();
        if self.coloured != Some(of) {
            self.reset_colours()?;
            self.write(stream, before.as_bytes())?;
        }
        self.coloured = colours_are_on.then_some(of);
        self.write(stream, shown.as_bytes())?;
        self.out.flush()
    }

    /// The instance that printed is gone.
    pub(super) fn end_prints(&mut self, run: RunId) -> Result<()> {
        // Most runs print nothing.
        if self.prints.is_empty() {
            return Ok(());
        }
        for stream in [Stream::Stdout, Stream::Stderr] {
            if let Some(prints) = self.prints.remove(&(run, stream)) {
                let rest = prints.end();
                if !rest.is_empty() {
                    self.clear_progress()?;
                    self.reset_colours()?;
                    self.write(stream, rest.as_bytes())?;
                }
            }
        }
        Ok(())
    }

    /// A line of the log.
    pub(super) fn log(&mut self, line: &str) -> Result<()> {
        self.write_line(Stream::Stderr, line)
    }

    /// A line of stdout, which a guest has chosen.
    pub(super) fn answer(&mut self, line: &str) -> Result<()> {
        match self.terminals.stdout {
            true => {
                let line = Prints::default().push(line.as_bytes());
                self.write_line(Stream::Stdout, &line)
            }
            false => self.write_line(Stream::Stdout, line),
        }
    }

    fn write_line(&mut self, stream: Stream, line: &str) -> Result<()> {
        self.clear_progress()?;
        self.reset_colours()?;
        if !self.line(stream).is_fresh() {
            self.write(stream, b"\n")?;
        }
        self.write(stream, line.as_bytes())?;
        self.write(stream, b"\n")
    }

    /// What follows is of somebody else.
    fn reset_colours(&mut self) -> Result<()> {
        match self.coloured.take() {
            Some((_, stream)) => self.write(stream, RESET),
            None => Ok(()),
        }
    }

    pub(super) fn flush(&mut self) -> Result<()> {
        self.reset_colours()?;
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

    fn write(&mut self, stream: Stream, bytes: &[u8]) -> Result<()> {
        self.line(stream).push(bytes);
        match stream {
            Stream::Stdout => {
                if self.shared {
                    self.log.flush()?;
                }
                self.out.write_all(bytes)
            }
            Stream::Stderr => {
                if self.shared {
                    self.out.flush()?;
                }
                self.log.write_all(bytes)
            }
        }
    }

    fn line(&mut self, stream: Stream) -> &mut Line {
        match stream {
            Stream::Stdout if !self.shared => &mut self.out_line,
            Stream::Stdout | Stream::Stderr => &mut self.log_line,
        }
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
    use std::cell::RefCell;

    use uuid::Uuid;

    use super::*;

    const RUN: RunId = RunId(Uuid::nil());
    const OTHER: RunId = RunId(Uuid::max());
    const BOTH: Terminals = Terminals {
        stdout: true,
        stderr: true,
        colours: true,
    };

    /// What two streams get, or one screen that is both.
    fn written(
        terminals: Terminals,
        write: impl FnOnce(&mut Screen<Part<'_>, Part<'_>>) -> Result<()>,
    ) -> [String; 2] {
        let parts = [RefCell::default(), RefCell::default()];
        let log = match terminals.stdout && terminals.stderr {
            true => &parts[0],
            false => &parts[1],
        };
        write(&mut Screen::new(Part(&parts[0]), Part(log), terminals)).expect("written");
        parts.map(|part| String::from_utf8(part.into_inner()).expect("text"))
    }

    struct Part<'a>(&'a RefCell<Vec<u8>>);

    impl Write for Part<'_> {
        fn write(&mut self, bytes: &[u8]) -> Result<usize> {
            self.0.borrow_mut().write(bytes)
        }

        fn flush(&mut self) -> Result<()> {
            Ok(())
        }
    }

    #[test]
    fn logs_and_answers_begin_on_a_line_of_their_own() {
        let written = written(Terminals::default(), |screen| {
            screen.print(RUN, Stream::Stdout, b"1 2 ")?;
            screen.print(RUN, Stream::Stderr, b"oh")?;
            screen.log("logged")?;
            screen.answer("3")
        });
        assert_eq!(written, ["1 2 \n3\n", "oh\nlogged\n"]);
    }

    #[test]
    fn prints_are_harmless_on_a_terminal_and_as_they_are_elsewhere() {
        let stdout = Terminals {
            stdout: true,
            ..Terminals::default()
        };
        let written = written(stdout, |screen| {
            screen.print(RUN, Stream::Stdout, b"\x1b")?;
            screen.print(OTHER, Stream::Stdout, b"a")?;
            screen.print(RUN, Stream::Stdout, b"[2J\x1b[")?;
            screen.end_prints(RUN)?;
            screen.print(RUN, Stream::Stderr, b"\x1b[2J\x07")?;
            screen.answer("\"\u{9b}2J\"")
        });
        let stdout = "a\\u{1b}[2J\\u{1b}[\n\"\\u{9b}2J\"\n";
        assert_eq!(written, [stdout, "\x1b[2J\x07"]);
    }

    #[test]
    fn the_colours_of_a_run_are_its_own() {
        let written = written(BOTH, |screen| {
            screen.print(RUN, Stream::Stdout, b"\x1b[31mred\n")?;
            screen.log("logged")?;
            screen.print(RUN, Stream::Stdout, b"red")?;
            screen.print(OTHER, Stream::Stdout, b"plain")?;
            screen.print(RUN, Stream::Stdout, b"\x1b[0mplain\n")?;
            screen.flush()?;
            screen.print(RUN, Stream::Stderr, b"\x1b[32mgreen")?;
            screen.flush()
        });
        let expected = "\x1b[31mred\n\x1b[mlogged\n\x1b[31mred\x1b[mplain\
                        \x1b[31m\x1b[0mplain\n\x1b[32mgreen\x1b[m";
        assert_eq!(written, [expected, ""]);
    }
}
