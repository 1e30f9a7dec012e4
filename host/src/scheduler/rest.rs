//! Runs that only wait, for a time or an answer: after long enough of that, nobody need wait with
//! them, and the root flow run is suspended.

use jiff::{SignedDuration, Timestamp};

use super::Scheduler;
use super::run::{Kind, Phase};
use crate::model::{EventKind, RunId};

/// When there is nothing to do but wait.
#[derive(Debug)]
pub(super) struct Rest {
    /// How long of that is enough.
    after: SignedDuration,
    /// When something happened last.
    since: Timestamp,
}

impl Scheduler {
    /// Suspends the root flow run when nothing has happened for so long, and nothing will for as
    /// long again.
    pub fn suspend_after(&mut self, after: SignedDuration) {
        let since = Timestamp::UNIX_EPOCH;
        self.rest = Some(Rest { after, since });
    }

    pub fn is_suspended(&self) -> bool {
        self.suspended
    }

    pub(super) fn fall_asleep(&mut self, id: RunId, until: Timestamp) {
        self.set_asleep(id, Some(until));
    }

    pub(super) fn wake_up(&mut self, id: RunId) {
        self.set_asleep(id, None);
    }

    fn set_asleep(&mut self, id: RunId, until: Option<Timestamp>) {
        if let Kind::Flow(flow) = &mut self.run(id).kind {
            flow.asleep = until;
        }
    }

    /// When to look again whether anything happened.
    pub(super) fn rested_at(&self) -> Option<Timestamp> {
        let Rest { after, since } = self.rest.as_ref()?;
        since.checked_add(*after).ok()
    }

    /// `quiet`: nothing has happened but the passing of time.
    pub(super) fn rest(&mut self, quiet: bool) {
        let (now, rested_at) = (self.now, self.rested_at());
        let Some(rest) = self.rest.as_mut().filter(|_| !self.suspended) else {
            return;
        };
        if !quiet {
            rest.since = now;
        } else if rested_at.is_some_and(|at| at <= now) {
            rest.since = now;
            let after = rest.after;
            self.suspend_if_all_wait(after);
        }
    }

    fn suspend_if_all_wait(&mut self, after: SignedDuration) {
        let root = self.runs.iter().find(|(_, run)| run.parent.is_none());
        let Some(root) = root.map(|(id, _)| *id) else {
            return;
        };
        let until = self.due();
        let soon = self.now.saturating_add(after).unwrap_or(Timestamp::MAX);
        if self.all_wait() && until.is_none_or(|until| until > soon) {
            self.suspended = true;
            self.set_phase(root, Phase::Suspended);
            self.emit(root, EventKind::FlowRunSuspended { until });
        }
    }

    /// When something is due by time alone.
    fn due(&self) -> Option<Timestamp> {
        let asleep = self.runs.values().filter_map(|run| run.asleep());
        asleep.chain(self.next_timer()).min()
    }

    /// Whether no instance does anything, or holds anything but what its record can bring back.
    fn all_wait(&self) -> bool {
        let waits = |phase: &Phase, asleep: bool| match phase {
            Phase::Paused { .. } | Phase::Pending { .. } | Phase::Retrying | Phase::Ended(_) => {
                true
            }
            _ => asleep,
        };
        let mut runs = self.runs.values();
        self.hooks.is_empty() && runs.all(|run| waits(&run.phase, run.asleep().is_some()))
    }
}
