//! Attempts that crashed or timed out, and whether their code finds another one worth it.

use super::Scheduler;
use super::run::Phase;
use crate::model::{EventKind, Failure, FailureKind, Outcome, RunId, Value};

impl Scheduler {
    /// An attempt that returned an error has said itself whether another one is worth it.
    pub(super) fn wants_to_be_asked(&mut self, id: RunId, kind: FailureKind) -> bool {
        let could_not_say = matches!(kind, FailureKind::Crashed | FailureKind::TimedOut);
        could_not_say && self.run(id).policy.retries.condition
    }

    /// The run holds no slot meanwhile.
    pub(super) fn ask_whether_to_retry(&mut self, id: RunId, failure: Failure) {
        let attempt = self.told(id, failure.kind.into(), failure.message.clone());
        let attempt = Box::new(attempt);
        self.set_phase(id, Phase::Asking(failure.into()));
        self.emit(id, EventKind::RetryConditionAsked { attempt });
    }

    /// A condition that fails itself, or takes too long, is a no: as it is with Prefect.
    pub(super) fn decide_retry(&mut self, id: RunId, outcome: Outcome) {
        let run = self.run(id);
        let cancelled = run.cancelled.clone();
        let Phase::Asking(failure) = &run.phase else {
            return;
        };
        let failure = Failure::clone(failure);
        let holds = matches!(&outcome, Outcome::Completed(Value::Json(json)) if &**json == "true");
        self.emit(id, EventKind::RetryConditionDecided { outcome });
        match cancelled {
            Some(reason) => self.end(id, Outcome::failed(FailureKind::Cancelled, reason)),
            None if holds => self.retry(id, failure),
            None => self.end(id, Outcome::Failed(failure)),
        }
    }
}
