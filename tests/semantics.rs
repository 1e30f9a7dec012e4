//! What flows and tasks can rely on, whatever the runner: the rules of the README's table.

use serde_json::Value as Json;

use crate::harness::{RUNNERS, events, example, folder, wflow};

/// The flow of the unruly component gives this result on every runner.
#[track_caller]
fn check(arguments: &[&str], result: &str) {
    for runner in RUNNERS {
        check_on(runner, arguments, result);
    }
}

#[track_caller]
fn check_on(runner: &str, arguments: &[&str], result: &str) {
    let component = example("unruly");
    let run = ["run", &component, "--runner", runner, "-q"];
    let ended = wflow(&[&run[..], arguments].concat());
    assert_eq!(ended.stdout.trim_end(), result, "{runner}: {ended:?}");
}

#[test]
fn an_allowed_failure_is_handed_over() {
    check(
        &["allowed", "-p", "fails=true"],
        r#"["failed: as expected",2]"#,
    );
    check(
        &["allowed", "-p", "fails=false"],
        r#"["completed with 7",2]"#,
    );
}

/// A type and a name, as Prefect writes them.
#[test]
fn states_have_a_type_and_a_name() {
    let component = example("unruly");
    for runner in RUNNERS {
        for (flow, says) in [
            (&["hello"][..], "Finished in state Completed("),
            (&["conditional", "-p", "message=broken"], "Failed('broken')"),
            (&["upstream_failed"], "UpstreamFailed('upstream run 'fail-"),
            (&["upstream_failed"], "' did not complete', type=FAILED)"),
            (&["gone_task", "-p", "last_words="], "TimedOut('exceeded"),
            (&["gone_task", "-p", "last_words="], " s', type=FAILED)"),
            (&["gone_task", "-p", "last_words=x"], "Crashed('panicked at"),
        ] {
            let run = ["run", &component, "--runner", runner];
            let ended = wflow(&[&run[..], flow].concat());
            assert!(ended.stderr.contains(says), "{says}: {ended:?}");
        }
    }
}

