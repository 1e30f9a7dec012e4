//! Where the cursor is, as far as that follows from what was written.

/// A line longer than this has no column that anybody needs.
const LONG_LINE: usize = 4096;

/// The line that the next byte goes to.
#[derive(Debug, Default)]
pub(super) struct Line {
    /// What follows the last line feed or carriage return.
    tail: Vec<u8>,
    /// A carriage return left something standing.
    returned: bool,
}

impl Line {
    pub(super) fn push(&mut self, bytes: &[u8]) {
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

    /// Without colours, which take no room.
    fn text(&self) -> String {
        let text = String::from_utf8_lossy(&self.tail);
        console::strip_ansi_codes(&text).into_owned()
    }

    pub(super) fn is_fresh(&self) -> bool {
        self.text().is_empty() && !self.returned
    }

    /// Where the cursor is on a screen of this width, if that can be told.
    pub(super) fn column(&self, width: usize) -> Option<usize> {
        let text = self.text();
        if self.tail.len() == LONG_LINE || text.contains(char::is_control) {
            return None;
        }
        let column = console::measure_text_width(&text).checked_rem(width)?;
        // At the end of a row, terminals differ.
        (column > 0 || text.is_empty()).then_some(column)
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
        check("\x1b[31m", true, Some(0));
        check("\x1b[31ma\x1b[m", false, Some(1));
    }

    #[test]
    fn a_cursor_that_may_be_anywhere_has_no_column() {
        check("0123456789", false, None);
        check("a\x08", false, None);
        check(&"x".repeat(5000), false, None);
    }
}
