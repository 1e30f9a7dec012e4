//! Results that are kept: what makes runs share them, and what a pure task cannot do.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value as Json;

use crate::harness::{RUNNERS, command, ended, events, example, folder, wflow};

/// A run database of its own, in which no results are kept yet.
fn database() -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let folder = folder(&format!("results_{number}"));
    format!("--db={}", folder.join("wflow.db").display())
}

/// The flow of the unruly component gives this result on every runner.
#[track_caller]
fn check(arguments: &[&str], result: &str) {
    let component = example("unruly");
    for runner in RUNNERS {
        let run = ["run", &component, "--runner", runner, "-q", &database()];
        let ended = wflow(&[&run[..], arguments].concat());
        let last = ended.stdout.lines().last();
        assert_eq!(last, Some(result), "{runner}: {ended:?}");
    }
}

/// How many task runs of the flow execute on every runner, and how many end with a result that was
/// there.
#[track_caller]
fn check_counts(flow: &str, executed: usize, cached: usize) {
    let component = example("unruly");
    for runner in RUNNERS {
        let events = events(
            &["run", &component, flow, "--runner", runner, &database()],
            0,
        );
        let of_tasks = events.iter().filter(|event| event["task_run"].is_string());
        let count = |is: &dyn Fn(&Json) -> bool| of_tasks.clone().filter(|event| is(event)).count();
        let started = count(&|event| event["event"] == "AttemptStarted");
        let given = count(&|event| event["event"] == "TaskRunFinished" && event["cached"] == true);
        assert_eq!((started, given), (executed, cached), "{runner}");
    }
}

