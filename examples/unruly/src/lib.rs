//! Every misbehaviour, chosen by a parameter: what the tests hold the sandbox against.

use std::hint::black_box;
use std::time::Duration;

use wflow::prelude::*;

/// Does as it is told.
#[task]
fn misbehave(how: String) -> Result<String> {
    act(&how)
}

fn act(how: &str) -> Result<String> {
    match how {
        "return-error" => Err(Failure::new("no luck")),
        "io-error" => Ok(std::fs::read_to_string("/etc/passwd")?),
        "read-env" => Ok(format!("{:?}", std::env::vars().collect::<Vec<_>>())),
        "panic" => panic!("out of order"),
        "exit-zero" => std::process::exit(0),
        "exit-one" => std::process::exit(1),
        "spin" => loop {
            black_box(0);
        },
        "sleep" => {
            std::thread::sleep(Duration::from_secs(3600));
            Ok("slept".into())
        }
        "hoard" => hoard(),
        "recurse" => Ok(recurse(0).to_string()),
        "flood" => loop {
            println!("{}", "x".repeat(1000));
        },
        _ => Ok("behaved".into()),
    }
}

fn hoard() -> ! {
    let mut all = Vec::new();
    loop {
        all.push(black_box(vec![1_u8; 1 << 20]));
    }
}

#[expect(unconditional_recursion, reason = "that is the misbehaviour")]
fn recurse(depth: u64) -> u64 {
    black_box(recurse(black_box(depth + 1))) + 1
}

/// How a task that misbehaves ended, beside a neighbour that does not.
#[flow]
fn unruly(how: String) -> Result<(String, String)> {
    let bad = misbehave::with(wflow::Options::default().timeout(Duration::from_millis(500)));
    let bad = bad.submit(how);
    let neighbour = misbehave::submit("behave").result()?;
    let ended = match bad.result() {
        Ok(result) => result,
        Err(failure) => format!("{failure:?}"),
    };
    Ok((neighbour, ended))
}

/// Misbehaves in the flow itself.
#[flow]
fn unruly_flow(how: String) -> Result<String> {
    act(&how)
}

/// Fails every time.
#[task(retries = 2, retry_delay = "10ms")]
fn flaky() -> Result<()> {
    Err(Failure::new("again"))
}

/// Returns the failure of a task that is tried three times.
#[flow]
fn retried() -> Result<()> {
    flaky()
}

/// Hands the result of a run that fails to another.
#[flow]
fn upstream_failed() -> Result<String> {
    let bad = misbehave::submit("return-error");
    misbehave::submit(&bad).result()
}

/// Returns before its run has ended.
#[flow]
fn unawaited(how: String) {
    drop(misbehave::submit(how));
}

/// Counts the leaves of a tree of task runs that wait for each other.
#[task]
fn branch(depth: u32) -> Result<u32> {
    match depth {
        0 => Ok(1),
        _ => branch::map([depth - 1, depth - 1])
            .iter()
            .map(Future::result)
            .sum(),
    }
}

/// A fan-out of fan-outs.
#[flow]
fn nested(depth: u32) -> Result<u32> {
    branch(depth)
}

/// Does nothing.
#[task]
fn noop() {}

/// Submits runs that do nothing, and takes their results.
#[flow]
fn noops(count: u32) -> Result<u32> {
    let runs: Vec<_> = (0..count).map(|_| noop::submit()).collect();
    for run in as_completed(runs) {
        run.result()?;
    }
    Ok(count)
}

/// A flow that runs another.
#[flow]
fn subflow(depth: u32) -> Result<u32> {
    let started = nested::start(depth);
    Ok(nested(depth)? + started.result()?)
}
