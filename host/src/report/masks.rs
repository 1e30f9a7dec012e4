//! Finds secrets in text, whole or in pieces, and puts a mask in their place.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::Value as Json;

use crate::model::{MASK, Value};

/// To mask less would mask most of the output.
pub const SHORTEST_SECRET: usize = 4;

/// Every spelling of every secret, as the automaton of Aho and Corasick: it reads each byte once,
/// however often a secret begins.
pub struct Masks(Vec<Node>);

/// What has been read so far ends like the beginning of a spelling that leads here, and like that
/// of none that is longer.
#[derive(Default)]
struct Node {
    next: BTreeMap<u8, usize>,
    /// The same of the longest beginning that is shorter.
    shorter: usize,
    /// How many bytes the longest spelling has that ends here.
    ends: usize,
    /// How many of the last bytes may yet turn out to begin a spelling.
    open: usize,
}

impl Masks {
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        let spellings: BTreeSet<_> = secrets.into_iter().flat_map(spellings).collect();
        let mut masks = Self(vec![Node::default()]);
        for spelling in spellings {
            masks.add(&spelling);
        }
        masks.link();
        masks
    }

    fn add(&mut self, spelling: &str) {
        let nodes = &mut self.0;
        let mut at = 0;
        for (before, &byte) in spelling.as_bytes().iter().enumerate() {
            let new = nodes.len();
            at = *nodes[at].next.entry(byte).or_insert(new);
            if at == new {
                nodes.push(Node {
                    open: before + 1,
                    ..Node::default()
                });
            }
        }
        nodes[at].ends = spelling.len();
    }

    /// Breadth first: what is shorter is complete before it is needed.
    fn link(&mut self) {
        let mut queue = VecDeque::from([0]);
        while let Some(at) = queue.pop_front() {
            for (byte, child) in self.0[at].next.clone() {
                let shorter = match at {
                    0 => 0,
                    at => self.step(self.0[at].shorter, byte),
                };
                let Node { ends, open, .. } = self.0[shorter];
                let node = &mut self.0[child];
                node.shorter = shorter;
                node.ends = node.ends.max(ends);
                if node.next.is_empty() {
                    node.open = open;
                }
                queue.push_back(child);
            }
        }
    }

    fn step(&self, mut at: usize, byte: u8) -> usize {
        loop {
            match self.0[at].next.get(&byte) {
                Some(&next) => return next,
                None if at == 0 => return 0,
                None => at = self.0[at].shorter,
            }
        }
    }

    /// Whether the value has a secret in it that would be masked, or the same among its bytes.
    pub fn find_in(&self, value: &Value) -> bool {
        match value {
            Value::Json(text) => matches!(self.json(text), Cow::Owned(_)),
            Value::Bytes(bytes) => {
                let mut at = 0;
                bytes.iter().any(|&byte| {
                    at = self.step(at, byte);
                    self.0[at].ends > 0
                })
            }
        }
    }

    /// The text with its secrets masked.
    pub(super) fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut tail = Tail::default();
        let mut shown = tail.push(self, text.as_bytes());
        shown.extend(tail.end());
        match shown == text.as_bytes() {
            true => Cow::Borrowed(text),
            false => Cow::Owned(String::from_utf8_lossy(&shown).into_owned()),
        }
    }

    /// JSON text with its secrets masked, still JSON. Strings are looked at as what they mean: one
    /// string has many spellings, and whoever shows the value may choose another.
    pub(super) fn json<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let masked = self.strings(text);
        // What is left are secrets that are no strings, such as a number.
        match self.text(&masked) {
            Cow::Borrowed(_) => masked,
            Cow::Owned(_) => Cow::Owned(Json::from(MASK).to_string()),
        }
    }

    fn strings<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut shown = String::new();
        let mut rest = text;
        while let Some(start) = rest.find('"') {
            let (before, from) = rest.split_at(start);
            let mut strings = serde_json::Deserializer::from_str(from).into_iter::<Cow<'_, str>>();
            let Some(Ok(string)) = strings.next() else {
                break;
            };
            let (literal, after) = from.split_at(strings.byte_offset());
            shown.push_str(before);
            match self.text(&string) {
                Cow::Borrowed(_) => shown.push_str(literal),
                Cow::Owned(masked) => shown.push_str(&Json::from(masked).to_string()),
            }
            rest = after;
        }
        shown.push_str(rest);
        match shown == text {
            true => Cow::Borrowed(text),
            false => Cow::Owned(shown),
        }
    }
}

