//! What runs used is told, and what they may use together is kept.

use serde_json::Value as Json;

use crate::harness::{RUNNERS, events, example, folder, wflow};

fn usage<'a>(events: &'a [Json], event: &str) -> &'a Json {
    let ends = |it: &&Json| it["event"] == event;
    &events.iter().find(ends).expect("it ends")["usage"]
}

fn number(usage: &Json, name: &str) -> u64 {
    usage[name]
        .as_u64()
        .unwrap_or_else(|| panic!("{name} of {usage}"))
}

#[test]
fn every_attempt_tells_what_it_used() {
    let unruly = example("unruly");
    for runner in RUNNERS {
        let run = [
            "run",
            &unruly,
            "burn",
            "-p",
            "rounds=30",
            "--runner",
            runner,
        ];
        let events = events(&run, 0);
        let task = usage(&events, "TaskRunFinished");
        assert!(number(task, "cpu_us") > 1000, "{task}");
        assert!(number(task, "wall_us") >= number(task, "cpu_us"), "{task}");
        assert!(
            (1..number(task, "wall_us")).contains(&number(task, "start_us")),
            "{task}"
        );
        assert!(
            (1 << 20..64 << 20).contains(&number(task, "memory")),
            "{task}"
        );
        // Its argument is `30`.
        assert_eq!(number(task, "bytes_in"), 2);
        let result = &events.last().expect("events")["result"];
        assert_eq!(number(task, "bytes_out"), result.to_string().len() as u64);
        // The flow gave the argument and returned the result.
        let flow = usage(&events, "FlowRunFinished");
        assert_eq!(number(flow, "bytes_out"), 2 + number(task, "bytes_out"));
        assert!(number(flow, "cpu_us") < number(task, "cpu_us"), "{flow}");
    }
}

#[test]
fn what_a_failed_attempt_used_is_told_too() {
    let unruly = example("unruly");
    let hoard = [
        "run",
        &unruly,
        "propagate",
        "-p",
        "misbehaviour=hoard",
        "--memory",
        "8MiB",
    ];
    let events = events(&hoard, 1);
    let memory = number(usage(&events, "TaskRunFinished"), "memory");
    assert!((6 << 20..=8 << 20).contains(&memory), "{memory}");
}

#[test]
fn it_is_shown_at_the_end_and_recorded() {
    let database = folder("usage").join("wflow.db");
    let database = database.to_str().expect("text");
    let unruly = example("unruly");
    let run = [
        "run", &unruly, "holds", "-p", "count=3", "-p", "mib=20", "-p", "ms=1",
    ];
    let ended = wflow(&[&run[..], &["--stats", "-q", "--db", database]].concat());
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let row = |start: &str| {
        let row = ended.stderr.lines().find(|line| line.starts_with(start));
        let row = row.unwrap_or_else(|| panic!("{start}: {ended:?}"));
        row.split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(row("task hold")[2], "4");
    assert_eq!(row("flow holds")[2], "1");
    let recorded = |arguments: &[&str]| -> Vec<Json> {
        let shown = wflow(&[arguments, &["--json", "--db", database]].concat());
        let lines = shown.stdout.lines();
        lines
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect()
    };
    let list = recorded(&["runs", "list"]);
    let (cpu, memory) = (number(&list[0], "cpu_us"), number(&list[0], "memory"));
    assert!((20 << 20..40 << 20).contains(&memory), "{memory}");
    let runs = recorded(&["runs", "show", list[0]["id"].as_str().expect("an id")]);
    let sum: u64 = runs.iter().map(|run| number(&run["usage"], "cpu_us")).sum();
    assert_eq!((runs.len(), cpu), (5, sum));
}

#[test]
fn memory_is_waited_for_before_a_run_starts() {
    let unruly = example("unruly");
    for runner in ["concurrent", "thread-pool"] {
        let run = [
            "run", &unruly, "holds", "-p", "count=8", "-p", "mib=30", "-p", "ms=50",
        ];
        let options = ["--runner", runner, "--total-memory", "80MiB"];
        let events = events(&[&run[..], &options].concat(), 0);
        let delayed = events
            .iter()
            .filter(|event| event["event"] == "TaskRunDelayed");
        let reasons: Vec<_> = delayed.map(|event| event["reason"].to_string()).collect();
        assert!(!reasons.is_empty());
        assert!(reasons[0].contains("waits for memory"), "{reasons:?}");
        assert_eq!(events.last().expect("events")["result"], 9 * (30 << 20));
    }
}

#[test]
fn a_host_that_is_full_refuses_to_grow() {
    let unruly = example("unruly");
    let run = [
        "run", &unruly, "holds", "-p", "count=0", "-p", "mib=30", "-p", "ms=0",
    ];
    let ended = wflow(&[&run[..], &["-q", "--total-memory", "20MiB"]].concat());
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let says = "the host's memory for runs is full, 20.0 MiB; raise it with --total-memory";
    assert!(ended.stderr.contains(says), "{ended:?}");
}
