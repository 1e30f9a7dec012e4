//! What is measured: every pattern on every runner, with tasks of every length.

use anyhow::Result;
use wflow_host::wasm;

use crate::measure::bare::{Bare, kernel};
use crate::measure::command::Wflow;
use crate::measure::guest;
use crate::measure::options::Options;
use crate::measure::runner::INSTANCES;
use crate::measure::samples::{Cases, Sample, within};

pub(crate) const PATTERNS: [&str; 4] = ["trivial", "stencil", "fft", "tree"];
/// Points of a pattern: more than there are workers, so that one that is late does not hold up all.
const WIDTH: u32 = 32;
/// Powers of two: from tasks that are mere overhead to some that are nearly all work.
const ITERATIONS: std::ops::RangeInclusive<u32> = 5..=17;
const LONGEST: u32 = 1 << *ITERATIONS.end();
/// Seconds that a measurement takes about, of tasks that are long as of those that are short.
const TARGET: f64 = 0.2;
/// Seconds that a task costs about besides its work: only to choose how many there are.
const OVERHEAD: f64 = 20e-6;
/// Such tasks of a thread that tell how fast the machine is.
const REFERENCES: u32 = 4;
/// A tree needs some to reach its width.
const FEWEST_STEPS: f64 = 10.0;
const MOST_STEPS: f64 = 400.0;

/// Who executes, and on how many workers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Runner {
    /// wasmtime alone, which knows no patterns: its tasks need nothing of each other.
    Bare {
        workers: u32,
    },
    Concurrent,
    Pool {
        workers: u32,
    },
}

impl Runner {
    /// In this order, with one worker and with several.
    pub(crate) fn all(workers: &[u32]) -> Vec<Self> {
        let of = |&workers: &u32| {
            let runner = match workers {
                1 => Self::Concurrent,
                workers => Self::Pool { workers },
            };
            [Self::Bare { workers }, runner]
        };
        workers.iter().flat_map(of).collect()
    }

    pub(crate) fn workers(self) -> u32 {
        match self {
            Self::Bare { workers } | Self::Pool { workers } => workers,
            Self::Concurrent => 1,
        }
    }

    pub(crate) fn title(self) -> String {
        match self {
            Self::Bare { workers: 1 } => "wasmtime alone, 1 thread".to_owned(),
            Self::Bare { workers } => format!("wasmtime alone, {workers} threads"),
            Self::Concurrent => "concurrent, 1 thread".to_owned(),
            Self::Pool { workers } => format!("thread-pool, {workers} workers"),
        }
    }

    fn patterns(self) -> &'static [&'static str] {
        match self {
            Self::Bare { .. } => &PATTERNS[..1],
            _ => &PATTERNS,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Case {
    pub(crate) runner: Runner,
    pub(crate) pattern: &'static str,
    pub(crate) steps: u32,
    pub(crate) iterations: u32,
}

impl Case {
    /// As the guest counts them: a tree doubles until it is as wide as the others.
    pub(crate) fn tasks(&self) -> u32 {
        let width = |step| match self.pattern {
            "tree" => 1_u32.checked_shl(step).map_or(WIDTH, |it| it.min(WIDTH)),
            _ => WIDTH,
        };
        (0..self.steps).map(width).sum()
    }
}

pub(crate) struct Grid {
    bare: Bare,
    wflow: Wflow,
    /// Seconds that an iteration of the kernel takes.
    iteration: f64,
}

impl Grid {
    pub(crate) fn new() -> Result<Self> {
        let engine = wasm::engine(INSTANCES, None)?;
        let bare = Bare::new(&engine.engine, &guest())?;
        let iterations = 1 << 20;
        let sample = bare.on_threads(1, 1, "kernel", |point| kernel(point, iterations))?;
        Ok(Self {
            bare,
            wflow: Wflow::new("bench-metg"),
            iteration: sample.seconds / f64::from(iterations),
        })
    }

    /// One runner for each number of workers, beside wasmtime alone.
    pub(crate) fn cases(&self, workers: &[u32], options: &Options) -> Cases<'_, Case> {
        let mut cases = Cases::new();
        for power in ITERATIONS {
            for runner in Runner::all(workers) {
                for pattern in runner.patterns() {
                    let iterations = 1 << power;
                    let steps = options.size(self.steps(runner, iterations));
                    let case = Case {
                        runner,
                        pattern,
                        steps,
                        iterations,
                    };
                    cases.add(case, move || self.measure(case));
                }
            }
        }
        cases
    }

    /// As many as fill the time.
    fn steps(&self, runner: Runner, iterations: u32) -> u32 {
        let task = OVERHEAD + f64::from(iterations) * self.iteration;
        let tasks = TARGET * f64::from(runner.workers()) / task;
        (tasks / f64::from(WIDTH)).clamp(FEWEST_STEPS, MOST_STEPS) as u32
    }

    /// Beside threads that do the same work, in tasks so long that hardly anything else is left.
    fn measure(&self, case: Case) -> Result<Sample> {
        let threads = case.runner.workers();
        let [iterations, tasks] = [LONGEST, threads * REFERENCES];
        let limit = || {
            let kernel = |point| kernel(point, iterations);
            let sample = self.bare.on_threads(tasks, threads, "kernel", kernel)?;
            let iteration = sample.seconds / f64::from(tasks) / f64::from(iterations);
            Ok(iteration * f64::from(case.tasks()) * f64::from(case.iterations))
        };
        within(limit, || self.sample(case))
    }

    fn sample(&self, case: Case) -> Result<Sample> {
        let Case {
            pattern,
            steps,
            iterations,
            ..
        } = case;
        let (runner, workers) = match case.runner {
            Runner::Bare { workers } => {
                let kernel = |point| kernel(point, iterations);
                return self
                    .bare
                    .on_threads(case.tasks(), workers, "kernel", kernel);
            }
            Runner::Concurrent => ("concurrent", 1),
            Runner::Pool { workers } => ("thread-pool", workers),
        };
        let flow = self.wflow.flow("pattern").with("pattern", pattern);
        let flow = flow.with("width", WIDTH).with("steps", steps);
        let flow = flow.with("iterations", iterations);
        flow.on(runner, workers).run()
    }
}
