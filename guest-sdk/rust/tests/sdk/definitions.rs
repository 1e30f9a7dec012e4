//! What the host learns of flows and tasks, and what happens when it runs one.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use wflow::__private::{Kind, Value, describe, retry_if, run};
use wflow::prelude::*;

#[derive(Serialize, Deserialize, JsonSchema)]
struct Point {
    x: f64,
}

/// Adds two numbers.
///
///   - indented
#[task(name = "sum", retries = 2, retry_delay = "1.5s", timeout = "1m", tags = ["a", "\"b\""])]
fn add(
    /// The first.
    mut first: i32,
    #[default(40)] r#second: i32,
) -> i32 {
    first += second;
    first
}

#[flow(runner = "thread-pool", max_workers = 3, timeout = "1h")]
fn points(at: Point, maybe: Option<Point>, #[default("x")] name: String) -> Result<String> {
    let there = maybe.map_or(0.0, |point| point.x);
    Ok(format!("{name}: {} {there}", at.x))
}

#[task(
    run_name = "try {what}",
    retry_delay = ["1s", "1m"],
    retry_backoff = 2,
    retry_jitter = 0.5,
    retry_if = |failure| failure.message() == "busy",
    priority = -3,
    max_concurrency = 4
)]
fn attempt(what: String) -> Result<(), String> {
    Err(what)
}

#[task]
async fn turned(bytes: Bytes) -> Result<Bytes, std::io::Error> {
    wflow::sleep(std::time::Duration::from_millis(1)).await;
    Ok(bytes.iter().rev().copied().collect::<Vec<_>>().into())
}

#[task]
fn fails(permanent: bool) -> Result<(), String> {
    let _: () = permanent.then_some(()).ok_or("no luck")?;
    Ok(())
}

#[task]
fn no_json() -> BTreeMap<(u8, u8), u8> {
    BTreeMap::from([((1, 2), 3)])
}

#[task(
    cache_policy = "inputs - first + flow-parameters",
    cache_expiration = "1h",
    cache_isolation = "serializable",
    refresh_cache
)]
fn kept(first: u32, second: u32) -> u32 {
    first + second
}

fn sum_of(first: &u32, second: &u32) -> u32 {
    first + second
}

#[task(cache_key = sum_of, refresh_cache = false)]
fn keyed(first: u32, second: u32) -> u32 {
    first * second
}

#[task(pure, cache_policy = "none")]
fn plain() {}

#[task(
    memory = "64MiB",
    table_elements = 1_000,
    instances = 2,
    wall_time = "1m",
    cpu_time = "1.5s",
    output = "10KB",
    output_lines = 100,
    result = 4096,
    arguments = "1.5KiB",
    submits = 0,
    depth = 1,
    open_files = 3,
    artifacts = 4,
    http_response = "1GB"
)]
fn limited() {}

#[task(needs = [
    "secret  token", "var workers", "env HOME", "dir my data:ro", "net db.example.org:5432",
    "http GET https://api.example.org",
])]
fn needy() {}

#[flow(needs = [], submits = 10)]
fn modest() {}

/// The definition as JSON, its schemas and options unpacked.
fn definition(name: &str) -> serde_json::Value {
    let manifest = describe();
    let mut all = manifest.flows.into_iter().chain(manifest.tasks);
    let found = all.find(|d| d.name == name).expect("it is registered");
    let json = |text: &str| -> serde_json::Value { serde_json::from_str(text).expect("JSON") };
    let parameters = found.parameters.iter().map(|parameter| {
        let default = parameter.default.as_deref().map(json);
        json!([parameter.name, json(&parameter.schema), default])
    });
    json!({
        "description": found.description,
        "parameters": parameters.collect::<Vec<_>>(),
        "result": json(&found.result),
        "options": (!found.options.is_empty()).then(|| json(&found.options)),
    })
}

#[track_caller]
fn check(kind: Kind, name: &str, arguments: &[&str], ends: Result<&str, &str>) {
    let arguments = arguments.iter().map(|text| Value::Json((*text).into()));
    match (run(kind, name, arguments.collect()), ends) {
        (Ok(Value::Json(text)), Ok(expected)) => assert_eq!(text, expected),
        (Err(error), Err(expected)) => assert_eq!(error.message, expected),
        (ended, _) => panic!("{ended:?}"),
    }
}

#[test]
fn every_option_is_told() {
    let expected = json!({
        "run_name": "try {what}", "retry_delay_ms": [1000, 60_000], "retry_backoff": 2.0,
        "retry_jitter": 0.5, "retry_if": true, "priority": -3, "max_concurrency": 4,
    });
    assert_eq!(definition("attempt")["options"], expected);
}

#[test]
fn what_results_are_kept_for_is_told() {
    let expected = json!({
        "cache_policy": ["inputs", "-first", "flow-parameters"], "cache_expiration_ms": 3_600_000,
        "cache_isolation": "serializable", "refresh_cache": true,
    });
    assert_eq!(definition("kept")["options"], expected);
    // A key is the submit's to tell.
    assert_eq!(
        definition("keyed")["options"],
        json!({ "refresh_cache": false })
    );
    let expected = json!({ "cache_policy": [], "pure": true });
    assert_eq!(definition("plain")["options"], expected);
}