#[test]
fn a_policy_says_which_runs_share_a_result() {
    for (policy, ends) in [
        (
            "inputs",
            r#"["completed","cached","completed","completed"]"#,
        ),
        (
            "inputs - label",
            r#"["completed","cached","completed","cached"]"#,
        ),
        ("task-source", r#"["completed","cached","cached","cached"]"#),
        (
            "none",
            r#"["completed","completed","completed","completed"]"#,
        ),
    ] {
        let policy = format!("policy={policy}");
        check(&["drawn_by", "-p", &policy], ends);
    }
}

#[test]
fn without_a_policy_no_result_is_shared() {
    check(&["drawn_without_a_policy"], r#"["completed","completed"]"#);
}

#[test]
fn flow_runs_and_their_arguments_can_be_part_of_a_policy() {
    for (policy, ends) in [
        ("inputs", r#"["completed","cached","cached"]"#),
        ("flow-parameters", r#"["completed","cached","completed"]"#),
        (
            "run-id + inputs",
            r#"["completed","completed","completed"]"#,
        ),
    ] {
        let policy = format!("policy={policy}");
        check(&["drawn_in_flows", "-p", &policy], ends);
    }
}

#[test]
fn the_results_of_other_runs_count_by_their_values() {
    check(&["drawn_from_futures"], r#"["completed","cached"]"#);
}

#[test]
fn one_run_of_a_key_executes_and_the_others_wait_for_it() {
    check(&["drawn_alone"], "3");
    check_counts("drawn_alone", 3, 9);
}

#[test]
fn a_run_does_not_wait_for_the_run_that_waits_for_it() {
    check(&["descended"], "5");
}

#[test]
fn failures_are_not_kept() {
    check(&["failed_twice"], r#"["failed","failed"]"#);
    check_counts("failed_twice", 4, 0);
}

#[test]
fn results_expire() {
    check(
        &["expired"],
        r#"["completed","completed","completed","cached"]"#,
    );
}

#[test]
fn a_refresh_executes_and_takes_the_place_of_the_result() {
    check(&["refreshed"], "[false,true]");
    check_counts("refreshed", 2, 1);
}

#[test]
fn a_key_is_made_of_arguments_that_are_values() {
    check(
        &["keyed"],
        r#"["a 1","a 1","a 1","d 2","e 1","f 1","g 3","h 3"]"#,
    );
}

#[test]
fn hooks_learn_of_results_that_were_there() {
    let ended = wflow(&[
        "run",
        &example("unruly"),
        "watched_twice",
        "-q",
        &database(),
    ]);
    for line in [
        "true",
        "watched_draw after 1: completed",
        "watched_draw after 0: cached",
    ] {
        assert!(ended.stdout.lines().any(|shown| shown == line), "{ended:?}");
    }
}

#[test]
fn a_cached_run_is_told_as_such_and_has_no_attempt() {
    let ended = wflow(&["run", &example("unruly"), "refreshed", &database()]);
    let says = " - Finished in state Cached(type=COMPLETED)\n";
    assert_eq!(ended.stderr.matches(says).count(), 1, "{ended:?}");
    check_counts("refreshed", 2, 1);
}

#[test]
fn a_result_that_is_there_waits_for_no_slot() {
    for runner in ["concurrent", "thread-pool"] {
        let component = example("unruly");
        let run = ["run", &component, "overtaken", "-q", "--runner", runner];
        let ended = wflow(&[&run[..], &["--max-concurrency", "1", &database()]].concat());
        assert_eq!(ended.stdout.trim_end(), r#"["cached"]"#, "{ended:?}");
    }
}

#[test]
fn a_result_with_a_secret_is_not_kept() {
    let component = example("unruly");
    for runner in RUNNERS {
        let run = ["run", &component, "secrets_drawn", "-q", "--runner", runner];
        let mut command =
            command(&[&run[..], &["--secret", "token=env:TOKEN", &database()]].concat());
        let ended = ended(
            command
                .env("TOKEN", "swordfish")
                .output()
                .expect("it starts"),
        );
        let ends = r#"["completed","completed","completed","cached"]"#;
        assert_eq!(ended.stdout.trim_end(), ends, "{ended:?}");
    }
}

/// How the one run of a flow ends whose results are kept so.
#[track_caller]
fn draw(component: &str, policy: &str, options: &[&str]) -> String {
    let policy = format!("policy={policy}");
    let run = ["run", component, "draws_once", "-p", "n=1", "-p", &policy];
    let ended = wflow(&[&run[..], &["-q"], options].concat());
    assert_eq!(ended.code, Some(0), "{ended:?}");
    ended.stdout.trim_end().to_owned()
}

const EXECUTED: &str = r#"["completed",1]"#;
const CACHED: &str = r#"["cached",1]"#;

#[test]
fn results_outlive_the_run_that_made_them() {
    let (component, database) = (example("unruly"), database());
    assert_eq!(draw(&component, "inputs", &[&database]), EXECUTED);
    for runner in RUNNERS {
        let options = ["--runner", runner, &database];
        assert_eq!(draw(&component, "inputs", &options), CACHED);
        assert_eq!(draw(&component, "run-id", &options), EXECUTED);
    }
}

#[test]
fn without_a_record_nothing_outlives_the_run() {
    let component = example("unruly");
    for _ in 0..2 {
        assert_eq!(draw(&component, "inputs", &["--no-record"]), EXECUTED);
    }
    for runner in RUNNERS {
        let run = ["run", &component, "drawn_in_flows", "-p", "policy=inputs"];
        let ended = wflow(&[&run[..], &["-q", "--no-record", "--runner", runner]].concat());
        let within = r#"["completed","cached","cached"]"#;
        assert_eq!(ended.stdout.trim_end(), within, "{ended:?}");
    }
}

#[test]
fn results_are_forgotten() {
    let (component, database) = (example("unruly"), database());
    let expired = || wflow(&["run", &component, "expired", "-q", &database]).stdout;
    let clear =
        |options: &[&str]| wflow(&[&["cache", "clear", &database], options].concat()).stderr;
    let first = r#"["completed","completed","completed","cached"]"#;
    assert_eq!(expired().trim_end(), first);
    let again = r#"["completed","completed","cached","cached"]"#;
    assert_eq!(expired().trim_end(), again);
    assert_eq!(clear(&["--expired"]), "Forgot 1 result\n");
    assert_eq!(clear(&["--expired"]), "Forgot 0 results\n");
    assert_eq!(clear(&[]), "Forgot 1 result\n");
    assert_eq!(expired().trim_end(), first);
}

#[test]
fn a_component_has_the_results_of_another_one_only_if_it_is_the_same() {
    let (component, database) = (example("unruly"), database());
    let copy = folder("results_copy").join("copy.wasm");
    std::fs::copy(&component, &copy).expect("copied");
    let copy = copy.display().to_string();
    for policy in ["inputs", "inputs + task-source"] {
        assert_eq!(draw(&component, policy, &[&database]), EXECUTED);
    }
    assert_eq!(draw(&copy, "inputs", &[&database]), EXECUTED);
    assert_eq!(draw(&copy, "inputs + task-source", &[&database]), CACHED);
}

#[test]
fn a_cached_run_is_recorded_as_such() {
    let (component, database) = (example("unruly"), database());
    let run = wflow(&["run", &component, "refreshed", "-q", &database]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let list = wflow(&["runs", &database, "list", "--json"]);
    let listed: Json =
        serde_json::from_str(list.stdout.lines().next().unwrap_or_default()).expect("JSON");
    let name = listed["name"].as_str().expect("a name");
    let logs = wflow(&["runs", &database, "logs", name]);
    let says = " - Finished in state Cached(type=COMPLETED)\n";
    assert!(logs.stderr.contains(says), "{logs:?}");
    let tree = wflow(&["runs", &database, "show", name]);
    assert!(tree.stdout.contains("Cached"), "{tree:?}");
}

#[test]
fn a_policy_of_other_words_is_refused() {
    for (policy, says) in [
        (
            "input",
            "a cache policy is made of inputs, task-source, flow-parameters, run-id and -PARAMETER",
        ),
        (
            "inputs - lable",
            "the cache policy leaves out 'lable', which is no parameter",
        ),
    ] {
        let policy = format!("policy={policy}");
        let ended = wflow(&["run", &example("unruly"), "misused", "-p", &policy, "-q"]);
        assert!(ended.stdout.contains("invalid-input: "), "{ended:?}");
        assert!(ended.stdout.contains(says), "{ended:?}");
    }
}

#[test]
fn pure_tasks_share_results_across_flows() {
    check(
        &["pure_again"],
        r#"["completed","cached","completed","cached"]"#,
    );
}

#[test]
fn pure_tasks_share_results_across_components() {
    let (component, database) = (example("unruly"), database());
    let copy = folder("pure_copy").join("copy.wasm");
    std::fs::copy(&component, &copy).expect("copied");
    let first = wflow(&["run", &component, "pure_again", "-q", &database]);
    assert_eq!(first.code, Some(0), "{first:?}");
    for runner in RUNNERS {
        let copy = copy.display().to_string();
        let run = ["run", &copy, "pure_again", "-q", "--runner", runner];
        let again = wflow(&[&run[..], &[&database]].concat());
        let ends = r#"["cached","cached","cached","cached"]"#;
        assert_eq!(again.stdout.trim_end(), ends, "{again:?}");
    }
}

/// How a pure task ends on every runner that reaches for something, whatever the operator grants.
#[track_caller]
fn reach(what: &str) -> String {
    let [sequential, concurrent, thread_pool] = RUNNERS.map(|runner| reach_on(runner, what));
    assert_eq!(sequential, concurrent);
    assert_eq!(sequential, thread_pool);
    sequential
}

#[track_caller]
fn reach_on(runner: &str, what: &str) -> String {
    let component = example("unruly");
    let what = format!("reach={what}");
    let run = ["run", &component, "reached", "-p", &what, "-q", &database()];
    let grants = ["--dir=wit::.:ro", "--env=HOME=/", "--allow-net=127.0.0.1"];
    let more = [
        "--var=workers=4",
        "--secret=token=env:TOKEN",
        "--runner",
        runner,
    ];
    let mut command = command(&[&run[..], &grants, &more].concat());
    let ended = ended(
        command
            .env("TOKEN", "swordfish")
            .output()
            .expect("it starts"),
    );
    assert_eq!(ended.code, Some(0), "{ended:?}");
    ended.stdout.trim_end().to_owned()
}

#[test]
fn a_pure_task_is_denied_whatever_is_no_argument() {
    for (what, says) in [
        ("clock", "clock; it called wasi:clocks/monotonic-clock.now"),
        ("wall-clock", "clock; it called wasi:clocks/wall-clock.now"),
        ("sleep", "clock; it called wasi:clocks/monotonic-clock."),
        (
            "async-sleep",
            "clock; it called wasi:clocks/monotonic-clock.",
        ),
        ("random", "random numbers; it called wasi:random/random."),
        ("file", "files; it called wasi:filesystem/"),
        ("folder", "files; it called wasi:filesystem/"),
        ("network", "network; it called wasi:sockets/"),
        ("request", "network; it called wasi:http/"),
        (
            "variable",
            "variables; it called wflow:plugin/runner.variable",
        ),
        ("secret", "secrets; it called wflow:plugin/runner.secret"),
        (
            "submit",
            "runs of its own; it called wflow:plugin/runner.submit",
        ),
        (
            "flow",
            "runs of its own; it called wflow:plugin/runner.start-flow",
        ),
    ] {
        let ended = reach(what);
        let expected = format!("\"denied: a pure task has no {says}");
        assert!(ended.starts_with(&expected), "{what}: {ended}");
    }
}

#[test]
fn the_environment_of_a_pure_task_is_empty() {
    for what in ["environment", "arguments"] {
        assert_eq!(reach(what), "\"0\"");
    }
}

#[test]
fn a_pure_task_can_print_panic_and_use_a_hash_map_that_is_always_the_same() {
    assert_eq!(reach("print"), "printed\n\"0\"");
    assert!(reach("panic").contains(r#""crashed: panicked at "#));
    assert_eq!(reach("hash-map"), reach("hash-map"));
}
