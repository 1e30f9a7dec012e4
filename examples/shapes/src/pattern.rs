//! The dependence patterns of Task Bench (SC20, "Task Bench: A Parameterized Benchmark for Evaluating
//! Parallel Runtime Performance"), over a kernel that computes.

use std::hint::black_box;

use wflow::prelude::*;

use crate::{check, timed};

/// Computes for so many iterations, and tells by its result who it is and what it was given.
#[task]
fn kernel(point: u32, inputs: Vec<u32>, iterations: u64) -> u32 {
    multiply_add(iterations);
    returned(point, &inputs)
}

/// Each iteration is a round of independent multiply-adds: what a core can do at the same time. The
/// numbers stay near 1, whose arithmetic takes the same time however long it goes on.
fn multiply_add(iterations: u64) {
    let mut numbers = black_box([1.2_f64; 16]);
    let (factor, addend) = black_box((0.5_f64, 0.5_f64));
    for _ in 0..iterations {
        for number in &mut numbers {
            *number = *number * factor + addend;
        }
    }
    black_box(numbers);
}

/// Differs with each input and their order.
fn returned(point: u32, inputs: &[u32]) -> u32 {
    let add = |sum: u32, input: &u32| sum.wrapping_mul(31).wrapping_add(*input);
    inputs.iter().fold(point + 1, add)
}

/// `width` points over `steps`: a run of the kernel each, which takes what its dependencies of the
/// step before return. The patterns are `trivial`, `stencil`, `fft` and `tree`; a tree has one point
/// at first, and twice as many at each step until it is as wide.
#[flow]
fn pattern(pattern: String, width: u32, steps: u32, iterations: u64) -> Result<f64> {
    let pattern = Pattern::named(&pattern)?;
    timed(|| {
        let mut rows: Vec<Vec<Future<u32>>> = Vec::new();
        for step in 0..steps {
            let submit = |point| {
                let needed = pattern.dependencies(step, point, width).into_iter();
                let inputs: Vec<_> = needed
                    .map(|point| rows[step as usize - 1][point as usize].clone())
                    .collect();
                kernel::submit(point, &inputs, iterations)
            };
            let row = (0..pattern.width_at(step, width)).map(submit).collect();
            rows.push(row);
        }
        check_rows(pattern, width, &rows)
    })
}

/// Runs of the kernel that need nothing of each other.
#[flow]
fn spin(count: u32, iterations: u64) -> Result<f64> {
    timed(|| {
        let submit = |point| kernel::submit(point, vec![], iterations);
        let row: Vec<_> = (0..count).map(submit).collect();
        check_rows(Pattern::Trivial, count, &[row])
    })
}

#[derive(Clone, Copy)]
enum Pattern {
    Trivial,
    Stencil,
    Fft,
    Tree,
}

impl Pattern {
    fn named(name: &str) -> Result<Self> {
        match name {
            "trivial" => Ok(Self::Trivial),
            "stencil" => Ok(Self::Stencil),
            "fft" => Ok(Self::Fft),
            "tree" => Ok(Self::Tree),
            _ => Err(Failure::permanent(format!(
                "there is no pattern `{name}`, but trivial, stencil, fft and tree"
            ))),
        }
    }

    fn width_at(self, step: u32, width: u32) -> u32 {
        match self {
            Self::Tree => width.min(1_u32.checked_shl(step).unwrap_or(width)),
            _ => width,
        }
    }

    /// The points of the step before whose results this one takes.
    fn dependencies(self, step: u32, point: u32, width: u32) -> Vec<u32> {
        if step == 0 {
            return Vec::new();
        }
        let around = |distance: u32| {
            let before = point.checked_sub(distance);
            let after = Some(point + distance).filter(|after| *after < width);
            before.into_iter().chain([point]).chain(after).collect()
        };
        match self {
            Self::Trivial => Vec::new(),
            Self::Stencil => around(1),
            Self::Fft => around(1 << ((step - 1) % width.next_power_of_two().ilog2().max(1))),
            Self::Tree => vec![point / 2],
        }
    }
}

/// Takes all results, and compares them with what they have to be.
fn check_rows(pattern: Pattern, width: u32, rows: &[Vec<Future<u32>>]) -> Result<()> {
    let mut before: Vec<u32> = Vec::new();
    for (step, row) in (0..).zip(rows) {
        let mut results = Vec::with_capacity(row.len());
        for (point, run) in (0..).zip(row) {
            let needed = pattern.dependencies(step, point, width).into_iter();
            let inputs: Vec<_> = needed.map(|point| before[point as usize]).collect();
            results.push(returned(point, &inputs));
            check(run.result()?, results[point as usize])?;
        }
        before = results;
    }
    Ok(())
}
