//! Wrong input gets one line that says what is wrong, and exit code 2.

use std::path::Path;

use crate::harness::{example, folder, wflow};

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
    check(
        &["run", "wit"],
        "wit is no project: it has none of Cargo.toml, flow.py",
    );
}

#[test]
fn a_component_for_another_version_of_wflow() {
    let wasm = std::fs::read(example("primes")).expect("a component");
    let (ours, theirs) = (b"wflow:plugin/plugin@0.1.0", b"wflow:plugin/plugin@0.9.0");
    let mut other = wasm.clone();
    for at in 0..wasm.len() - ours.len() {
        if wasm[at..].starts_with(ours) {
            other[at..at + ours.len()].copy_from_slice(theirs);
        }
    }
    check(
        &["run", &file("version.wasm", &other)],
        "it exports wflow:plugin/plugin@0.9.0, and this wflow runs wflow:plugin/plugin@0.1.0",
    );
}

#[test]
fn a_project_that_does_not_compile() {
    let project = folder("broken");
    let manifest = "[package]\nname = \"broken\"\nedition = \"2024\"\n\
        [lib]\npath = \"lib.rs\"\ncrate-type = [\"cdylib\"]\n[workspace]\n";
    std::fs::write(project.join("Cargo.toml"), manifest).expect("written");
    std::fs::write(project.join("lib.rs"), "fn main( {").expect("written");
    check(&["run", &project.display().to_string()], "does not compile");
}

#[test]
fn what_is_no_flow_of_the_component() {
    let component = example("unruly");
    check(
        &["run", &component],
        "several flows; name one of: again_and_again, allowed, amid, artifacts, ",
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
fn what_does_not_fit_the_parameter() {
    let component = example("unruly");
    let nested = ["run", &component, "nested", "-p", "width=2"];
    let check = |more: &[&str], says: &str| check(&[&nested, more].concat(), says);
    check(
        &["-p", "depth=deep"],
        r#"parameter 'depth': "deep" is not of type "integer""#,
    );
    check(&["-p", "depth=-1"], "-1 is less than the minimum of 0");
    let point = ["run", &component, "kinds", "-p", r#"point={"x":1,"y":"2"}"#];
    self::check(
        &point,
        r#"parameter 'point': "2" is not of type "number", at /y"#,
    );
}

#[test]
fn files_of_parameters_that_hold_none() {
    let component = example("unruly");
    let check = |content: &[u8], says: &str| {
        let file = file("params.json", content);
        self::check(&["run", &component, "nested", "--params", &file], says);
    };
    check(b"{\"depth\": 1", "EOF while parsing an object at line 1");
    check(b"[1, 2]", "has to hold a JSON object");
    check(b"{\"depht\": 1}", "did you mean 'depth'?");
    check(b"{\"depth\": \"1\"}", "is not of type \"integer\"");
    self::check(
        &["run", &component, "nested", "--params", "no/such.json"],
        "cannot read --params no/such.json",
    );
}

#[test]
fn what_is_no_limit_or_grant() {
    check(&["run", "x.wasm", "--memory", "lots"], "--memory");
    check(&["run", "x.wasm", "--timeout", "soon"], "--timeout");
    check(
        &["run", "x.wasm", "--dir", "no/such::there"],
        "cannot grant no/such: there is no such folder",
    );
}
