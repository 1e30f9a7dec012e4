//! What tells runs apart that are given the same: what they are granted, what they use, time and
//! random numbers.

use std::hint::black_box;
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

use wflow::prelude::*;

/// Returns a variable of the operator's.
#[flow]
fn granted_variable(name: String) -> Result<String> {
    wflow::variable(&name)
}

/// Is busy for so long.
#[task]
fn spin_in_task(ms: u64) {
    let until = Instant::now() + Duration::from_millis(ms);
    while Instant::now() < until {
        black_box(());
    }
}

#[flow]
fn spin_for(ms: u64) -> Result<()> {
    spin_in_task(ms)
}

/// What a run learns that its arguments do not tell: the second, a random number, and how long 20 ms
/// take.
type Learned = (u64, u64, u64);

fn learn() -> Learned {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).expect("the sandbox has some");
    let began = Instant::now();
    sleep(Duration::from_millis(20));
    let took = began.elapsed().as_millis() as u64;
    let seconds = since.unwrap_or_default().as_secs();
    (seconds, u64::from_le_bytes(bytes), took)
}

#[task]
fn learn_in_task() -> Learned {
    learn()
}

/// What the flow learns, and two of its tasks.
#[flow]
fn learned() -> Result<Vec<Learned>> {
    let tasks = [learn_in_task::submit(), learn_in_task::submit()];
    let mut all = vec![learn()];
    for task in tasks {
        all.push(task.result()?);
    }
    Ok(all)
}