/// How a secret may look: as it is, and each of its lines, as panics put lines next to each other;
/// with its white space as a crash's message shows it; and all of these within JSON.
fn spellings(secret: &str) -> impl Iterator<Item = String> {
    let pieces = std::iter::once(secret).chain(secret.lines());
    let plain = pieces.flat_map(|piece| {
        let words: Vec<_> = piece.split_whitespace().collect();
        [piece.trim().to_owned(), words.join(" ")]
    });
    let all = plain.flat_map(|plain| {
        let quoted = Json::from(&*plain).to_string();
        let escaped = quoted[1..quoted.len() - 1].to_owned();
        [plain, escaped]
    });
    all.filter(|spelling| spelling.len() >= SHORTEST_SECRET)
}

/// What has been read and not been shown, because it may be the beginning of a secret.
#[derive(Default)]
pub(super) struct Tail {
    node: usize,
    /// Bytes, and whether they belong to a secret.
    kept: VecDeque<(u8, bool)>,
    /// The last byte that was let go belonged to a secret: its mask has been shown.
    masking: bool,
}

impl Tail {
    /// Takes the next bytes and gives what can be shown of all so far.
    pub(super) fn push(&mut self, masks: &Masks, bytes: &[u8]) -> Vec<u8> {
        let mut shown = Vec::with_capacity(bytes.len());
        for &byte in bytes {
            self.node = masks.step(self.node, byte);
            self.kept.push_back((byte, false));
            let Node { ends, open, .. } = masks.0[self.node];
            for (_, secret) in self.kept.iter_mut().rev().take(ends) {
                *secret = true;
            }
            self.let_go(open, &mut shown);
        }
        shown
    }

    /// Nothing more comes: gives what is left.
    pub(super) fn end(mut self) -> Vec<u8> {
        let mut shown = Vec::with_capacity(self.kept.len());
        self.let_go(0, &mut shown);
        shown
    }

