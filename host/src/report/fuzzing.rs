//! What holds for whatever guests print and say, on its way to people and programs.

use jiff::tz::TimeZone;
use serde_json::{Value as Json, json};

use super::masks::{Masks, SHORTEST_SECRET, Tail};
use super::printable::Prints;
use super::{Chart, JsonReporter, Reporter, TerminalReporter, Terminals, Tree};
use super::{chrome_trace, otlp};
use crate::model::{Event, Level, Record};

/// Secrets, in a text that may hold the one of each index, cut at will.
pub fn masks(secrets: &[String], text: &[(String, u8)], cuts: &[u8]) {
    // A secret that is like the mask may be seen in it.
    let is_secret = |it: &&str| it.len() >= SHORTEST_SECRET && !it.contains('*');
    let secrets: Vec<_> = secrets
        .iter()
        .map(|it| it.trim())
        .filter(is_secret)
        .collect();
    let secret = |index: u8| secrets.get(usize::from(index)).copied().unwrap_or_default();
    let text = text
        .iter()
        .map(|(text, index)| format!("{text}{}", secret(*index)));
    let text: String = text.collect();
    let masks = Masks::new(secrets.iter().copied());

    let shown = masks.text(&text).into_owned();
    let mut tail = Tail::default();
    let pieces = cut(text.as_bytes(), cuts);
    let mut in_pieces: Vec<_> = pieces.flat_map(|piece| tail.push(&masks, piece)).collect();
    in_pieces.extend(tail.end());
    assert_eq!(String::from_utf8(in_pieces).expect("text"), shown);

    let document = json!({ &text: [&text, 1] }).to_string();
    let json = masks.json(&document);
    let mut strings = vec![shown, masks.json(&text).into_owned(), json.to_string()];
    strings_of(&serde_json::from_str(&json).expect("JSON"), &mut strings);
    for (secret, string) in secrets
        .iter()
        .flat_map(|it| strings.iter().map(move |s| (it, s)))
    {
        assert!(!string.contains(secret), "{string:?} has {secret:?}");
    }
}

fn strings_of(json: &Json, strings: &mut Vec<String>) {
    match json {
        Json::String(string) => strings.push(string.clone()),
        Json::Array(elements) => elements.iter().for_each(|it| strings_of(it, strings)),
        Json::Object(members) => {
            for (name, member) in members {
                strings.push(name.clone());
                strings_of(member, strings);
            }
        }
        _ => {}
    }
}

/// The pieces of these lengths, and the rest.
fn cut<'a>(mut bytes: &'a [u8], cuts: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    let lengths = cuts.iter().map(|&it| usize::from(it)).chain([usize::MAX]);
    lengths.map(move |length| {
        let (piece, rest) = bytes.split_at(length.min(bytes.len()));
        bytes = rest;
        piece
    })
}

/// What is printed on a terminal, cut at will.
pub fn prints(bytes: &[u8], cuts: &[u8]) {
    let mut whole = Prints::default();
    let mut shown = whole.push(bytes);
    assert!(whole.held() < 64 && whole.colours().len() <= 64);
    shown.push_str(&whole.end());
    let mut prints = Prints::default();
    let mut in_pieces: String = cut(bytes, cuts).map(|piece| prints.push(piece)).collect();
    in_pieces.push_str(&prints.end());
    assert_eq!(in_pieces, shown);
    assert_harmless(&shown);
}

fn assert_harmless(shown: &str) {
    let plain = console::strip_ansi_codes(shown);
    let harmful = |it: char| it.is_control() && !matches!(it, '\n' | '\r' | '\t');
    assert!(!plain.contains(harmful), "{shown:?}");
    let colours = shown.split('\x1b').skip(1);
    for colour in colours {
        let end = colour.trim_start_matches(|it: char| it.is_ascii_digit() || "[;".contains(it));
        assert!(colour.starts_with('[') && end.starts_with('m'), "{shown:?}");
    }
}

/// Events in any order, shown in every way.
pub(crate) fn shown(events: &[Event]) {
    let screens = Terminals {
        stdout: true,
        stderr: true,
        colours: true,
    };
    let (mut out, mut log, mut json) = (Vec::new(), Vec::new(), Vec::new());
    let mut terminal = TerminalReporter::new(
        &mut out,
        &mut log,
        screens,
        TimeZone::UTC,
        Level::Debug,
        true,
    );
    let mut lines = JsonReporter::new(&mut json);
    for event in events {
        terminal.show(event).expect("written");
        lines.show(event).expect("written");
    }
    drop((terminal, lines));
    for shown in [out, log] {
        assert_harmless(&String::from_utf8(shown).expect("text"));
    }
    for line in json
        .split(|&byte| byte == b'\n')
        .filter(|it| !it.is_empty())
    {
        serde_json::from_slice::<Json>(line).expect("JSON");
    }
    let record = Record::of(events);
    let _ = Tree::new(&record, 20, None).to_string();
    let _ = Chart::new(&record, 80, 20, None).to_string();
    let _ = (chrome_trace(&record), otlp(&record));
}
