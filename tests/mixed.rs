//! The example whose flow is in Python and whose tasks are in Rust, JavaScript and C, and a WASI command.

use std::process::Command;

use crate::harness::{command, root, wflow};

#[test]
fn a_flow_calls_tasks_of_other_languages_and_a_command() {
    let example = root().join("examples/mixed");
    let fetched = Command::new(example.join("fetch"))
        .arg(env!("CARGO_BIN_EXE_wflow"))
        .env(
            "WFLOW_HOME",
            command(&[]).get_envs().find_map(home).expect("a home"),
        )
        .output()
        .expect("it starts");
    assert!(fetched.status.success(), "{fetched:?}");
    let key = format!("mixed-{}", std::process::id());
    let flow = example.join("flow.py").display().to_string();
    let ran = wflow(&[
        "run",
        &flow,
        "-p",
        "limit=2000",
        "-p",
        "parts=3",
        "--id",
        &key,
    ]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stderr.contains("The result is "), "{ran:?}");
    for task in [
        "counting/count_primes",
        "drawing/bars",
        "resvg/run",
        "pictures/resize",
    ] {
        assert!(
            ran.stderr.contains(&format!("for task '{task}'")),
            "{ran:?}"
        );
    }
    let name = ran.stderr.split('\'').nth(1).expect("the flow run's name");
    let result = command(&["runs", "result", name])
        .output()
        .expect("it starts");
    assert!(
        result.stdout.starts_with(b"\xff\xd8\xff"),
        "a JPEG: {result:?}"
    );
}

/// The tests' own.
fn home<'a>(
    (name, value): (&'a std::ffi::OsStr, Option<&'a std::ffi::OsStr>),
) -> Option<&'a std::ffi::OsStr> {
    value.filter(|_| name == "WFLOW_HOME")
}

#[test]
fn source_that_runs_code_when_it_is_built_is_not_built_for_a_file() {
    let place = crate::harness::folder("mixed_source");
    let config = place.join("wflow.toml");
    let primes = root().join("examples/primes");
    let toml = format!("[components]\nprimes = '{}'", primes.display());
    std::fs::write(&config, toml).expect("written");
    let (unruly, config) = (
        crate::harness::example("unruly"),
        config.display().to_string(),
    );
    let ended = wflow(&["run", &unruly, "nowhere", "--config", &config]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    let says = "is source of Rust, whose build runs code of its own; build it first";
    assert!(ended.stderr.contains(says), "{ended:?}");
}