    fn let_go(&mut self, keep: usize, shown: &mut Vec<u8>) {
        while self.kept.len() > keep
            && let Some((byte, secret)) = self.kept.pop_front()
        {
            match (secret, self.masking) {
                (true, true) => {}
                (true, false) => shown.extend(MASK.as_bytes()),
                (false, _) => shown.push(byte),
            }
            self.masking = secret;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(secrets: &[&str], text: &str, shown: &str) {
        let masks = Masks::new(secrets.iter().copied());
        assert_eq!(masks.text(text), shown);
    }

    #[track_caller]
    fn check_json(secrets: &[&str], text: &str, shown: &str) {
        let masks = Masks::new(secrets.iter().copied());
        assert_eq!(masks.json(text), shown);
    }

    /// What is shown of each piece, and at the end.
    #[track_caller]
    fn check_pieces(secrets: &[&str], pieces: &[(&str, &str)], end: &str) {
        let masks = Masks::new(secrets.iter().copied());
        let mut tail = Tail::default();
        for (piece, shown) in pieces {
            let now = tail.push(&masks, piece.as_bytes());
            assert_eq!(String::from_utf8_lossy(&now), *shown, "{piece}");
        }
        assert_eq!(String::from_utf8_lossy(&tail.end()), end);
    }

    #[test]
    fn secrets_are_masked_wherever_they_are() {
        check(&["swordfish"], "", "");
        check(&["swordfish"], "swordfis wordfish", "swordfis wordfish");
        check(&["swordfish"], "a swordfish!", "a ********!");
        check(&["swordfish"], "swswordfish", "sw********");
        check(
            &["swordfish", "fish"],
            "a fish, a swordfish",
            "a ********, a ********",
        );
        check(&["größe"], "die größe", "die ********");
        check(&[], "swordfish", "swordfish");
    }

    #[test]
    fn secrets_that_overlap_leave_nothing_of_each_other() {
        check(&["abcd", "cdef"], "xabcdefx", "x********x");
        check(&["abab"], "xabababx", "x********x");
        check(&["abcdxyz", "bcde"], "abcde", "a********");
    }

    #[test]
    fn a_secret_of_several_lines_is_masked_line_by_line() {
        let key = "BEGIN\nabc def  ghi\n}\nEND OF\n";
        check(&[key], key, "********\n");
        check(
            &[key],
            "panicked: BEGIN; abc def  ghi; }",
            "panicked: ********; ********; }",
        );
        check(&[key], "BEGIN abc def ghi } END OF", "********");
        check(
            &[key],
            r#""BEGIN\nabc def  ghi\n}\nEND OF\n""#,
            r#""********\n""#,
        );
    }

    #[test]
    fn secrets_are_masked_in_json_and_json_stays_json() {
        let secret = "a\"b\\ß";
        check_json(&[secret], r#"["a\"b\\ß",1]"#, r#"["********",1]"#);
        check_json(&[secret], r#"["a\u0022b\u005c\u00df"]"#, r#"["********"]"#);
        check_json(
            &[secret],
            r#"{ "x-a\"b\\ß": "\u00e9" }"#,
            r#"{ "x-********": "\u00e9" }"#,
        );
        check_json(
            &[secret],
            r#"{"nested":"[\"a\\\"b\\\\ß\"]"}"#,
            r#"{"nested":"[\"********\"]"}"#,
        );
        check_json(&["1234"], r#"{"pin":1234}"#, r#""********""#);
        check_json(&["1234"], r#"{"pin":123}"#, r#"{"pin":123}"#);
        check_json(&["true"], "true", r#""********""#);
        check_json(&[r#"{"a":1}"#], r#"[{"a":1}]"#, r#""********""#);
    }

    #[test]
    fn only_what_may_begin_a_secret_is_kept_back() {
        check_pieces(
            &["swordfish"],
            &[("a swo", "a "), ("rdfish.", "********.")],
            "",
        );
        check_pieces(&["swordfish"], &[("a swo", "a "), ("op\n", "swoop\n")], "");
        check_pieces(
            &["swordfish"],
            &[("swordfish", "********"), ("\n", "\n")],
            "",
        );
        check_pieces(&["swordfish"], &[("words", "word"), ("", "")], "s");
        check_pieces(
            &["abab"],
            &[("abab", "********"), ("ab", ""), ("c", "c")],
            "",
        );
        check_pieces(
            &["abcd", "abcdef"],
            &[("abcd", ""), ("e", ""), ("g", "********eg")],
            "",
        );
        check_pieces(&["abcd", "abcdef"], &[("abcd", ""), ("e", "")], "********e");
    }

    #[test]
    fn secrets_are_found_in_values() {
        let masks = Masks::new(["sword\"fish"]);
        let json = |text: &str| masks.find_in(&Value::Json(text.into()));
        assert!(json(r#"{"a":["a sword\u0022fish"]}"#));
        assert!(!json(r#"{"a":["sword","fish"]}"#));
        let bytes = |bytes: &'static [u8]| masks.find_in(&Value::Bytes(bytes.into()));
        assert!(bytes(b"\xff sword\"fish\0"));
        assert!(!bytes(b"sword\" fish"));
        assert!(!Masks::new([]).find_in(&Value::null()));
    }

    /// What [`Masks`] does, done slowly.
    fn masked_slowly(secrets: &[String], text: &str) -> String {
        let mut secret = vec![false; text.len()];
        for needle in secrets {
            for start in 0..text.len() {
                if text[start..].starts_with(needle.as_str()) {
                    secret[start..start + needle.len()].fill(true);
                }
            }
        }
        let mut shown = String::new();
        for (at, char) in text.char_indices() {
            match (secret[at], at > 0 && secret[at - 1]) {
                (false, _) => shown.push(char),
                (true, false) => shown.push_str(MASK),
                (true, true) => {}
            }
        }
        shown
    }

    proptest! {
        #[test]
        fn pieces_are_masked_as_the_whole_is(
            secrets in prop::collection::vec("[ab]{4,7}", 0..4),
            pieces in prop::collection::vec("[ab]{0,9}|[abc]{0,9}", 0..9),
        ) {
            let masks = Masks::new(secrets.iter().map(String::as_str));
            let mut tail = Tail::default();
            let mut shown = Vec::new();
            for piece in &pieces {
                shown.extend(tail.push(&masks, piece.as_bytes()));
                let kept: String = tail.kept.iter().map(|&(byte, _)| char::from(byte)).collect();
                let begins = |secret: &String| secret.len() > kept.len() && secret.starts_with(&kept);
                prop_assert!(kept.is_empty() || secrets.iter().any(begins), "{}", kept);
            }
            shown.extend(tail.end());
            let shown = String::from_utf8(shown).expect("text");
            let whole = pieces.concat();
            prop_assert_eq!(&shown, &masked_slowly(&secrets, &whole));
            prop_assert_eq!(&shown, &masks.text(&whole));
        }
    }
}
