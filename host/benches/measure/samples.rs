//! Cases that are measured in turns, and the medians of what was measured.

use std::collections::HashMap;
use std::hash::Hash;

use anyhow::{Context, Result};

/// One measurement. What does not apply is not a number.
#[derive(Clone, Copy)]
pub(crate) struct Sample {
    /// Of the work itself: of a flow, by its own clock.
    pub(crate) seconds: f64,
    /// From the start of the process to its end.
    pub(crate) whole: f64,
    /// MiB at the peak.
    pub(crate) peak: f64,
    /// Seconds that the work takes at least.
    pub(crate) limit: f64,
}

impl Sample {
    pub(crate) fn of(seconds: f64) -> Self {
        Self {
            seconds,
            whole: f64::NAN,
            peak: f64::NAN,
            limit: f64::NAN,
        }
    }
}

/// The sample with its limit, which is measured just before and after: how fast a machine is may change within
/// seconds.
pub(crate) fn within(
    limit: impl Fn() -> Result<f64>,
    sample: impl FnOnce() -> Result<Sample>,
) -> Result<Sample> {
    let before = limit()?;
    let sample = sample()?;
    let limit = f64::midpoint(before, limit()?);
    Ok(Sample { limit, ..sample })
}

/// What is measured in each round.
pub(crate) struct Cases<'a, K>(Vec<(K, Measure<'a>)>);

type Measure<'a> = Box<dyn FnMut() -> Result<Sample> + 'a>;

impl<'a, K: Copy + Eq + Hash + std::fmt::Debug> Cases<'a, K> {
    pub(crate) fn new() -> Self {
        Self(Vec::new())
    }

    pub(crate) fn add(&mut self, case: K, measure: impl FnMut() -> Result<Sample> + 'a) {
        self.0.push((case, Box::new(measure)));
    }

    /// Every case once a round, so that a busy minute of the machine hits all of them.
    pub(crate) fn measure(mut self, rounds: u32) -> Result<Samples<K>> {
        let mut samples: HashMap<K, Vec<Sample>> = HashMap::new();
        for _ in 0..rounds {
            for (case, measure) in &mut self.0 {
                let sample = measure().with_context(|| format!("{case:?}"))?;
                samples.entry(*case).or_default().push(sample);
            }
        }
        Ok(Samples(samples))
    }
}

/// What was measured of each case.
pub(crate) struct Samples<K>(HashMap<K, Vec<Sample>>);

impl<K: Copy + Eq + Hash> Samples<K> {
    pub(crate) fn cases(&self) -> impl Iterator<Item = K> {
        self.0.keys().copied()
    }

    /// Of the work itself.
    pub(crate) fn seconds(&self, case: K) -> f64 {
        self.median(case, |sample| sample.seconds)
    }

    /// Seconds that the work takes at least.
    pub(crate) fn limit(&self, case: K) -> f64 {
        self.median(case, |sample| sample.limit)
    }

    /// How near the work came to its limit, which is 1.
    pub(crate) fn efficiency(&self, case: K) -> f64 {
        self.median(case, |sample| sample.limit / sample.seconds)
    }

    /// From the start of the process to its end.
    pub(crate) fn whole(&self, case: K) -> f64 {
        self.median(case, |sample| sample.whole)
    }

    /// MiB.
    pub(crate) fn peak(&self, case: K) -> f64 {
        self.median(case, |sample| sample.peak)
    }

    /// The longest of all from the start of the process to its end.
    pub(crate) fn slowest(&self, case: K) -> f64 {
        let samples = self.of(&case).iter().map(|sample| sample.whole);
        samples.fold(f64::NAN, f64::max)
    }

    fn of(&self, case: &K) -> &[Sample] {
        self.0.get(case).map_or(&[], Vec::as_slice)
    }

    fn median(&self, case: K, of: impl Fn(&Sample) -> f64) -> f64 {
        median(self.of(&case).iter().map(of))
    }
}

/// Of those that are numbers; none is none.
pub(crate) fn median(samples: impl IntoIterator<Item = f64>) -> f64 {
    let numbers = samples.into_iter().filter(|sample| !sample.is_nan());
    let mut sorted: Vec<_> = numbers.collect();
    sorted.sort_by(f64::total_cmp);
    *sorted.get(sorted.len() / 2).unwrap_or(&f64::NAN)
}
