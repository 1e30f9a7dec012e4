//! Calls of the host without end, and things of the host's that are kept without end.

use std::hint::black_box;
use std::io::Write;
use std::time::{Instant, SystemTime};
use std::{env, io, thread, time};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wasip2::cli::{environment, stdout};
use wasip2::clocks::monotonic_clock;
use wasip2::random::random;
use wflow::artifact;
use wflow::prelude::*;

use crate::instructions;
use crate::misbehaviour::nap;
use crate::shapes::noop;

/// What is done without end.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Flood {
    EmptyLogs,
    EmptyLines,
    /// Writes of a byte.
    Bytes,
    Artifacts,
    /// Artifacts that take each other's place.
    Progress,
    /// Submits runs, and keeps their futures.
    Futures,
    /// Submits runs, a hundred thousand in one call.
    Map,
    Subflows,
    /// Runs that are not there.
    UnknownRuns,
    /// Asks a thousand runs whether one of them has ended.
    Waits,
    Cancels,
    Clock,
    Random,
    /// Random bytes, more at once than there is memory for.
    RandomAtOnce,
    Environment,
    /// Variables that are not granted.
    Variables,
    Naps,
    /// Timers that are kept.
    Timers,
    /// Streams that are kept.
    Streams,
    /// Memory, page by page.
    Pages,
    /// All of the memory that there can be, at once.
    AllPages,
}

impl Flood {
    pub fn act(&self) {
        match self {
            Self::EmptyLogs => forever(|| wflow::info!("")),
            Self::EmptyLines => forever(|| println!()),
            Self::Bytes => forever(|| {
                let mut out = io::stderr();
                let _ = out.write_all(b"x");
            }),
            Self::Artifacts => numbered(|n| artifact::markdown(&n.to_string(), "", "text")),
            Self::Progress => numbered(|n| artifact::progress("so-far", "", (n % 100) as f64)),
            Self::Futures => keep(|| noop::submit(1)),
            Self::Map => drop(noop::map(0..100_000)),
            Self::Subflows => {
                forever(|| drop(crate::propagate::start(crate::Misbehaviour::Sleep, "")))
            }
            Self::UnknownRuns => forever(|| {
                let run: Future<u32> = wflow::remote::task("no-such-task").submit();
                drop(run);
            }),
            Self::Waits => waits(),
            Self::Cancels => {
                let run = nap::submit(3600);
                forever(|| run.cancel());
            }
            Self::Clock => forever(|| {
                black_box((Instant::now(), SystemTime::now()));
            }),
            Self::Random => forever(|| drop(random::get_random_bytes(1 << 20))),
            Self::RandomAtOnce => drop(black_box(random::get_random_bytes(1 << 40))),
            Self::Environment => {
                forever(|| drop((environment::get_environment(), env::args().count())));
            }
            Self::Variables => forever(|| drop(wflow::variable::<u64>("workers"))),
            Self::Naps => forever(|| thread::sleep(time::Duration::from_nanos(1))),
            Self::Timers => keep(|| monotonic_clock::subscribe_duration(u64::MAX)),
            Self::Streams => keep(stdout::get_stdout),
            Self::Pages => while instructions::memory_grow(16) != usize::MAX {},
            Self::AllPages => {
                let before = instructions::memory_grow(1 << 16);
                assert_ne!(before, usize::MAX, "there is no more");
            }
        }
    }
}

pub fn sleep_longest() {
    monotonic_clock::subscribe_duration(u64::MAX).block();
}

fn forever(mut act: impl FnMut()) -> ! {
    loop {
        act();
    }
}

fn numbered(act: impl Fn(u64) -> Result<()>) {
    for n in 0.. {
        drop(act(n));
    }
}

fn keep<T>(get: impl Fn() -> T) {
    let mut kept = Vec::new();
    loop {
        kept.push(black_box(get()));
    }
}

fn waits() {
    let runs = nap::map(vec![3600; 500]);
    loop {
        for run in &runs {
            black_box(run.is_done());
        }
    }
}
