//! Efficiency over granularity, and where it is half.

use crate::grid::{Case, Runner};
use crate::measure::samples::Samples;

/// Of one pattern on one runner.
pub(crate) struct Curve {
    pub(crate) runner: Runner,
    pub(crate) pattern: &'static str,
    /// From long tasks to short ones.
    pub(crate) points: Vec<Point>,
}

#[derive(Clone, Copy)]
pub(crate) struct Point {
    /// Of a worker's time for each task, in microseconds: wall time times workers by tasks.
    pub(crate) granularity: f64,
    /// Of as many threads that do nothing but the work.
    pub(crate) efficiency: f64,
}

pub(crate) fn curves(samples: &Samples<Case>) -> Vec<Curve> {
    let mut cases: Vec<_> = samples.cases().collect();
    cases.sort_by_key(|case| std::cmp::Reverse(case.iterations));
    let mut curves: Vec<Curve> = Vec::new();
    for case in &cases {
        let tasks = f64::from(case.tasks());
        let workers = f64::from(case.runner.workers());
        let point = Point {
            granularity: 1e6 * samples.seconds(*case) * workers / tasks,
            // A machine that was faster meanwhile than before and after did no more than all of its work.
            efficiency: samples.efficiency(*case).min(1.0),
        };
        let found = curves
            .iter_mut()
            .find(|it| it.is_of(case.runner, case.pattern));
        match found {
            Some(curve) => curve.points.push(point),
            None => curves.push(Curve {
                runner: case.runner,
                pattern: case.pattern,
                points: vec![point],
            }),
        }
    }
    curves
}

impl Curve {
    pub(crate) fn is_of(&self, runner: Runner, pattern: &str) -> bool {
        self.runner == runner && self.pattern == pattern
    }

    /// The smallest granularity with an efficiency of one half, between the two points around it; none if
    /// it is never below, or never above.
    pub(crate) fn metg(&self) -> Option<f64> {
        let falls = |pair: &&[Point]| pair[0].efficiency >= 0.5 && pair[1].efficiency < 0.5;
        let pair = self.points.windows(2).rfind(falls)?;
        let [long, short] = [pair[0], pair[1]];
        let share = (long.efficiency - 0.5) / (long.efficiency - short.efficiency);
        // Granularities differ by factors.
        let [long, short] = [long, short].map(|point| point.granularity.ln());
        Some((long + share * (short - long)).exp())
    }
}
