//! Whatever a guest does ends its own attempt, with an outcome that says what happened.

use crate::harness::{example, wflow};

/// The misbehaviour ends so, and the neighbour's run completes.
#[track_caller]
fn check(how: &str, ended: &str) {
    let component = example("unruly");
    let how = format!("misbehaviour={how}");
    let run = wflow(&[
        "run", &component, "unruly", "-p", &how, "--memory", "64MiB", "-q",
    ]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let result = run.stdout.lines().last().unwrap_or_default();
    assert!(result.starts_with(r#"{"neighbour":"behaved","#), "{run:?}");
    assert!(result.contains(ended), "{result}");
}

#[test]
fn errors_are_failures() {
    check("return-error", r#""kind":"failed","message":"no luck"#);
}

#[test]
fn no_file_is_there_without_a_grant() {
    check(
        "io-error",
        "no folder is granted for /no/such/file; grant it with --dir HOST::/no/such:ro",
    );
    check(
        "read-file",
        r#""kind":"denied","message":"Permission denied"#,
    );
}

#[test]
fn no_variable_is_there_without_a_grant() {
    check("read-env", r#""message":"[]""#);
}

#[test]
fn a_panic_is_a_crash_with_its_message() {
    check("panic", "out of order");
}

#[test]
fn an_exit_is_a_crash() {
    check(
        "exit-zero",
        r#""kind":"crashed","message":"exited with status 0 before"#,
    );
    check(
        "exit-one",
        r#""kind":"crashed","message":"exited with status 1 before"#,
    );
}

#[test]
fn busy_loops_and_sleeps_time_out() {
    check(
        "spin",
        r#""kind":"timed-out","message":"exceeded its timeout of 1 s"#,
    );
    check(
        "sleep",
        r#""kind":"timed-out","message":"exceeded its timeout of 1 s"#,
    );
}

#[test]
fn memory_has_a_limit() {
    check(
        "hoard",
        "went beyond its limit memory = 64MiB; raise it with --memory",
    );
}

#[test]
fn endless_recursion_is_a_crash() {
    check("recurse", r#""kind":"crashed""#);
}

#[test]
fn endless_output_is_cut_off() {
    let component = example("unruly");
    let run = wflow(&[
        "run",
        &component,
        "unruly",
        "-p",
        "misbehaviour=flood-stdout",
        "-p",
        "in_flow=true",
        "-q",
    ]);
    assert_eq!(run.code, Some(3), "{}", run.stderr);
    assert!(
        run.stderr
            .contains("went beyond its limit output = 16MiB; raise it with --output"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_flow_has_a_timeout() {
    let component = example("unruly");
    for how in ["misbehaviour=spin", "misbehaviour=sleep"] {
        let run = wflow(&[
            "run",
            &component,
            "unruly",
            "-p",
            how,
            "-p",
            "in_flow=true",
            "--timeout",
            "200ms",
        ]);
        assert_eq!(run.code, Some(3), "{run:?}");
        assert!(run.stderr.contains("TimedOut("), "{run:?}");
    }
}

#[test]
fn a_run_that_waits_for_ever_takes_along_what_it_waits_for() {
    check("wait-for-ever", "timed-out");
}
