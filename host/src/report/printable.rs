//! What guests choose and print, made harmless for a terminal: text, lines and colours pass, and what
//! would move the cursor, write the clipboard or reorder what is read is shown escaped.

use std::str::Utf8Error;

/// A sequence that is longer sets no colour that anybody needs.
const LONGEST_SEQUENCE: usize = 64;

/// A name or a message. Further lines are indented, so that none looks like one of the log.
pub(super) fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => shown.push_str("\n    "),
            '\t' => shown.push('\t'),
            other => push(&mut shown, other),
        }
    }
    shown
}

/// An error or a note, in as many lines as it has.
pub fn harmless(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\t' => shown.push(character),
            other => push(&mut shown, other),
        }
    }
    shown
}

/// Something within a line.
pub fn one_line(text: &str) -> String {
    let shown = |character| if misleads(character) { ' ' } else { character };
    text.chars().map(shown).collect()
}

fn push(shown: &mut String, character: char) {
    match misleads(character) {
        true => shown.extend(character.escape_default()),
        false => shown.push(character),
    }
}

/// Embeddings, overrides and isolates make text read as what it is not.
fn misleads(character: char) -> bool {
    character.is_control() || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A stream of prints, which may be cut anywhere.
#[derive(Debug, Default)]
pub(super) struct Prints {
    /// The start of a character or a sequence, until the rest of it comes.
    cut: Vec<u8>,
    /// The sequences that set the colours which are on.
    colours: String,
}

impl Prints {
    /// Takes the next bytes and gives what can be shown of all so far.
    pub(super) fn push(&mut self, bytes: &[u8]) -> String {
        let bytes = [&*std::mem::take(&mut self.cut), bytes].concat();
        let mut shown = String::with_capacity(bytes.len());
        let mut rest = &*bytes;
        while let Some(at) = rest.iter().position(|&byte| byte == b'\x1b') {
            let (plain, from) = rest.split_at(at);
            let cut = push_text(&mut shown, plain);
            push_wrong(&mut shown, cut);
            rest = match sequence(from) {
                Sequence::Colour(colour) => {
                    self.remember(colour);
                    shown.push_str(colour);
                    &from[colour.len()..]
                }
                Sequence::Other => {
                    push(&mut shown, '\x1b');
                    &from[1..]
                }
                Sequence::Cut => {
                    self.cut = from.to_vec();
                    return shown;
                }
            };
        }
        self.cut = push_text(&mut shown, rest).to_vec();
        shown
    }

    /// Nothing more comes: gives what is left.
    pub(super) fn end(self) -> String {
        let mut shown = String::new();
        match str::from_utf8(&self.cut) {
            Ok(sequence) => sequence.chars().for_each(|it| push(&mut shown, it)),
            Err(_) => push_wrong(&mut shown, &self.cut),
        }
        shown
    }

    /// What sets the colours anew that are on; empty if none are.
    pub(super) fn colours(&self) -> &str {
        &self.colours
    }

    #[cfg(fuzzing)]
    pub(super) fn held(&self) -> usize {
        self.cut.len()
    }

    fn remember(&mut self, colour: &str) {
        let resets = colour.trim_end_matches(['0', ';', 'm']) == "\x1b[";
        if resets || self.colours.len() + colour.len() > LONGEST_SEQUENCE {
            self.colours.clear();
        }
        if !resets {
            self.colours.push_str(colour);
        }
    }
}

/// Shows what is text, and the rest as numbers; gives the start of a character at the end.
fn push_text<'a>(shown: &mut String, bytes: &'a [u8]) -> &'a [u8] {
    let mut chunks = bytes.utf8_chunks().peekable();
    while let Some(chunk) = chunks.next() {
        for character in chunk.valid().chars() {
            match character {
                '\n' | '\r' | '\t' => shown.push(character),
                other => push(shown, other),
            }
        }
        let invalid = chunk.invalid();
        let is_cut = |error: Utf8Error| error.error_len().is_none();
        if chunks.peek().is_none() && str::from_utf8(invalid).is_err_and(is_cut) {
            return invalid;
        }
        push_wrong(shown, invalid);
    }
    &[]
}

fn push_wrong(shown: &mut String, bytes: &[u8]) {
    shown.extend(bytes.escape_ascii().map(char::from));
}

/// What begins with an escape.
enum Sequence<'a> {
    Colour(&'a str),
    Other,
    Cut,
}