#[test]
fn a_failure_is_a_value_and_a_state() {
    check(&["failure_and_state"], r#"["as expected","failed"]"#);
}

#[test]
fn a_future_is_an_argument() {
    check(&["chain", "-p", "length=50"], "50");
}

#[test]
fn a_run_waits_for_one_of_which_it_takes_no_result() {
    let component = example("unruly");
    for runner in RUNNERS {
        let run = ["run", &component, "waits_for_another", "--runner", runner];
        let events = events(&run, 0);
        let of_tasks = events.iter().filter(|event| event["task_run"].is_string());
        let order: Vec<_> = of_tasks
            .filter(|event| event["event"] == "AttemptStarted" || event["state"] == "completed")
            .filter_map(|event| event["task_run"].as_str()?.split('-').next())
            .collect();
        assert_eq!(order, ["doze", "doze", "increment", "increment"]);
        let failed = ["run", &component, "wait_for_failed", "--runner", runner];
        let ended = wflow(&failed);
        assert!(ended.stderr.contains("UpstreamFailed("), "{ended:?}");
    }
}

#[test]
fn runs_are_mapped_and_taken_in_the_order_of_their_ends() {
    // One after another, they have all ended when the flow looks.
    check_on("sequential", &["as_they_end"], "[[600,300,0],[2,4,6]]");
    for runner in ["concurrent", "thread-pool"] {
        check_on(runner, &["as_they_end"], "[[0,300,600],[2,4,6]]");
    }
}

#[test]
fn a_list_of_futures_is_an_argument() {
    check(&["summed", "-p", "count=0"], "0");
    check(&["summed", "-p", "count=100"], "4950");
}

#[test]
fn names_are_made_of_arguments() {
    check(
        &["named", "-p", "path=a.png"],
        r#"["resize-64-of-a.png","first 128","resize-seven-of-a.png"]"#,
    );
    let component = example("unruly");
    let events = events(&["run", &component, "named", "-p", "path=a.png"], 0);
    assert_eq!(events[0]["name"], "thumbnails of a.png");
}

#[test]
fn waiting_with_a_timeout_tells_what_is_done_and_what_is_not() {
    for runner in ["concurrent", "thread-pool"] {
        check_on(runner, &["waited"], r#"[2,1,"cancelled"]"#);
    }
}

/// How many of the events are of this kind.
fn count(events: &[Json], kind: &str) -> usize {
    events.iter().filter(|event| event["event"] == kind).count()
}

#[test]
fn a_condition_decides_about_retries() {
    let component = example("unruly");
    for runner in RUNNERS {
        for (message, retries) in [("message=busy", 2), ("message=broken", 0)] {
            let run = [
                "run",
                &component,
                "conditional",
                "-p",
                message,
                "--runner",
                runner,
            ];
            let events = events(&run, 1);
            assert_eq!(
                count(&events, "AttemptFailed"),
                retries,
                "{runner} {message}"
            );
        }
    }
}

#[test]
fn a_flow_is_retried_from_its_start() {
    let component = example("unruly");
    for runner in RUNNERS {
        let state = folder(&format!("second_time_{runner}"));
        let grant = format!("{}::state", state.display());
        let run = [
            "run",
            &component,
            "second_time_lucky",
            "--dir",
            &grant,
            "--runner",
            runner,
        ];
        let events = events(&run, 0);
        let last = events.last().expect("events");
        assert_eq!((&last["result"], &last["runs"]), (&1.into(), &1.into()));
        assert_eq!(count(&events, "AttemptFailed"), 1);
    }
}

#[test]
fn a_subflow_has_retries_of_its_own() {
    let component = example("unruly");
    for runner in RUNNERS {
        let state = folder(&format!("lucky_subflow_{runner}"));
        let grant = format!("{}::state", state.display());
        let run = ["run", &component, "lucky_subflow", "--dir", &grant];
        let events = events(&[&run[..], &["--runner", runner]].concat(), 0);
        assert_eq!(events.last().expect("events")["result"], 1);
        let failed: Vec<_> = events
            .iter()
            .filter(|event| event["event"] == "AttemptFailed")
            .collect();
        assert_eq!(failed.len(), 1, "{runner}: {events:?}");
        assert_ne!(failed[0]["id"], events[0]["id"], "{runner}");
    }
}

#[test]
fn delays_before_retries_are_listed_or_grow_and_jitter_lengthens_them() {
    let component = example("unruly");
    for runner in RUNNERS {
        let delays = |delays: &str, backoff: &str, jitter: &str| -> Vec<f64> {
            let parameters = [
                format!("delays_ms={delays}"),
                format!("backoff={backoff}"),
                format!("jitter={jitter}"),
            ];
            let [delays, backoff, jitter] = parameters.each_ref().map(|text| ["-p", text]);
            let run = ["run", &component, "paced", "--runner", runner];
            let ended = wflow(&[&run[..], &delays, &backoff, &jitter].concat());
            let told = ended.stderr.split("another attempt follows in ").skip(1);
            told.filter_map(|rest| rest.split(' ').next()?.parse().ok())
                .collect()
        };
        assert_eq!(delays("[10,30]", "1", "0"), [0.01, 0.03, 0.03], "{runner}");
        assert_eq!(delays("[10]", "2", "0"), [0.01, 0.02, 0.04], "{runner}");
        for delay in delays("[100]", "1", "0.5") {
            assert!((0.1..=0.15).contains(&delay), "{runner}: {delay}");
        }
    }
}

#[test]
fn a_permanent_failure_skips_the_retries() {
    let component = example("unruly");
    for runner in RUNNERS {
        let run = ["run", &component, "retried", "--runner", runner];
        let permanent = [&run[..], &["-p", "permanent=true"]].concat();
        assert_eq!(count(&events(&permanent, 1), "AttemptFailed"), 0);
        assert_eq!(count(&events(&run, 1), "AttemptFailed"), 2);
    }
}

#[test]
fn a_crash_is_the_attempt_s_own_and_retried() {
    let component = example("unruly");
    for runner in RUNNERS {
        let state = folder(&format!("survives_{runner}"));
        let grant = format!("{}::state", state.display());
        let run = ["run", &component, "survives", "--dir", &grant];
        let events = events(&[&run[..], &["--runner", runner]].concat(), 0);
        let failed = events
            .iter()
            .find(|event| event["event"] == "AttemptFailed");
        let failure = &failed.expect("it crashed once")["failure"];
        assert_eq!(failure["kind"], "crashed", "{runner}: {failure}");
        assert_eq!(events.last().expect("events")["result"], 2);
    }
}

/// The most runs that executed at the same time, and the times of their starts.
fn overlap(events: &[Json]) -> (usize, Vec<jiff::Timestamp>) {
    let (mut running, mut most, mut starts) = (0, 0, Vec::new());
    for event in events.iter().filter(|event| event["task_run"].is_string()) {
        match event["event"].as_str() {
            Some("AttemptStarted") => {
                running += 1;
                starts.push(event["at"].as_str().expect("text").parse().expect("a time"));
            }
            Some("TaskRunFinished") => running -= 1,
            _ => {}
        }
        most = most.max(running);
    }
    (most, starts)
}

#[test]
fn limits_of_tasks_and_tags_hold() {
    let component = example("unruly");
    for runner in ["concurrent", "thread-pool"] {
        let run = [
            "run", &component, "queries", "-p", "count=8", "--runner", runner,
        ];
        let declared = overlap(&events(&run, 0));
        assert_eq!(declared.0, 2);
        let by_tag = [&run[..], &["--concurrency-limit", "tag:db=1"]].concat();
        assert_eq!(overlap(&events(&by_tag, 0)).0, 1);
        let other = [&run[..], &["--concurrency-limit", "tag:other=1"]].concat();
        assert_eq!(overlap(&events(&other, 0)).0, 2);
    }
}

#[test]
fn starts_keep_to_a_rate() {
    let component = example("unruly");
    let run = [
        "run",
        &component,
        "queries",
        "-p",
        "count=5",
        "-p",
        "milliseconds=0",
    ];
    for runner in RUNNERS {
        let rate = ["--concurrency-limit", "tag:db=20/s", "--runner", runner];
        let (_, starts) = overlap(&events(&[&run[..], &rate].concat(), 0));
        let apart = starts
            .windows(2)
            .map(|pair| pair[1].duration_since(pair[0]));
        let least = apart.min().expect("several starts");
        let second = jiff::SignedDuration::from_millis(50);
        assert!(least >= second, "{runner}: {least:?}");
    }
}

#[test]
fn a_run_that_waits_keeps_its_place_under_a_limit() {
    let component = example("unruly");
    for runner in RUNNERS {
        let events = events(&["run", &component, "places", "--runner", runner], 0);
        let is_limited = |event: &&Json| {
            let name = event["task_run"].as_str().unwrap_or_default();
            name.starts_with("keeps_its_place-")
        };
        let limited: Vec<_> = events.iter().filter(is_limited).cloned().collect();
        let (most, starts) = overlap(&limited);
        assert_eq!((most, starts.len()), (1, 3), "{runner}");
    }
}

#[test]
fn a_limit_that_is_none_is_refused() {
    let ended = wflow(&["run", "x.wasm", "--concurrency-limit", "db=1"]);
    assert_eq!(ended.code, Some(2));
    assert!(ended.stderr.contains("expected task:NAME=N"), "{ended:?}");
}

#[test]
fn a_higher_priority_starts_first() {
    let component = example("unruly");
    for runner in ["concurrent", "thread-pool"] {
        let run = ["run", &component, "priorities", "--runner", runner];
        let events = events(&[&run[..], &["--max-concurrency", "1"]].concat(), 0);
        let started = events
            .iter()
            .filter(|event| event["event"] == "AttemptStarted");
        let names = started.filter_map(|event| event["task_run"].as_str());
        let numbers: Vec<_> = names
            .filter(|name| name.starts_with("noop-"))
            .filter_map(|name| name.rsplit('-').next())
            .collect();
        assert_eq!(numbers, ["2", "1", "0"], "{runner}");
    }
}

#[test]
fn a_subflow_has_a_runner_of_its_own() {
    let component = example("unruly");
    let ended = wflow(&["run", &component, "runner_of_its_own"]);
    assert_eq!(ended.stdout.trim_end(), "\"completed\"", "{ended:?}");
    for says in [
        "'ConcurrentTaskRunner'",
        "'SequentialTaskRunner'",
        "Executing 'noop-",
    ] {
        assert!(ended.stderr.contains(says), "{ended:?}");
    }
    // Where the operator chooses, it is for all.
    check_on("sequential", &["runner_of_its_own"], "\"completed\"");
}

#[test]
fn a_tree_of_runs_ten_levels_deep_ends_on_one_worker() {
    let nested = ["nested", "-p", "depth=10", "-p", "width=2"];
    let narrow = ["--max-concurrency", "1", "--max-workers", "1"];
    check(&[&nested[..], &narrow].concat(), "1024");
}

#[test]
fn tags_are_told() {
    let component = example("unruly");
    let run = ["run", &component, "queries", "-p", "count=1"];
    let events = events(&run, 0);
    let created = events
        .iter()
        .find(|event| event["event"] == "TaskRunCreated");
    assert_eq!(created.expect("a task run")["tags"][0], "db");
}
