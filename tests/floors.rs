//! Rooms import downward only, and the pure ones stay pure. The README links to what is there.

use std::path::{Path, PathBuf};

use crate::harness::root;

const FLOORS: [(&str, u8); 8] = [
    ("model", 1),
    ("build", 2),
    ("scheduler", 2),
    ("journal", 2),
    ("report", 2),
    ("runner", 3),
    ("wasm", 4),
    ("commands", 5),
];

/// The files of a room and their lines of code.
fn code(folder: &Path) -> Vec<(PathBuf, Vec<String>)> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(code(&path));
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("text");
        let lines = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.starts_with("//"));
        files.push((path.clone(), lines.map(str::to_owned).collect()));
    }
    files
}

/// No line of the room's code contains the word.
#[track_caller]
fn forbid(room: &str, word: &str) {
    for (path, lines) in code(&root().join("host/src").join(room)) {
        let found = lines.iter().find(|line| line.contains(word));
        assert_eq!(found, None, "{} names {word}", path.display());
    }
}

#[test]
fn rooms_import_downward_only() {
    for (room, floor) in FLOORS {
        for (other, above) in FLOORS {
            if other != room && above >= floor {
                forbid(room, &format!("crate::{other}"));
            }
        }
    }
}

#[test]
fn the_lower_floors_know_no_clock_and_no_event_loop() {
    for room in ["model", "scheduler", "report"] {
        for word in ["tokio", "::now()", "Instant", "SystemTime"] {
            forbid(room, word);
        }
    }
}

#[test]
fn only_the_wasm_room_knows_wasmtime() {
    for (room, _) in FLOORS.into_iter().filter(|(room, _)| *room != "wasm") {
        forbid(room, "wasmtime");
    }
}

/// The texts and the targets of the links in Markdown.
fn links(markdown: &str) -> Vec<(&str, &str)> {
    let parts: Vec<_> = markdown.split("](").collect();
    let pairs = parts.windows(2);
    pairs
        .map(|pair| {
            let text = pair[0].rsplit_once('[').expect("a link has a text").1;
            (text, pair[1].split_once(')').expect("a link has an end").0)
        })
        .collect()
}

fn readme() -> String {
    std::fs::read_to_string(root().join("README.md")).expect("text")
}

/// A link to Rust code whose text is a name links to where functions have this in their names.
#[test]
fn pages_link_to_what_is_there() {
    for (page, links_at_least) in [
        ("README.md", 50),
        ("host/SANDBOX.md", 1),
        ("host/THREAT_MODEL.md", 15),
        ("host/benches/README.md", 10),
        ("tests/peers/README.md", 5),
    ] {
        let page = root().join(page);
        let markdown = std::fs::read_to_string(&page).expect("text");
        let links = links(&markdown);
        assert!(links.len() >= links_at_least, "{links:?}");
        let folder = page.parent().expect("a folder");
        for (text, target) in links {
            match target.strip_prefix('#') {
                Some(anchor) => check_anchor(&markdown, anchor),
                None if target.contains("://") => {}
                None => check_file(&folder.join(target), text),
            }
        }
    }
}

fn check_anchor(markdown: &str, anchor: &str) {
    let mut headings = markdown.lines().filter(|line| line.starts_with('#'));
    let is_it = |heading: &str| {
        let words = heading.trim_start_matches('#').trim().to_lowercase();
        words.replace(' ', "-") == anchor
    };
    assert!(headings.any(is_it), "{anchor}");
}

fn check_file(linked: &Path, text: &str) {
    let shown = linked.display();
    assert!(linked.exists(), "{shown}");
    let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if linked.extension().is_none_or(|ending| ending != "rs") || !text.chars().all(is_name) {
        return;
    }
    let code = std::fs::read_to_string(linked).expect("text");
    let mut functions = code
        .lines()
        .filter_map(|line| line.split_once("fn ")?.1.split_once('('));
    let is_there =
        functions.any(|(name, _)| name == text || name.len() > 60 && name.contains(text));
    assert!(is_there, "{shown} has no function {text}");
}

#[test]
fn figures_of_peers_are_those_that_were_measured_last() {
    let measured = root().join("tests/peers/results.md");
    // Nothing where nothing was measured.
    let measured = std::fs::read_to_string(measured).unwrap_or_default();
    let readme = readme();
    let table = readme.split("<!-- peers -->\n").nth(1);
    let table = table.and_then(|rest| rest.split("<!-- /peers -->").next());
    assert_eq!(table, Some(measured.as_str()));
}

#[test]
fn every_row_of_the_comparison_is_shown_by_a_test() {
    let readme = readme();
    let section = readme.split("## Coming from Prefect\n").nth(1);
    let section = section.and_then(|rest| rest.split("\n## ").next());
    let rows = section.expect("the section").lines();
    let rows: Vec<_> = rows.filter(|line| line.starts_with('|')).skip(2).collect();
    assert!(rows.len() > 30, "{rows:?}");
    for row in rows {
        let columns: Vec<_> = row.split('|').collect();
        assert_eq!(columns.len(), 6, "{row}");
        assert!(columns[4].contains(".rs)"), "{row}");
    }
}
