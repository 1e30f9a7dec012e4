//! What the operator grants.

use std::fs;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value as Json;
use wflow::prelude::*;

use crate::ends::kind_of;

#[task]
fn reads_variable() -> Result<Json> {
    wflow::variable("greeting")
}

#[flow]
fn granted_variable() -> Result<Json> {
    reads_variable()
}

#[flow]
fn denied_variable() -> String {
    kind_of(&reads_variable::submit())
}

#[task]
fn reads_secret() -> Result<usize> {
    println!("{}", wflow::secret("token")?.expose());
    Ok(wflow::secret("token")?.expose().len())
}

#[flow]
fn granted_secret() -> Result<usize> {
    reads_secret()
}

#[task]
fn reads_environment() -> Option<String> {
    std::env::var("STAGE").ok()
}

#[flow]
fn environment() -> Result<Option<String>> {
    reads_environment()
}

#[task]
fn reads_file() -> Result<String> {
    Ok(fs::read_to_string("data/text")?)
}

#[flow]
fn granted_file() -> Result<String> {
    reads_file()
}

#[flow]
fn denied_file() -> String {
    kind_of(&reads_file::submit())
}

#[flow]
fn another_component() -> String {
    kind_of(
        &wflow::remote::task::<Json>("nowhere/nothing")
            .arg("number", 1)
            .submit(),
    )
}

#[derive(Deserialize, JsonSchema)]
struct Approval {
    approved: bool,
}

#[flow]
fn unanswered() -> Result<bool> {
    let timeout = Some(Duration::from_millis(100));
    let approval: Approval = wflow::pause_for_input("Publish?", timeout)?;
    Ok(approval.approved)
}
