//! Components are compiled once, whatever happens to the process that does it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::harness::{command, ended, example, folder};

/// A start of a flow that prints, with a home of its own.
fn start(home: &Path) -> Command {
    let mut command = command(&["run", &example("unruly"), "hello", "-q"]);
    command.env("WFLOW_HOME", home);
    command
}

#[track_caller]
fn check(mut start: Command) {
    let ended = ended(start.output().expect("it starts"));
    assert_eq!(
        (ended.code, &*ended.stdout),
        (Some(0), "hello\n"),
        "{}",
        ended.stderr
    );
}

/// What the cache holds of all versions, with such an ending.
fn kept(home: &Path, ending: &str) -> Vec<PathBuf> {
    let versions = entries(&home.join("cache/compiled"));
    let files = versions.iter().flat_map(|version| entries(version));
    files
        .filter(|file| file.extension().is_some_and(|of_file| of_file == ending))
        .collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    entries
        .map(|entry| entry.expect("an entry").path())
        .collect()
}

#[test]
fn the_second_start_writes_nothing() {
    let home = folder("compiled-twice");
    let files = || {
        let files = [kept(&home, "cwasm"), kept(&home, "json")].concat();
        let changed = |file: PathBuf| {
            let modified = file.metadata().and_then(|file| file.modified());
            (file, modified.expect("files have times"))
        };
        files.into_iter().map(changed).collect::<Vec<_>>()
    };
    check(start(&home));
    let first = files();
    assert_eq!(first.len(), 2, "{first:?}");
    check(start(&home));
    assert_eq!(files(), first);
}

#[test]
fn a_process_that_is_killed_while_it_writes_stops_no_later_one() {
    let home = folder("compiled-killed");
    let mut child = start(&home).spawn().expect("it starts");
    let began = Instant::now();
    while kept(&home, "draft").is_empty() && kept(&home, "cwasm").is_empty() {
        assert!(began.elapsed() < Duration::from_secs(60), "nothing written");
    }
    child.kill().expect("it runs");
    child.wait().expect("it ends");
    check(start(&home));
    assert_eq!(kept(&home, "cwasm").len(), 1);
}

#[cfg(unix)]
#[test]
fn a_full_disk_stops_neither_the_run_nor_later_ones() {
    let home = folder("compiled-full");
    let free = start(&home);
    // Files may not grow beyond 200 KiB: writing fails as on a full disk.
    let mut full = Command::new("bash");
    full.args(["-c", "ulimit -f 200; trap '' XFSZ; exec \"$@\"", "bash"])
        .arg(free.get_program())
        .args(free.get_args())
        .current_dir(free.get_current_dir().expect("a folder"))
        .env("WFLOW_HOME", &home);
    check(full);
    assert_eq!(
        (kept(&home, "cwasm").len(), kept(&home, "draft").len()),
        (0, 0)
    );
    check(free);
    assert_eq!(kept(&home, "cwasm").len(), 1);
}

#[test]
fn a_cache_that_cannot_be_written_does_no_harm() {
    let home = folder("compiled-unwritable");
    std::fs::write(home.join("cache"), "no folder").expect("written");
    check(start(&home));
}
