//! What the run database tells of runs, and what happens where it cannot be written.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::{RUNNERS, ended, example, wflow};
use crate::place::{Place, text};

/// The two streams of a recorded run are those of the run.
#[test]
fn what_is_shown_again_is_what_was_shown() {
    let place = Place::new("again");
    for arguments in [
        &["notes", "-p", "count=20"][..],
        &["unruly", "-p", "misbehaviour=panic"],
        &["hooked", "-p", "how=fail"],
        &[
            "noops",
            "-p",
            "count=50",
            "--runner",
            "thread-pool",
            "--json",
        ],
        &["artifacts"],
        &["prints"],
        &["needy", "-v"],
    ] {
        let live = ended(place.run(arguments).output().expect("wflow starts"));
        let display = arguments
            .iter()
            .filter(|word| ["--json", "-v"].contains(word));
        let display: Vec<_> = display.copied().collect();
        let again = place.told(&[&["logs", &place.last_id()], &display[..]].concat());
        assert_eq!(again.stderr, live.stderr);
        assert_eq!(again.stdout, live.stdout);
    }
}

#[test]
fn another_process_follows_and_cancels_a_run() {
    let place = Place::new("cancelled");
    let mut sleeper = place.run(&["sleeper", "-p", "millis=60000", "-q"]);
    let sleeper = sleeper
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let sleeper = sleeper.expect("wflow starts");
    let until = Instant::now() + Duration::from_secs(20);
    while place.last().is_none_or(|run| run["state"] != "running") {
        assert!(Instant::now() < until, "it does not run");
    }
    let id = place.last_id();
    let mut follower = place.runs(&["logs", "-f", &id, "--json"]);
    let follower = follower
        .stdout(Stdio::piped())
        .spawn()
        .expect("wflow starts");
    let refused = place.told(&["delete", &id]);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    let cancelled = place.told(&["cancel", &id]);
    assert_eq!(cancelled.code, Some(0), "{cancelled:?}");
    assert!(cancelled.stderr.contains("Cancelled"), "{cancelled:?}");
    assert_eq!(
        ended(sleeper.wait_with_output().expect("it ends")).code,
        Some(130)
    );
    let followed = ended(follower.wait_with_output().expect("it ends"));
    let last = followed.stdout.lines().last().expect("events");
    let last: Value = serde_json::from_str(last).expect("JSON");
    assert_eq!(last["event"], "FlowRunFinished");
    assert_eq!(last["state"], "cancelled");
    assert_eq!(place.told(&["delete", &id]).code, Some(0));
    assert_eq!(place.last(), None);
}

#[test]
fn big_values_are_kept_once_and_forgotten_with_the_last_run() {
    let place = Place::new("big");
    let contents = || -> i64 {
        let database = rusqlite::Connection::open(&place.database).expect("a database");
        let count = "SELECT count(*) FROM contents";
        database
            .query_row(count, [], |row| row.get(0))
            .expect("a number")
    };
    let size = json!(100_000).to_string();
    let big = ["weigh", "-q", "-p", &format!("bytes={size}")];
    for _ in 0..2 {
        let ended = ended(place.run(&big).output().expect("wflow starts"));
        assert_eq!(
            (ended.code, &*ended.stdout),
            (Some(0), "100000\n"),
            "{ended:?}"
        );
    }
    assert_eq!(contents(), 1);
    let result = place.told(&["result", &place.last_id(), "burden"]);
    assert_eq!(result.stdout.trim().len(), 100_002);
    place.told(&["delete", &place.last_id()]);
    assert_eq!(contents(), 1);
    place.told(&["prune", "--older-than", "0s"]);
    assert_eq!(contents(), 0);
}

