//! Rooms import downward only, and the pure ones stay pure.

use std::path::{Path, PathBuf};

use crate::harness::root;

const FLOORS: [(&str, u8); 7] = [
    ("model", 1),
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
