//! Flows and tasks of another component, here called `counting`.

use wflow::prelude::*;
use wflow::remote;

use crate::shapes::noop;

/// Counts primes by a flow of the other component, and by one of its tasks.
#[flow]
fn counted(limit: u32) -> Result<(u32, u32)> {
    let by_flow = remote::flow("counting/primes").arg("limit", limit).submit();
    let parts = noop::submit(1);
    let by_task = remote::task("counting/count_primes")
        .arg("part", 0)
        .result_of("parts", &parts)
        .arg("limit", limit);
    Ok((by_flow.result()?, by_task.name("of another").call()?))
}

/// Calls what is not there.
#[flow]
fn nowhere() -> Result<()> {
    remote::task("nowhere/nothing").call()
}

/// Calls the WASI command `letters`.
#[flow]
fn letters(text: String, most: u32) -> Result<Vec<(String, u64)>> {
    remote::task("letters/run")
        .arg("text", text)
        .arg("most", most)
        .call()
}

/// Calls a WASI command that takes a text and gives one.
#[flow]
fn echoes(command: String, text: String) -> Result<String> {
    remote::task(format!("{command}/run"))
        .arg("text", text)
        .call()
}

/// Calls a WASI command that takes a file's name.
#[flow]
fn echoes_file(command: String, name: String) -> Result<String> {
    remote::task(format!("{command}/run"))
        .arg("name", name)
        .call()
}
