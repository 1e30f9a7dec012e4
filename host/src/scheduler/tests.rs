//! Scripts: inputs in, events out.

use std::fmt::Write;

use super::*;
use crate::model::{EventKind, RunnerKind, Value};

/// Plays a script and compares what happened.
///
/// A line is a time in milliseconds and an input: `flow f`, `task PARENT NAME [after A,B] [retries N]`,
/// `ok R`, `fail R`, `time-out R`, `wait R`, `awake R`, `cancel R`, `tick`.
#[track_caller]
fn check(slots: usize, script: &str, expected: &str) {
    let mut scheduler = Scheduler::new(slots);
    let mut happened = String::new();
    for line in script.lines().map(str::trim).filter(|l| !l.is_empty()) {
        let (at, input) = line.split_once(' ').expect("a time and an input");
        let now = Timestamp::from_millisecond(at.parse().expect("a time")).expect("in range");
        for event in scheduler.handle(now, parse(input)) {
            writeln!(happened, "{at} {}", describe(&event)).expect("a string takes all");
        }
    }
    let expected: Vec<_> = expected
        .lines()
        .map(str::trim)
        .filter(|l| !l.is_empty())
        .collect();
    let happened: Vec<_> = happened.lines().collect();
    assert_eq!(happened, expected);
}

fn id(name: &str) -> RunId {
    let mut bytes = [0; 16];
    bytes[..name.len()].copy_from_slice(name.as_bytes());
    RunId(uuid::Uuid::from_bytes(bytes))
}

fn name(id: RunId) -> String {
    let bytes = id.0.as_bytes();
    String::from_utf8_lossy(bytes)
        .trim_end_matches('\0')
        .to_owned()
}

fn parse(input: &str) -> Input {
    let words: Vec<_> = input.split(' ').collect();
    let run = words.get(1).map(|name| id(name)).unwrap_or(id(""));
    let failed = |kind, retryable| Input::AttemptEnded {
        run,
        outcome: Outcome::Failed(Failure {
            kind,
            message: "no".into(),
            retryable,
        }),
    };
    match words[0] {
        "flow" => flow_run(run, words.get(2).map(|parent| id(parent))),
        "task" => task_run(&words),
        "ok" => Input::AttemptEnded {
            run,
            outcome: Outcome::Completed(Value::null()),
        },
        "fail" => failed(FailureKind::Failed, true),
        "time-out" => failed(FailureKind::TimedOut, true),
        "give-up" => failed(FailureKind::Failed, false),
        "wait" => Input::Waiting { run },
        "awake" => Input::WaitEnded { run },
        "cancel" => Input::CancelRequested {
            run,
            reason: "stop".into(),
        },
        "tick" => Input::Tick,
        other => panic!("no such input: {other}"),
    }
}

fn flow_run(run: RunId, parent: Option<RunId>) -> Input {
    Input::FlowRunSubmitted(NewFlowRun {
        run,
        name: name(run).into(),
        flow: "flow".into(),
        parent,
        runner: RunnerKind::Concurrent,
        arguments: Vec::new(),
        upstreams: Vec::new(),
    })
}

fn task_run(words: &[&str]) -> Input {
    let option = |key| words.iter().position(|w| *w == key).map(|at| words[at + 1]);
    Input::TaskRunSubmitted(NewTaskRun {
        run: id(words[2]),
        name: words[2].into(),
        task: "task".into(),
        parent: id(words[1]),
        arguments: Vec::new(),
        upstreams: option("after").map_or(Vec::new(), |list| list.split(',').map(id).collect()),
        retries: option("retries").map_or(0, |n| n.parse().expect("a count")),
        retry_delay_ms: 100,
    })
}

fn describe(event: &Event) -> String {
    let run = name(event.run);
    match &event.kind {
        EventKind::FlowRunCreated { .. } | EventKind::TaskRunCreated { .. } => {
            format!("{run} created")
        }
        EventKind::FlowRunStarted => format!("{run} started"),
        EventKind::TaskRunSubmitted => format!("{run} submitted"),
        EventKind::AttemptStarted { number } => format!("{run} attempt {number}"),
        EventKind::AttemptFailed { retry_at, .. } => {
            format!("{run} retries at {}", retry_at.as_millisecond())
        }
        EventKind::TaskRunYielded => format!("{run} yielded"),
        EventKind::TaskRunResumed => format!("{run} resumed"),
        EventKind::CancellationStarted => format!("{run} cancelling"),
        EventKind::TaskRunFinished { outcome } => format!("{run} {}", state(outcome)),
        EventKind::FlowRunReturned { unfinished } => format!("{run} returned, {unfinished} left"),
        EventKind::FlowRunFinished {
            outcome,
            runs,
            completed,
        } => format!("{run} {} {completed}/{runs}", state(outcome)),
        EventKind::Logged { .. } | EventKind::Printed { .. } => format!("{run} said"),
    }
}

fn state(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Completed(_) => "completed".to_owned(),
        Outcome::Failed(failure) => failure.to_string(),
    }
}

#[test]
fn a_run_starts_when_a_slot_is_free() {
    check(
        1,
        "0 flow f
         1 task f a
         2 task f b
         3 ok a
         4 ok b
         5 ok f",
        "0 f created
         0 f started
         1 a created
         1 a submitted
         1 a attempt 1
         2 b created
         2 b submitted
         3 a completed
         3 b attempt 1
         4 b completed
         5 f completed 2/2",
    );
}

