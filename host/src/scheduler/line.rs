//! Runs that can start, in their order.

use std::cmp::Reverse;
use std::collections::{BTreeMap, VecDeque};

use crate::model::RunId;

/// By priority, then by the number of their readiness.
pub(super) type Place = (Reverse<i32>, u64);

/// Most runs come last and have one priority: what a run costs here is its own size.
#[derive(Debug, Default)]
pub(super) struct Line(BTreeMap<Reverse<i32>, VecDeque<(u64, RunId)>>);

impl Line {
    pub(super) fn insert(&mut self, (priority, number): Place, run: RunId) {
        let runs = self.0.entry(priority).or_default();
        match runs.back() {
            Some((last, _)) if *last > number => {
                let at = runs.partition_point(|(before, _)| *before < number);
                runs.insert(at, (number, run));
            }
            _ => runs.push_back((number, run)),
        }
    }

    pub(super) fn pop_first(&mut self) -> Option<(Place, RunId)> {
        let mut first = self.0.first_entry()?;
        let priority = *first.key();
        let (number, run) = first.get_mut().pop_front()?;
        if first.get().is_empty() {
            first.remove();
        }
        Some(((priority, number), run))
    }

    /// Takes all of the other's.
    pub(super) fn join(&mut self, mut other: Self) {
        while let Some((place, run)) = other.pop_first() {
            self.insert(place, run);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(number: u64) -> RunId {
        RunId(uuid::Uuid::from_u128(number.into()))
    }

    #[test]
    fn priority_comes_first_and_then_the_number() {
        let place = |priority, number| (Reverse(priority), number);
        let mut line = Line::default();
        for (priority, number) in [(0, 3), (0, 5), (1, 4), (0, 1), (-1, 0), (0, 2)] {
            line.insert(place(priority, number), run(number));
        }
        let mut more = Line::default();
        more.insert(place(1, 2), run(2));
        more.insert(place(0, 4), run(4));
        line.join(more);
        let left = std::iter::from_fn(|| line.pop_first());
        let left: Vec<_> = left
            .map(|((Reverse(priority), n), _)| (priority, n))
            .collect();
        let order = [
            (1, 2),
            (1, 4),
            (0, 1),
            (0, 2),
            (0, 3),
            (0, 4),
            (0, 5),
            (-1, 0),
        ];
        assert_eq!(left, order);
        assert!(line.is_empty());
    }
}