#[test]
fn every_limit_is_told_in_its_unit() {
    let limits = json!({
        "memory": 64 << 20, "table_elements": 1000, "instances": 2, "wall_time": 60_000,
        "cpu_time": 1500, "output": 10_000, "output_lines": 100, "result": 4096, "arguments": 1536,
        "submits": 0, "depth": 1, "open_files": 3, "artifacts": 4, "http_response": 1_000_000_000,
    });
    assert_eq!(
        definition("limited")["options"],
        json!({ "limits": limits })
    );
}

#[test]
fn needs_are_told_and_to_need_nothing_is_not_to_be_silent() {
    let needs = json!([
        "secret token",
        "var workers",
        "env HOME",
        "dir my data:ro",
        "net db.example.org:5432",
        "http GET https://api.example.org",
    ]);
    assert_eq!(definition("needy")["options"], json!({ "needs": needs }));
    let expected = json!({ "limits": { "submits": 10 }, "needs": [] });
    assert_eq!(definition("modest")["options"], expected);
}

#[test]
fn a_condition_tells_what_is_worth_another_attempt() {
    for (what, retryable) in [("busy", true), ("broken", false)] {
        let argument = Value::Json(format!("\"{what}\""));
        let error = run(Kind::Task, "attempt", vec![argument]).expect_err("it fails");
        assert_eq!((&*error.message, error.retryable), (what, retryable));
    }
}

#[test]
fn a_condition_is_asked_about_an_attempt_that_is_gone() {
    let asked = |task: &str, message: &str| {
        let run = json!({
            "id": "", "name": "", "task": task, "attempts": 1, "state": "crashed", "message": message,
        });
        retry_if(&run.to_string()).map_err(|error| error.message)
    };
    assert_eq!(asked("attempt", "busy"), Ok(true));
    assert_eq!(asked("attempt", "panicked"), Ok(false));
    let none = Err("`sum` has no condition for another attempt".to_owned());
    assert_eq!(asked("sum", "busy"), none);
}

#[test]
fn a_task_is_described() {
    let expected = json!({
        "description": "Adds two numbers.\n\n  - indented",
        "parameters": [
            ["first", { "type": "integer", "format": "int32", "description": "The first." }, null],
            ["second", { "type": "integer", "format": "int32" }, 40],
        ],
        "result": { "type": "integer", "format": "int32" },
        "options": {
            "retries": 2, "retry_delay_ms": [1500], "timeout_ms": 60_000, "tags": ["a", "\"b\""],
        },
    });
    assert_eq!(definition("sum"), expected);
}

#[test]
fn a_flow_is_described() {
    let points = definition("points");
    let options = json!({ "runner": "thread-pool", "max_workers": 3, "timeout_ms": 3_600_000 });
    assert_eq!(points["options"], options);
    assert_eq!(points["parameters"][0][2], json!(null));
    assert_eq!(points["parameters"][2][2], json!("x"));
    assert_eq!(points["result"], json!({ "type": "string" }));
    let manifest = describe();
    let maybe = &manifest.flows.iter().find(|flow| flow.name == "points");
    let default = maybe.expect("it is registered").parameters[1]
        .default
        .as_deref();
    assert_eq!(default, Some("null"));
}

#[test]
fn bytes_and_nothing_have_schemas() {
    let turned = definition("turned");
    let binary = json!({ "type": "string", "format": "binary" });
    assert_eq!(turned["parameters"], json!([["bytes", binary, null]]));
    assert_eq!(turned["result"], binary);
    assert_eq!(turned["options"], json!(null));
    assert_eq!(definition("fails")["result"], json!({ "type": "null" }));
}

#[test]
fn functions_run() {
    check(Kind::Task, "sum", &["1", "2"], Ok("3"));
    check(
        Kind::Flow,
        "points",
        &[r#"{"x":1}"#, "null", "\"p\""],
        Ok("\"p: 1 0\""),
    );
    check(Kind::Task, "fails", &["true"], Ok("null"));
    check(Kind::Task, "fails", &["false"], Err("no luck"));
}

#[test]
fn async_functions_and_bytes_run() {
    let ended = run(Kind::Task, "turned", vec![Value::Bytes(vec![1, 2])]);
    assert!(matches!(ended, Ok(Value::Bytes(bytes)) if bytes == [2, 1]));
}

#[test]
fn wrong_arguments_are_told_by_name_and_not_tried_again() {
    check(
        Kind::Task,
        "sum",
        &["1", "true"],
        Err("parameter `second`: invalid type: boolean `true`, expected i32"),
    );
    check(
        Kind::Task,
        "sum",
        &["1"],
        Err("parameter `second`: is missing"),
    );
    check(
        Kind::Task,
        "turned",
        &["1"],
        Err("parameter `bytes`: expected bytes, not JSON"),
    );
    check(Kind::Flow, "sum", &[], Err("the component has no `sum`"));
    let error = run(Kind::Task, "sum", Vec::new()).expect_err("a parameter is missing");
    assert!(!error.retryable);
}

#[test]
fn a_result_that_json_cannot_hold_is_a_failure() {
    check(
        Kind::Task,
        "no_json",
        &[],
        Err("JSON cannot hold the value: key must be a string"),
    );
}