#[test]
fn a_database_that_cannot_be_used_is_an_error_that_says_what_to_do() {
    let place = Place::new("unusable");
    std::fs::write(&place.database, "not a database at all".repeat(100)).expect("written");
    let refused = ended(
        place
            .run(&["noops", "-p", "count=1"])
            .output()
            .expect("wflow starts"),
    );
    assert_eq!(refused.code, Some(4), "{refused:?}");
    for words in [
        "not a database",
        "--db PATH",
        "--no-record",
        &place.database,
    ] {
        assert!(refused.stderr.contains(words), "{refused:?}");
    }
    assert_eq!(refused.stderr.lines().count(), 1, "{refused:?}");
    let below_a_file = format!("{}/wflow.db", place.database);
    let component = example("unruly");
    let refused = wflow(&["run", &component, "hello", "--db", &below_a_file]);
    assert_eq!(refused.code, Some(4), "{refused:?}");
    for words in ["folder cannot be made", "--db PATH", "--no-record"] {
        assert!(refused.stderr.contains(words), "{refused:?}");
    }
    let unrecorded = wflow(&["run", &component, "hello", "-q", "--no-record"]);
    assert_eq!(unrecorded.code, Some(0), "{unrecorded:?}");
}

/// A run goes on where the record cannot, and says so; one that has to be recorded does not.
#[cfg(unix)]
#[test]
fn a_full_disk_ends_the_record_and_not_the_run() {
    let limited = |place: &Place, durability: &str| {
        let run = place.run(&["noops", "-p", "count=3000", "--durability", durability]);
        let words: Vec<_> = std::iter::once(run.get_program())
            .chain(run.get_args())
            .collect();
        // Files may not grow beyond 100 KiB: writing fails as on a full disk.
        let mut shell = Command::new("bash");
        shell.args(["-c", "ulimit -f 100; trap '' XFSZ; exec \"$@\"", "bash"]);
        shell
            .args(words)
            .current_dir(run.get_current_dir().expect("a folder"));
        shell.envs(
            run.get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        );
        ended(shell.output().expect("bash starts"))
    };
    let place = Place::new("full");
    let relaxed = limited(&place, "relaxed");
    assert_eq!(
        (relaxed.code, &*relaxed.stdout),
        (Some(0), "3000\n"),
        "{}",
        relaxed.stderr
    );
    assert!(
        relaxed.stderr.contains("no longer recorded"),
        "{}",
        relaxed.stderr
    );
    place.is_sound();
    let place = Place::new("full-strict");
    let strict = limited(&place, "strict");
    assert_eq!(strict.code, Some(4), "{}", strict.stderr);
    assert!(
        strict.stderr.contains("cannot be recorded"),
        "{}",
        strict.stderr
    );
    place.is_sound();
}

#[test]
fn several_processes_share_one_database() {
    let place = Place::new("shared");
    let spawn = |runner| {
        let noops = ["noops", "-p", "count=2000", "-q", "--runner", runner];
        place
            .run(&noops)
            .stdout(Stdio::piped())
            .spawn()
            .expect("wflow starts")
    };
    let children: Vec<_> = RUNNERS.into_iter().chain(RUNNERS).map(spawn).collect();
    for child in children {
        let ended = ended(child.wait_with_output().expect("it ends"));
        assert_eq!(
            (ended.code, &*ended.stdout),
            (Some(0), "2000\n"),
            "{ended:?}"
        );
    }
    let runs = place.lines(&["list", "--json"]);
    assert_eq!(runs.len(), 6);
    for run in runs {
        assert_eq!(
            (&run["state"], &run["completed"]),
            (&json!("completed"), &json!(2000))
        );
    }
    place.is_sound();
    assert!(Path::new(&place.database).exists());
}

