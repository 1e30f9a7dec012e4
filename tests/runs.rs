//! Flows end as they should, on every runner.

use std::io::Read;
use std::process::Stdio;

use crate::harness::{Ended, command, example, wflow};

const RUNNERS: [&str; 3] = ["sequential", "concurrent", "thread-pool"];

fn on(runner: &str, component: &str, arguments: &[&str]) -> Ended {
    let component = example(component);
    let options = ["run", &component, "--runner", runner];
    wflow(&[&options[..], arguments].concat())
}

/// The flow gives this result on every runner.
#[track_caller]
fn check(component: &str, arguments: &[&str], result: &str) {
    for runner in RUNNERS {
        let ended = on(runner, component, arguments);
        assert_eq!(ended.code, Some(0), "{runner}: {ended:?}");
        assert_eq!(
            ended.stdout.lines().last(),
            Some(result),
            "{runner}: {ended:?}"
        );
    }
}

#[test]
fn primes_are_counted() {
    check("primes", &["-p", "limit=40000"], "4203");
}

#[test]
fn concurrent_runs_interleave_without_waiting() {
    let ended = on("concurrent", "primes", &["-p", "limit=8000000", "-q"]);
    let up_to = |line: &str| line.rsplit_once(" up to ")?.1.parse::<u32>().ok();
    let reached: Vec<_> = ended.stdout.lines().filter_map(up_to).collect();
    // Each part has five chunks of the numbers.
    let last_first = reached.iter().rposition(|&n| n <= 1_600_000);
    let first_last = reached.iter().position(|&n| n > 6_400_000);
    assert!(last_first < first_last, "{}", ended.stdout);
}

#[test]
fn tasks_submit_tasks_even_with_one_slot() {
    check(
        "unruly",
        &[
            "nested",
            "-p",
            "depth=4",
            "-p",
            "width=2",
            "--max-concurrency",
            "1",
        ],
        "16",
    );
}

#[test]
fn flows_run_flows() {
    check("unruly", &["subflow", "-p", "n=4"], "8");
}

#[test]
fn thousands_of_runs_complete() {
    check("unruly", &["noops", "-p", "count=3000", "-q"], "3000");
}

#[test]
fn a_failed_upstream_fails_its_dependent() {
    for runner in RUNNERS {
        let ended = on(runner, "unruly", &["upstream_failed"]);
        assert_eq!(ended.code, Some(1), "{ended:?}");
        assert!(
            ended.stderr.contains("UpstreamFailed('upstream run 'fail-"),
            "{ended:?}"
        );
    }
}

#[test]
fn a_failed_attempt_is_retried() {
    for runner in RUNNERS {
        let ended = on(runner, "unruly", &["retried"]);
        assert_eq!(ended.code, Some(1), "{ended:?}");
        assert_eq!(
            ended
                .stderr
                .matches("another attempt follows in 0.01 s")
                .count(),
            2,
            "{ended:?}"
        );
    }
}

#[test]
fn unfinished_runs_are_awaited() {
    let ended = on("concurrent", "unruly", &["unawaited", "-p", "fails=true"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(
        ended.stderr.contains("Completed('3/4 states completed.')"),
        "{ended:?}"
    );
}

#[test]
fn the_last_json_event_tells_the_result() {
    let ended = on("concurrent", "primes", &["-p", "limit=4000", "--json"]);
    let events: Vec<serde_json::Value> = ended
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let last = events.last().expect("events");
    assert_eq!(last["event"], "FlowRunFinished");
    assert_eq!(last["state"], "completed");
    assert_eq!(last["result"], 550);
    assert_eq!(ended.stderr, "");
}

#[test]
fn an_interrupt_cancels_a_flow_that_spins() {
    let component = example("unruly");
    let arguments = [
        "run",
        &component,
        "unruly",
        "-p",
        "misbehaviour=spin",
        "-p",
        "in_flow=true",
        "--json",
    ];
    let mut child = command(&arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("wflow starts");
    let mut stdout = child.stdout.take().expect("piped");
    let mut seen = String::new();
    while !seen.contains("FlowRunStarted") {
        let mut byte = [0];
        stdout.read_exact(&mut byte).expect("the flow starts");
        seen.push(char::from(byte[0]));
    }
    let killed = std::process::Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(killed.expect("kill exists").success());
    stdout.read_to_string(&mut seen).expect("text");
    assert_eq!(child.wait().expect("it ends").code(), Some(130), "{seen}");
    assert!(seen.contains(r#""message":"interrupted""#), "{seen}");
}
