//! Wrong input gets one line that says what is wrong, and exit code 2.

use std::path::Path;

use crate::harness::{example, wflow};

#[track_caller]
fn check(arguments: &[&str], says: &str) {
    let ended = wflow(arguments);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.stderr.contains(says), "{ended:?}");
    assert!(!ended.stderr.contains("panicked"), "{ended:?}");
}

fn file(name: &str, content: &[u8]) -> String {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, content).expect("the tests' folder can be written");
    path.display().to_string()
}

#[test]
fn what_is_no_component() {
    check(&["run", "no/such.wasm"], "cannot read no/such.wasm");
    check(&["run", &file("empty.wasm", b"")], "the file is empty");
    check(
        &["run", &file("text.wasm", b"hello")],
        "it is not WebAssembly",
    );
    check(
        &["run", &file("module.wasm", b"\0asm\x01\0\0\0")],
        "a core WebAssembly module",
    );
    check(
        &["run", &file("other.wasm", b"\0asm\x0d\0\x01\0")],
        "does not export wflow:plugin/plugin@0.1.0",
    );
    check(&["run", "wit"], "has no Cargo.toml");
}

#[test]
fn what_is_no_flow_of_the_component() {
    let component = example("unruly");
    check(
        &["run", &component],
        "several flows; name one of: by_completion, by_order",
    );
    check(
        &["run", &component, "nestd", "-p", "depth=1"],
        "did you mean 'nested'?",
    );
}

#[test]
fn what_is_no_parameter_of_the_flow() {
    let component = example("unruly");
    check(
        &["run", &component, "nested"],
        "needs the parameter 'depth'",
    );
    check(
        &["run", &component, "nested", "-p", "deep=1"],
        "has no parameter 'deep'",
    );
    check(
        &["run", &component, "nested", "-p", "depth"],
        "expected NAME=VALUE",
    );
}

#[test]
fn what_is_no_limit_or_grant() {
    check(&["run", "x.wasm", "--memory", "lots"], "--memory");
    check(&["run", "x.wasm", "--timeout", "soon"], "--timeout");
    check(
        &["run", "x.wasm", "--dir", "no/such::there"],
        "there is no folder no/such",
    );
}