#[test]
fn whatever_is_done_with_runs_is_told_to_programs() {
    let place = Place::new("programs");
    for flow in [&["notes", "-p", "count=3"][..], &["needy"]] {
        place.run(flow).output().expect("wflow starts");
    }
    let [needy, notes] = &place.lines(&["list", "--json"])[..] else {
        panic!("two runs");
    };
    let (needy, notes) = (text(&needy["name"]), text(&notes["name"]));
    let result = place.lines(&["result", &notes, "--json"]);
    assert_eq!(result, [json!({ "state": "completed", "result": 5 })]);
    let result = place.told(&["result", &needy, "--json"]);
    let failure: Value = serde_json::from_str(&result.stdout).expect("JSON");
    assert_eq!(
        (result.code, &failure["state"]),
        (Some(1), &json!("failed"))
    );
    assert_eq!(place.lines(&["show", &notes, "--json"]).len(), 4);
    let events = place.lines(&["export", &notes]);
    assert_eq!(events.last().expect("events")["event"], "FlowRunFinished");
    let [chrome, otlp] = ["chrome", "otlp"].map(|format| {
        let told = place.told(&["export", &notes, "--format", format]);
        serde_json::from_str::<Value>(&told.stdout).expect("JSON")
    });
    assert_eq!(chrome["traceEvents"].as_array().map(Vec::len), Some(4));
    let spans = &otlp["resourceSpans"][0]["scopeSpans"][0]["spans"];
    assert_eq!(spans.as_array().map(Vec::len), Some(4));
    let forgotten = place.lines(&["delete", &needy, "--json"]);
    assert_eq!(forgotten, [json!({ "flow_runs": 1, "task_runs": 2 })]);
    let forgotten = place.lines(&["prune", "--older-than", "0s", "--json"]);
    assert_eq!(forgotten, [json!({ "flow_runs": 1, "task_runs": 3 })]);
}

#[test]
fn runs_are_found_by_what_is_known_of_them() {
    let place = Place::new("found");
    for flow in [
        &["noops", "-p", "count=1"][..],
        &["needy"],
        &["labelled"],
        &["noops", "-p", "count=2"],
    ] {
        place.run(flow).output().expect("wflow starts");
    }
    let flows = |filter: &[&str]| -> Vec<String> {
        let runs = place.lines(&[&["list", "--json"], filter].concat());
        runs.iter().map(|run| text(&run["flow"])).collect()
    };
    assert_eq!(flows(&[]), ["noops", "labelled", "needy", "noops"]);
    assert_eq!(flows(&["--state", "failed"]), ["needy"]);
    assert_eq!(flows(&["--flow", "noops"]), ["noops", "noops"]);
    assert_eq!(flows(&["--tag", "nightly"]), ["labelled"]);
    assert_eq!(flows(&["-n", "2", "--skip", "1"]), ["labelled", "needy"]);
    assert_eq!(flows(&["--until", "1h"]), [""; 0]);
    assert_eq!(flows(&["--since", "1h", "--state", "completed"]).len(), 3);
    let runs = place.lines(&["list", "--json"]);
    let id = text(&runs[1]["id"]);
    for way in [&id, &id.replace('-', "")[..24], &text(&runs[1]["name"])] {
        let shown = place.lines(&["show", way, "--json"]);
        assert_eq!(shown[0]["flow"], "labelled", "{way}");
    }
    let several = place.told(&["show", &id[..6]]);
    assert_eq!(several.code, Some(2), "{several:?}");
    assert!(several.stderr.contains("means several runs"), "{several:?}");
    let table = place.told(&["list", "-n", "1"]);
    assert_eq!(table.stdout.lines().count(), 3, "{table:?}");
    let tree = place.told(&["show", &text(&runs[0]["name"]), "-n", "1"]);
    let lines: Vec<_> = tree.stdout.lines().collect();
    assert!(lines[1].contains("(flow noops)  Completed"), "{tree:?}");
    assert!(lines[2].starts_with("|- noop-"), "{tree:?}");
    assert_eq!(lines[3], "`- ... and 1 more", "{tree:?}");
    let chart = place.told(&["show", &text(&runs[0]["name"]), "--gantt"]);
    assert!(chart.stdout.matches('#').count() > 2, "{chart:?}");
}
