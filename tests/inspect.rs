//! What `wflow inspect` shows.

use std::io::Read;
use std::process::Stdio;

use crate::harness::{command, example, wflow};

#[test]
fn types_defaults_descriptions_and_options_are_shown() {
    let ended = wflow(&["inspect", &example("unruly")]);
    for line in [
        "flow noops(count: integer) -> integer",
        "    Runs tasks that do nothing, and takes all of their results.",
        "flow bytes(size: integer = 1048576) -> boolean",
        "    in_flow: Misbehaves in the flow itself instead of a task.",
        "task reversed(bytes: bytes) -> bytes",
        "task total(numbers: array of integer) -> integer",
        r#"    options: {"tags":["db"],"max_concurrency":2}"#,
        r#"    options: {"cache_policy":["inputs"],"cache_isolation":"serializable"}"#,
        r#"    options: {"pure":true}"#,
        r#"    options: {"limits":{"result":10000},"needs":[]}"#,
    ] {
        assert!(
            ended.stdout.lines().any(|shown| shown == line),
            "{line}: {}",
            ended.stdout
        );
    }
}

#[test]
fn json_is_the_whole_manifest() {
    let ended = wflow(&["inspect", &example("primes"), "--json"]);
    let manifest: serde_json::Value = serde_json::from_str(&ended.stdout).expect("JSON");
    assert_eq!(manifest["flows"][0]["options"]["runner"], "thread-pool");
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    let component = example("unruly");
    let mut inspect = command(&["inspect", &component, "--json"]);
    let mut child = inspect
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    drop(child.stdout.take());
    let mut stderr = String::new();
    let mut pipe = child.stderr.take().expect("piped");
    pipe.read_to_string(&mut stderr).expect("text");
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    assert_eq!(stderr, "");
}