#[test]
fn a_run_waits_for_its_upstreams() {
    check(
        9,
        "0 flow f
         1 task f a
         2 task f b after a
         3 ok a",
        "0 f created
         0 f started
         1 a created
         1 a submitted
         1 a attempt 1
         2 b created
         3 a completed
         3 b submitted
         3 b attempt 1",
    );
}

#[test]
fn a_failed_upstream_fails_its_dependents_without_a_start() {
    check(
        9,
        "0 flow f
         1 task f a
         2 task f b after a
         3 task f c after b
         4 fail a
         5 task f d after a",
        "0 f created
         0 f started
         1 a created
         1 a submitted
         1 a attempt 1
         2 b created
         3 c created
         4 a Failed('no')
         4 b UpstreamFailed('upstream run 'a' did not complete', type=FAILED)
         4 c UpstreamFailed('upstream run 'b' did not complete', type=FAILED)
         5 d created
         5 d UpstreamFailed('upstream run 'a' did not complete', type=FAILED)",
    );
}

#[test]
fn a_retry_waits_without_a_slot() {
    check(
        1,
        "0 flow f
         1 task f a retries 1
         2 task f b
         3 fail a
         4 ok b
         50 tick
         103 tick
         104 fail a",
        "0 f created
         0 f started
         1 a created
         1 a submitted
         1 a attempt 1
         2 b created
         2 b submitted
         3 a retries at 103
         3 b attempt 1
         4 b completed
         103 a attempt 2
         104 a Failed('no')",
    );
}

#[test]
fn a_permanent_failure_skips_the_retries() {
    check(
        1,
        "0 flow f
         1 task f a retries 3
         2 give-up a",
        "0 f created
         0 f started
         1 a created
         1 a submitted
         1 a attempt 1
         2 a Failed('no')",
    );
}

#[test]
fn a_waiting_run_holds_no_slot_and_gets_the_next_one() {
    check(
        1,
        "0 flow f
         1 task f a
         2 task a b
         3 task f c
         4 wait a
         5 ok b
         6 awake a
         7 ok c
         8 ok a",
        "0 f created
         0 f started
         1 a created
         1 a submitted
         1 a attempt 1
         2 b created
         2 b submitted
         3 c created
         3 c submitted
         4 a yielded
         4 b attempt 1
         5 b completed
         5 c attempt 1
         7 c completed
         7 a resumed
         8 a completed",
    );
}

#[test]
fn a_flow_that_returned_awaits_its_runs() {
    check(
        9,
        "0 flow f
         1 task f a
         2 ok f
         3 fail a",
        "0 f created
         0 f started
         1 a created
         1 a submitted
         1 a attempt 1
         2 f returned, 1 left
         3 a Failed('no')
         3 f completed 0/1",
    );
}

#[test]
fn cancelling_a_flow_cancels_its_runs_and_subflows() {
    check(
        1,
        "0 flow f
         1 task f a
         2 task f b
         3 flow s f
         4 cancel f
         5 ok a
         6 ok s
         7 ok f",
        "0 f created
         0 f started
         1 a created
         1 a submitted
         1 a attempt 1
         2 b created
         2 b submitted
         3 s created
         3 s started
         4 f cancelling
         4 a cancelling
         4 b Cancelled('stop')
         4 s cancelling
         5 a Cancelled('stop')
         6 s Cancelled('stop') 0/0
         7 f Cancelled('stop') 0/3",
    );
}

#[test]
fn a_flow_that_is_cancelled_after_it_returned_is_cancelled() {
    check(
        1,
        "0 flow f
         1 task f a
         2 ok f
         3 cancel f
         4 ok a",
        "0 f created
         0 f started
         1 a created
         1 a submitted
         1 a attempt 1
         2 f returned, 1 left
         3 a cancelling
         4 a Cancelled('stop')
         4 f Cancelled('stop') 0/1",
    );
}

#[test]
fn a_submit_that_meets_a_cancellation_never_starts() {
    check(
        1,
        "0 flow f
         1 cancel f
         2 task f a
         3 ok f",
        "0 f created
         0 f started
         1 f cancelling
         2 a created
         2 a Cancelled('stop')
         3 f Cancelled('stop') 0/1",
    );
}

#[test]
fn a_flow_that_timed_out_takes_its_runs_along() {
    check(
        1,
        "0 flow f
         1 task f a
         2 time-out f
         3 ok a",
        "0 f created
         0 f started
         1 a created
         1 a submitted
         1 a attempt 1
         2 f returned, 1 left
         2 a cancelling
         3 a Cancelled('the flow run timed out')
         3 f TimedOut('no', type=FAILED) 0/1",
    );
}

#[test]
fn a_task_that_timed_out_takes_its_runs_along() {
    check(
        1,
        "0 flow f
         1 task f a
         2 task a b
         3 time-out a",
        "0 f created
         0 f started
         1 a created
         1 a submitted
         1 a attempt 1
         2 b created
         2 b submitted
         3 b Cancelled(''a' ended before its runs')
         3 a TimedOut('no', type=FAILED)",
    );
}
