//! Runs that misbehave amid runs that do not.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::hint::black_box;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wflow::Limit;
use wflow::prelude::*;

use crate::durable::wait_for_file;
use crate::misbehaviour::Misbehaviour;
use crate::said::Said;

/// Misbehaves in a flow run of its own.
#[flow]
fn misbehave_apart(misbehaviour: Misbehaviour) -> Result<Said> {
    misbehaviour.act("127.0.0.1:9")
}

/// Honest work: the sum of what is written to memory in a random order.
#[task]
fn checksum(seed: u64) -> u64 {
    let mut words = vec![0_u64; 1 << 14];
    let mut state = seed;
    for _ in 0..1 << 18 {
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(seed | 1);
        words[(state >> 50) as usize] ^= state;
    }
    words
        .iter()
        .fold(0, |sum, word| sum.wrapping_mul(31).wrapping_add(*word))
}

/// How runs ended.
#[derive(Serialize, Deserialize, JsonSchema)]
struct AllEnded {
    /// The checksums of 0, 1, 2, …
    healthy: Vec<u64>,
    /// `completed` and the result, or the kind and the message of the failure.
    unruly: Vec<(String, String)>,
}

/// Runs that misbehave, each with its timeout in milliseconds, as many that do not, all at the same time.
#[flow]
fn amid(
    misbehaviours: Vec<(Misbehaviour, u64)>,
    /// Misbehave in flows instead of tasks.
    #[default(false)]
    in_flows: bool,
) -> Result<AllEnded> {
    let (mut healthy, mut unruly) = (Vec::new(), Vec::new());
    for (seed, (misbehaviour, timeout)) in (0..).zip(misbehaviours) {
        let timeout = Duration::from_millis(timeout);
        healthy.push(checksum::submit(seed));
        unruly.push(match in_flows {
            true => misbehave_apart::with().timeout(timeout).start(misbehaviour),
            false => crate::misbehave::with()
                .timeout(timeout)
                .submit(misbehaviour, "127.0.0.1:9"),
        });
    }
    let ended = |run: Future<Said>| match run.result() {
        Ok(said) => ("completed".into(), said.text()),
        Err(failure) => (failure.kind().to_string(), failure.message().into()),
    };
    Ok(AllEnded {
        unruly: unruly.into_iter().map(ended).collect(),
        healthy: healthy.iter().map(Future::result).collect::<Result<_>>()?,
    })
}

/// Waits, without giving its place away, until so many of its kind are there.
#[task]
async fn meet(meeting: u32, number: u32, of: usize) -> Result<()> {
    let folder = format!("place/meeting-{meeting}");
    fs::create_dir_all(&folder)?;
    File::create(format!("{folder}/{number}"))?;
    while fs::read_dir(&folder)?.count() < of {
        wflow::sleep(Duration::from_millis(1)).await;
    }
    Ok(())
}

/// Runs that are there at the same time, each with some memory.
#[task]
fn pile(height: u32) -> Result<u8> {
    let held = black_box(vec![1_u8; 3 << 20]);
    if height > 0 {
        pile(height - 1)?;
    }
    Ok(held[height as usize])
}

/// Misbehaves so often, and so often again when it is told to go on; then has healthy runs meet by
/// fours. Before and after all of that, it has instances in most places that there are for them.
#[flow]
fn again_and_again(
    misbehaviours: Vec<Misbehaviour>,
    waves: Vec<usize>,
    timeout: u64,
    meetings: u32,
) -> Result<u32> {
    pile(60)?;
    for (wave, attempts) in waves.into_iter().enumerate() {
        let mut live = VecDeque::new();
        for misbehaviour in misbehaviours.iter().cycle().take(attempts) {
            let run = crate::misbehave::with().timeout(Duration::from_millis(timeout));
            let run = run.limit(Limit::Submits, 5).limit(Limit::Output, 64 << 10);
            live.push_back(run.submit(misbehaviour, "127.0.0.1:9"));
            if live.len() > 20 {
                live.pop_front().map(|run| run.wait());
            }
        }
        for run in live {
            run.wait();
        }
        pile(60)?;
        println!("ended {wave}");
        wait_for_file(format!("place/go-on-{wave}"))?;
    }
    let (numbers, of) = ((0..4 * meetings).map(|n| n / 4), wflow::unmapped(4));
    let runs = meet::map(numbers, 0..4 * meetings, of);
    for run in &runs {
        run.result()?;
    }
    Ok(4 * meetings)
}
