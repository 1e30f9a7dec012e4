//! What a flow has been told so far: played back where an earlier process recorded it, and recorded
//! from there on.

use std::collections::VecDeque;
use std::fmt;

use crate::model::{Observation, Observed, RunId};
use crate::scheduler::Input;

/// Why a flow cannot go on from its record: its code does something else than before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diverged(pub String);

impl fmt::Display for Diverged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Diverged {}

/// The answers that one attempt of a flow was given, in order.
#[derive(Debug)]
pub struct History {
    run: RunId,
    /// What is left of the record.
    replay: VecDeque<Observed>,
    /// Answers that the first of those has given already.
    given: u32,
    /// Recorded entries before those that are new.
    from: usize,
    /// What is not yet told to the loop.
    new: Vec<Observed>,
    /// The last one that the flow was told.
    time: u64,
}

/// The resolution of a flow's clock, in nanoseconds.
pub const MILLISECOND: u64 = 1_000_000;

impl History {
    pub fn new(run: RunId, recorded: Vec<Observed>) -> Self {
        Self {
            run,
            replay: recorded.into(),
            given: 0,
            from: 0,
            new: Vec::new(),
            time: 0,
        }
    }

    /// Whether the flow is still where it was before.
    pub fn is_replaying(&self) -> bool {
        !self.replay.is_empty()
    }

    /// The recorded answer to a question that `question` names, if the record goes on.
    ///
    /// # Errors
    ///
    /// If the flow had asked for something else: `pick` does not know the answer.
    pub fn replay<T>(
        &mut self,
        question: &str,
        pick: impl FnOnce(&Observation) -> Option<T>,
    ) -> Result<Option<T>, Diverged> {
        let Some(next) = self.replay.front() else {
            return Ok(None);
        };
        let Some(answer) = pick(&next.what) else {
            return Err(Diverged(format!(
                "it asked for {}, and now asks for {question}",
                asked_for(&next.what)
            )));
        };
        self.given += 1;
        if self.given >= next.times {
            self.replay.pop_front();
            self.given = 0;
            self.from += 1;
        }
        Ok(Some(answer))
    }

    /// The last answer that was played back no longer holds: what follows is new.
    pub fn go_live(&mut self) {
        if let Some(next) = self.replay.front()
            && self.given > 0
        {
            let what = next.what.clone();
            let times = self.given;
            self.new.push(Observed { what, times });
        }
        self.replay.clear();
        self.given = 0;
    }

    /// The time that the flow is told, in nanoseconds since 1970: in whole milliseconds, so that a
    /// flow that asks all the time does not fill the record, and never less than before.
    ///
    /// # Errors
    ///
    /// If the flow had not asked for the time.
    pub fn time(&mut self, now: u64) -> Result<u64, Diverged> {
        let recorded = self.replay("the time", |answer| match answer {
            Observation::Time(at) => Some(*at),
            _ => None,
        })?;
        if let Some(at) = recorded {
            self.time = at;
        } else {
            self.time = self.time.max(now - now % MILLISECOND);
            self.observe(Observation::Time(self.time));
        }
        Ok(self.time)
    }

    /// Takes an answer down.
    pub fn observe(&mut self, what: Observation) {
        match self.new.last_mut() {
            Some(last) if last.what == what && last.times < u32::MAX => last.times += 1,
            _ => self.new.push(Observed { what, times: 1 }),
        }
    }

    /// What the loop has not been told: it has to know before the flow does anything.
    pub fn flush(&mut self) -> Option<Input> {
        if self.new.is_empty() {
            return None;
        }
        let observed = std::mem::take(&mut self.new);
        let from = self.from;
        self.from += observed.len();
        Some(Input::Observed {
            run: self.run,
            from,
            observed,
        })
    }

    /// Answers that are kept back.
    pub fn pending(&self) -> usize {
        self.new.len()
    }
}

fn asked_for(answer: &Observation) -> &'static str {
    match answer {
        Observation::Time(_) => "the time",
        Observation::Result => "the result of a run",
        Observation::Ended(_) => "the runs that have ended",
        Observation::Answer(_) => "an answer",
        Observation::Ready(_) => "what is ready",
        Observation::State(_) => "the state of a run",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run() -> RunId {
        RunId(uuid::Uuid::nil())
    }

    fn observed(what: Observation, times: u32) -> Observed {
        Observed { what, times }
    }

    fn time(answer: &Observation) -> Option<u64> {
        match answer {
            Observation::Time(at) => Some(*at),
            _ => None,
        }
    }

    /// From which entry on these are new, and what they are.
    fn flushed(history: &mut History) -> Option<(usize, Vec<Observed>)> {
        match history.flush()? {
            Input::Observed { from, observed, .. } => Some((from, observed)),
            other => panic!("not an observation: {other:?}"),
        }
    }

    #[test]
    fn what_is_recorded_is_played_back_and_goes_on() {
        let mut history = History::new(run(), Vec::new());
        for at in [1, 1, 2] {
            history.observe(Observation::Time(at));
        }
        let recorded = vec![
            observed(Observation::Time(1), 2),
            observed(Observation::Time(2), 1),
        ];
        assert_eq!(flushed(&mut history), Some((0, recorded.clone())));
        history.observe(Observation::Time(2));
        let more = vec![observed(Observation::Time(2), 1)];
        assert_eq!(flushed(&mut history), Some((2, more)));
        assert_eq!(flushed(&mut history), None);

        let mut again = History::new(run(), recorded);
        let mut times = Vec::new();
        while let Some(at) = again.replay("the time", time).expect("the same") {
            times.push(at);
        }
        assert_eq!(times, [1, 1, 2]);
        again.observe(Observation::Result);
        let new = vec![observed(Observation::Result, 1)];
        assert_eq!(flushed(&mut again), Some((2, new)));
    }

    #[test]
    fn what_no_longer_holds_is_cut_off_in_the_middle() {
        let recorded = vec![
            observed(Observation::Time(1), 1),
            observed(Observation::Result, 3),
            observed(Observation::Time(2), 1),
        ];
        let mut history = History::new(run(), recorded);
        assert_eq!(history.replay("the time", time), Ok(Some(1)));
        assert_eq!(history.replay("a result", |_| Some(())), Ok(Some(())));
        history.go_live();
        assert!(!history.is_replaying());
        history.observe(Observation::Result);
        let new = vec![observed(Observation::Result, 2)];
        assert_eq!(flushed(&mut history), Some((1, new)));
    }

    #[test]
    fn another_question_is_a_divergence() {
        let mut history = History::new(run(), vec![observed(Observation::Result, 1)]);
        let Diverged(why) = history.replay("the time", time).expect_err("it diverged");
        assert_eq!(
            why,
            "it asked for the result of a run, and now asks for the time"
        );
    }
}