fn sequence(bytes: &[u8]) -> Sequence<'_> {
    let start = &bytes[..bytes.len().min(LONGEST_SEQUENCE)];
    let is_parameter = |byte: &u8| matches!(byte, b'0'..=b'9' | b';');
    let end = match start {
        [_, b'[', parameters @ ..] => parameters.iter().position(|byte| !is_parameter(byte)),
        [_] => None,
        _ => return Sequence::Other,
    };
    let Some(end) = end else {
        return match start.len() < LONGEST_SEQUENCE {
            true => Sequence::Cut,
            false => Sequence::Other,
        };
    };
    match str::from_utf8(&start[..end + 3]) {
        Ok(colour) if colour.ends_with('m') => Sequence::Colour(colour),
        _ => Sequence::Other,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> String {
        let mut prints = Prints::default();
        let mut shown: String = pieces.into_iter().map(|it| prints.push(it)).collect();
        shown.push_str(&prints.end());
        shown
    }

    #[track_caller]
    fn check(printed: &[u8], expected: &str) {
        assert_eq!(shown([printed]), expected);
    }

    #[test]
    fn guests_write_no_log_lines_of_others() {
        assert_eq!(
            printable("a\n10:00 | b\x1b[2J\r\u{202e}"),
            "a\n    10:00 | b\\u{1b}[2J\\r\\u{202e}"
        );
    }

    #[test]
    fn errors_that_repeat_what_guests_say_are_harmless() {
        assert_eq!(one_line("a\nb\u{202e}\x1bc"), "a b  c");
        assert_eq!(harmless("a\n  |\tb\x1b[2J\r"), "a\n  |\tb\\u{1b}[2J\\r");
    }

    #[test]
    fn text_lines_and_colours_pass() {
        let text = "größe 世界\r\n\t\x1b[1;31mred\x1b[m \x1b[38;2;1;2;3mblue\x1b[0m";
        check(text.as_bytes(), text);
    }

    #[test]
    fn nothing_else_reaches_the_terminal() {
        check(b"\x1b]52;c;cm0=\x07", "\\u{1b}]52;c;cm0=\\u{7}");
        check(
            b"\x1b[2J\x1b[1A\x1b[?1049h",
            "\\u{1b}[2J\\u{1b}[1A\\u{1b}[?1049h",
        );
        check(
            b"\x1b[3\x1b[31m\x1b\x1bc",
            "\\u{1b}[3\x1b[31m\\u{1b}\\u{1b}c",
        );
        check(b"a\x08\x7f\0", "a\\u{8}\\u{7f}\\u{0}");
        check(
            "\u{9b}2J\u{202e}\u{2066}".as_bytes(),
            "\\u{9b}2J\\u{202e}\\u{2066}",
        );
        check(
            b"\x9b2J \xff \xe4\xb8\x1b[m \xe4\xb8",
            "\\x9b2J \\xff \\xe4\\xb8\x1b[m \\xe4\\xb8",
        );
    }

    #[test]
    fn a_sequence_without_an_end_is_shown_as_it_stands() {
        check(b"\x1b", "\\u{1b}");
        check(b"\x1b[31", "\\u{1b}[31");
        let long = format!("\x1b[{}m", "1".repeat(LONGEST_SEQUENCE));
        check(long.as_bytes(), &long.replace('\x1b', "\\u{1b}"));
        let mut prints = Prints::default();
        for _ in 0..1000 {
            prints.push(b"\x1b[1;");
            assert!(prints.cut.len() < LONGEST_SEQUENCE);
        }
    }

    #[test]
    fn colours_are_remembered_until_they_are_reset() {
        let mut prints = Prints::default();
        prints.push(b"\x1b[1m\x1b[30m");
        assert_eq!(prints.colours(), "\x1b[1m\x1b[30m");
        prints.push(b"\x1b[0;0m");
        assert_eq!(prints.colours(), "");
        prints.push("\x1b[31m".repeat(1000).as_bytes());
        assert!(prints.colours().len() <= LONGEST_SEQUENCE);
        assert!(prints.colours().ends_with("\x1b[31m"));
    }

    proptest! {
        #[test]
        fn wherever_prints_are_cut_the_same_is_shown(
            words in prop::collection::vec(
                prop_oneof![
                    prop::collection::vec(any::<u8>(), 1..4),
                    "\x1b|\\[|[0-9;]{1,70}|m|世|\u{9b}|\u{202e}|\n".prop_map(String::into_bytes),
                    "\x1b\\[[0-9;]{0,62}m?".prop_map(String::into_bytes),
                ],
                0..20,
            ),
            size in 1..9usize,
        ) {
            let whole = words.concat();
            let expected = shown([&*whole]);
            prop_assert_eq!(&shown(words.iter().map(Vec::as_slice)), &expected);
            prop_assert_eq!(&shown(whole.chunks(size)), &expected);
            let uncoloured = console::strip_ansi_codes(&expected);
            let harmless = |it: char| matches!(it, '\n' | '\r' | '\t') || !misleads(it);
            prop_assert!(uncoloured.chars().all(harmless), "{:?}", expected);
        }
    }
}
