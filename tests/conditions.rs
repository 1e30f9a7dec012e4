//! Attempts that crashed or timed out: whether there is another one, the code says in an instance of
//! its own.

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value as Json;

use crate::harness::{RUNNERS, command, events, example, interrupt};

/// How many of the events are of this kind.
fn count(events: &[Json], kind: &str) -> usize {
    events.iter().filter(|event| event["event"] == kind).count()
}

/// The condition is asked so often, and there are so many further attempts, whatever the runner.
#[track_caller]
fn check(flow: &str, last_words: &str, asked: usize, retries: usize) -> Vec<Json> {
    let component = example("unruly");
    let last_words = format!("last_words={last_words}");
    let mut last = Vec::new();
    for runner in RUNNERS {
        let run = [
            "run",
            &component,
            flow,
            "-p",
            &last_words,
            "--runner",
            runner,
        ];
        // What a task's run did is a failure of the flow that waits for it.
        let code = if flow == "gone_flow" { 3 } else { 1 };
        last = events(&run, code);
        let counted = (
            count(&last, "RetryConditionAsked"),
            count(&last, "AttemptFailed"),
        );
        assert_eq!(counted, (asked, retries), "{runner}: {last:?}");
    }
    last
}

#[test]
fn a_condition_decides_about_crashes_and_timeouts() {
    check("gone_task", "once more", 2, 2);
    check("gone_task", "out of order", 1, 0);
    check("gone_task", "", 2, 2);
}

#[test]
fn a_flow_has_a_condition_too() {
    check("gone_flow", "once more", 2, 2);
    check("gone_flow", "out of order", 1, 0);
}

#[test]
fn a_condition_that_crashes_is_a_no() {
    let events = check("gone_task", "crash the condition", 1, 0);
    let decided = events
        .iter()
        .find(|event| event["event"] == "RetryConditionDecided");
    let message = &decided.expect("it was asked")["failure"]["message"];
    assert!(
        message.as_str().expect("text").contains("no idea"),
        "{message}"
    );
    let finished = events
        .iter()
        .find(|event| event["event"] == "TaskRunFinished");
    let message = &finished.expect("it ended")["failure"]["message"];
    assert!(
        message
            .as_str()
            .expect("text")
            .contains("crash the condition"),
        "{message}"
    );
}

#[test]
fn a_condition_that_never_ends_is_ended_with_its_run() {
    let component = example("unruly");
    let last_words = "last_words=keep the condition";
    for runner in RUNNERS {
        let run = [
            "run",
            &component,
            "gone_task",
            "-p",
            last_words,
            "--json",
            "--runner",
            runner,
        ];
        let child = command(&run).stdout(Stdio::piped()).spawn();
        let mut child = child.expect("wflow starts");
        let stdout = BufReader::new(child.stdout.take().expect("piped"));
        let mut interrupted = None;
        for line in stdout.lines() {
            if line.expect("text").contains("\"RetryConditionAsked\"") {
                interrupt(&child);
                interrupted = Some(Instant::now());
            }
        }
        assert_eq!(child.wait().expect("it ends").code(), Some(130), "{runner}");
        let since = interrupted.expect("it was asked").elapsed();
        assert!(since < Duration::from_secs(10), "{runner}: {since:?}");
    }
}
