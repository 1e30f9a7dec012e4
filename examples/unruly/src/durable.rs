//! Flows that are to survive the end of their process.

use std::fs::{self, File};
use std::hash::{BuildHasher, RandomState};
use std::io::Write;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use wasip2::clocks::monotonic_clock::subscribe_duration;
use wasip2::io::poll::poll;
use wflow::prelude::*;

/// Leaves a line in a file, and returns a square.
#[task(run_name = "note-{n}")]
fn note(n: u64, after: u64) -> Result<u64> {
    let mut notes = File::options()
        .append(true)
        .create(true)
        .open("out/notes")?;
    notes.write_all(format!("{n} after {after}\n").as_bytes())?;
    thread::sleep(Duration::from_millis(n % 20));
    Ok(n * n)
}

/// Keeps ten runs going; whichever ends decides what the next one is told. The result is the same in
/// any order.
#[flow]
fn notes(count: u64) -> Result<u64> {
    let mut running: Vec<_> = (0..count.min(10)).map(|n| note::submit(n, 0)).collect();
    let mut next = running.len() as u64;
    let mut sum = 0;
    while let Some(ended) = wflow::as_completed(running.clone()).next() {
        let square = ended.result()?;
        sum += square;
        running.retain(|run| run.id() != ended.id());
        if next < count {
            running.push(note::submit(next, square));
            next += 1;
        }
    }
    Ok(sum)
}

#[task]
fn repeat(value: u64) -> u64 {
    value
}

/// Waits until a file is there.
#[task]
pub fn wait_for_file(path: String) -> Result<()> {
    while !fs::exists(&path)? {
        thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

/// Which of two timers are ready when one is: later on, both would be.
fn ready_first() -> u64 {
    let [short, long] = [1_000_000, 30_000_000].map(subscribe_duration);
    let ready = poll(&[&short, &long]);
    ready.into_iter().map(|index| u64::from(index) + 1).sum()
}

/// Goes where chance and the clock lead it, waits for a file, and tells where it has been.
#[flow]
fn wander(steps: u64) -> Result<Vec<u64>> {
    let mut been = Vec::new();
    for step in 0..steps {
        let began = Instant::now();
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
        thread::sleep(Duration::from_millis(2));
        been.push(repeat(RandomState::new().hash_one(step) >> 12)?);
        been.push(repeat(now.as_millis() as u64)?);
        been.push(repeat(began.elapsed().as_millis() as u64)?);
        been.push(repeat(ready_first())?);
    }
    println!("wandered");
    wait_for_file("out/go")?;
    Ok(been)
}

/// Does what a file says, which the record cannot know.
#[flow]
fn fickle() -> Result<u64> {
    let number: u64 = fs::read_to_string("out/number")?.trim().parse()?;
    let told = repeat(number)?;
    println!("told");
    wait_for_file("out/go")?;
    Ok(told)
}

/// Fails until a file is there.
#[task]
fn need(path: String) -> Result<String> {
    Ok(fs::read_to_string(path)?)
}

/// Does one thing, and then another one that fails until a file is there.
#[flow]
fn needy() -> Result<u64> {
    let first = note(3, 0)?;
    let text = need("out/number")?;
    let second: u64 = text.trim().parse()?;
    Ok(first + note(second, first)?)
}

/// Sleeps, and tells for how long by its own clock, in milliseconds.
#[flow]
fn sleeper(millis: u64) -> u64 {
    let began = Instant::now();
    println!("asleep");
    thread::sleep(Duration::from_millis(millis));
    began.elapsed().as_millis() as u64
}

#[task(run_name = "burden")]
fn burden(bytes: usize) -> String {
    "b".repeat(bytes)
}

#[task]
fn weigh_it(burden: String) -> usize {
    burden.len()
}

/// Hands something big from run to run.
#[flow]
fn weigh(bytes: usize) -> Result<usize> {
    weigh_it(burden::submit(bytes))
}

/// Fails, and leaves a line in a file each time.
#[task(retries = 2, retry_delay = "1s")]
fn refuse() -> Result<()> {
    let mut tries = File::options()
        .append(true)
        .create(true)
        .open("out/tries")?;
    tries.write_all(b"tried\n")?;
    println!("tried");
    Err(Failure::new("refused"))
}

#[flow]
fn stubborn() -> Result<()> {
    refuse()
}

/// Can be found by its tag.
#[flow(tags = ["nightly"])]
fn labelled() {}
