//! Flow runs that wait for somebody's answer, and what makes them go on.

use std::sync::Arc;

use jiff::Timestamp;

use super::attempt::after;
use super::run::Phase;
use super::{Scheduler, Timer};
use crate::model::{EventKind, RunId};

impl Scheduler {
    /// Its runs go on meanwhile. A flow run that is being cancelled has no more questions.
    pub(super) fn pause(
        &mut self,
        id: RunId,
        prompt: String,
        schema: Arc<str>,
        timeout_ms: Option<u64>,
    ) {
        let now = self.now;
        let run = self.run(id);
        if !run.is_flow() || run.phase != Phase::Running || run.cancelled.is_some() {
            return;
        }
        let until = timeout_ms.map(|ms| after(now, ms));
        self.set_phase(id, Phase::Paused { until });
        if let Some(until) = until {
            self.set_timer(until, id, Timer::Unanswered);
        }
        let paused = EventKind::FlowRunPaused {
            prompt,
            schema,
            until,
        };
        self.emit(id, paused);
    }

    pub(super) fn answer(&mut self, id: RunId, input: Arc<str>) {
        match self.is_paused(id) {
            true => self.go_on(id, EventKind::FlowRunAnswered { input }),
            false => self.refuse_answer(id, "it waits for no answer".to_owned()),
        }
    }

    pub(super) fn refuse_answer(&mut self, id: RunId, reason: String) {
        if !matches!(self.phase(id), None | Some(Phase::Ended(_))) {
            self.emit(id, EventKind::AnswerRefused { reason });
        }
    }

    /// It may wait for another answer by now.
    pub(super) fn give_up_waiting(&mut self, id: RunId, at: Timestamp) {
        let until = Some(at);
        if self.is_paused(id) && self.run(id).phase == (Phase::Paused { until }) {
            self.go_on(id, EventKind::FlowRunUnanswered);
        }
    }

    fn is_paused(&mut self, id: RunId) -> bool {
        let run = self.run(id);
        matches!(run.phase, Phase::Paused { .. }) && run.cancelled.is_none()
    }

    fn go_on(&mut self, id: RunId, because: EventKind) {
        self.set_phase(id, Phase::Running);
        self.emit(id, because);
    }
}
