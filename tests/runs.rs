//! Flows end as they should, on every runner.

use std::io::Read;
use std::process::Stdio;

use crate::harness::{Ended, RUNNERS, command, ended, events, example, folder, interrupt, wflow};

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

/// One run on each runner, all at once.
fn on_every_runner(arguments: &[&str]) -> [Ended; 3] {
    let spawn = |runner| {
        let arguments = [arguments, &["--runner", runner, "-q"]].concat();
        let mut command = command(&arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("wflow starts")
    };
    RUNNERS
        .map(spawn)
        .map(|child| ended(child.wait_with_output().expect("it ends")))
}

/// The flow ends alike on every runner: with the same result, and with the same words printed,
/// whatever their order. Returns what each runner printed.
#[track_caller]
fn check_alike(arguments: &[&str]) -> [String; 3] {
    let ended = on_every_runner(arguments);
    let alike = ended.each_ref().map(|ended| {
        assert_eq!(ended.code, Some(0), "{ended:?}");
        let mut words: Vec<_> = ended.stdout.split_whitespace().collect();
        words.sort_unstable();
        (ended.stdout.lines().last(), words)
    });
    let [sequential, concurrent, thread_pool] = alike;
    assert_eq!(sequential.1, concurrent.1);
    assert_eq!(sequential.1, thread_pool.1);
    ended.map(|ended| ended.stdout)
}

#[test]
fn print_values_is_alike_and_mixes_where_runs_are_concurrent() {
    let component = example("print_values");
    let [sequential, concurrent, thread_pool] = check_alike(&["run", &component]);
    let in_order = "AAAA\r".repeat(15) + &"BBBB\r".repeat(10);
    assert_eq!(sequential, in_order);
    for mixed in [concurrent, thread_pool] {
        let (first_b, last_a) = (mixed.find("BBBB"), mixed.rfind("AAAA"));
        assert!(first_b < last_a, "{mixed}");
        assert_eq!(mixed.len(), in_order.len());
    }
}

#[test]
fn async_values_is_alike_and_mixes_where_runs_are_concurrent() {
    let component = example("async_values");
    let [sequential, concurrent, _] = check_alike(&["run", &component]);
    assert_eq!(sequential, "1 2 a b c d 6 7 8 9 ");
    let (alone, mixed) = concurrent.split_at("1 2 ".len());
    assert_eq!(alone, "1 2 ");
    assert!(mixed.find('6') < mixed.find('d'), "{mixed}");
    assert!(mixed.find('a') < mixed.find('9'), "{mixed}");
}

#[test]
fn primes_is_alike() {
    let component = example("primes");
    let [result, ..] = check_alike(&["run", &component, "-p", "limit=100000"]);
    assert_eq!(result.lines().last(), Some("9592"));
}

#[test]
fn word_count_is_alike() {
    let component = example("word_count");
    let texts = "examples/word_count/texts::texts:ro";
    check_alike(&["run", &component, "--dir", texts]);
}

#[test]
fn thumbnails_is_alike() {
    let component = example("thumbnails");
    let out = folder("thumbnails");
    let grant = format!("{}::out", out.display());
    let images = "examples/thumbnails/images::images:ro";
    check_alike(&["run", &component, "--dir", images, "--dir", &grant]);
    assert_ne!(std::fs::read_dir(out).expect("a folder").count(), 0);
}

#[test]
fn every_shape_of_runs_is_alike() {
    let component = example("unruly");
    for flow in [
        &["bytes"][..],
        &["by_order"],
        &["chain", "-p", "length=50"],
        &["kinds"],
        &["kinds", "-p", "number=9007199254740993", "-p", "text=42"],
        &["nested", "-p", "depth=3", "-p", "width=3"],
        &["noops", "-p", "count=100"],
        &["returns_future"],
        &["subflow", "-p", "n=3"],
        &["unawaited"],
    ] {
        check_alike(&[&["run", &component], flow].concat());
    }
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
fn runs_that_wait_are_not_bounded_by_the_pool() {
    check(
        "unruly",
        &[
            "nested",
            "-p",
            "depth=150",
            "--depth",
            "200",
            "-p",
            "width=1",
            "--max-concurrency",
            "1",
            "-q",
        ],
        "1",
    );
}

#[test]
fn parameters_come_from_a_file_and_from_options() {
    let folder = folder("parameters");
    let file = folder.join("params.json");
    std::fs::write(&file, r#"{"depth": 9, "width": 3}"#).expect("written");
    let file = file.display().to_string();
    check(
        "unruly",
        &["nested", "--params", &file, "-p", "depth=2"],
        "9",
    );
}

#[test]
fn bytes_come_from_a_file_or_from_text() {
    let file = folder("bytes").join("bytes");
    std::fs::write(&file, [0, 159, 146, 150]).expect("written");
    for (text, size) in [
        (format!("bytes=@{}", file.display()), 4),
        ("bytes=12".into(), 2),
    ] {
        let ended = on("concurrent", "unruly", &["echo_bytes", "-p", &text]);
        let says = format!("The result is {size} bytes");
        assert!(ended.stderr.contains(&says), "{ended:?}");
    }
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
    for runner in RUNNERS {
        let ended = on(runner, "unruly", &["unawaited", "-p", "fails=true"]);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert!(
            ended.stderr.contains("Completed('3/4 states completed.')"),
            "{ended:?}"
        );
    }
}

#[test]
fn the_last_json_event_tells_the_result() {
    let component = example("primes");
    let events = events(&["run", &component, "-p", "limit=4000"], 0);
    let last = events.last().expect("events");
    assert_eq!(last["event"], "FlowRunFinished");
    assert_eq!(last["state"], "completed");
    assert_eq!(last["result"], 550);
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
    while !seen.contains("AttemptStarted") {
        let mut byte = [0];
        stdout.read_exact(&mut byte).expect("the flow starts");
        seen.push(char::from(byte[0]));
    }
    interrupt(&child);
    stdout.read_to_string(&mut seen).expect("text");
    assert_eq!(child.wait().expect("it ends").code(), Some(130), "{seen}");
    assert!(seen.contains(r#""message":"interrupted""#), "{seen}");
}
