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

/// Needs a variable and a secret, and no more.
#[task(needs = ["var whose", "secret token"])]
fn needy_task() -> Result<String> {
    wflow::variable("whose")
}

/// Asks for nothing, and so gets nothing.
#[task(needs = [])]
fn modest_task() -> Result<String> {
    wflow::variable("whose")
}

/// What tasks get of what the operator grants: one that says what it needs, one that needs nothing.
#[flow]
fn narrowed() -> Result<(String, String)> {
    let told = |ended: Result<String>| ended.unwrap_or_else(|failure| failure.message().to_owned());
    Ok((told(needy_task()), told(modest_task())))
}

/// Calls itself so often, with nothing in memory: what is kept until then is on the sandbox's stack.
#[flow]
fn recursing(depth: u64) -> u64 {
    fn below(depth: u64, seed: u64) -> u64 {
        if depth == 0 {
            return seed;
        }
        let rest = below(depth - 1, seed.wrapping_mul(31).wrapping_add(depth));
        rest.rotate_left((seed % 64) as u32) ^ seed.wrapping_add(depth)
    }
    below(depth, depth)
}

/// Takes about a millisecond of CPU time a round, whatever else the machine does meanwhile.
#[task]
fn burn_in_task(rounds: u64) -> u64 {
    let mut sum = rounds;
    for _ in 0..rounds * 500_000 {
        sum = black_box(sum.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1));
    }
    sum
}

#[flow]
fn burn(rounds: u64) -> Result<u64> {
    burn_in_task(rounds)
}

/// Holds so much memory for so long.
#[task]
fn hold(mib: usize, ms: u64) -> usize {
    let held = black_box(vec![1_u8; mib << 20]);
    sleep(Duration::from_millis(ms));
    held.len()
}

/// So many runs that hold memory, one before the others.
#[flow]
fn holds(count: usize, mib: usize, ms: u64) -> Result<usize> {
    let first = hold(mib, 0)?;
    let runs: Vec<_> = (0..count).map(|_| hold::submit(mib, ms)).collect();
    let mut sum = first;
    for run in runs {
        sum += run.result()?;
    }
    Ok(sum)
}
