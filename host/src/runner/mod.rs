//! The one loop: takes inputs from the mailbox, asks the scheduler, shows what happened, acts on it.
//!
//! It has a thread, and workers lend it theirs: see [`turns`].

mod argument;
mod backlog;
mod budget;
mod cache;
mod cached;
mod canonical;
mod dispatcher;
mod draft;
mod executor;
mod future;
#[cfg(fuzzing)]
pub(crate) mod fuzzing;
mod history;
mod jobs;
mod lane;
mod mailbox;
mod meter;
mod past;
mod plan;
mod question;
mod turns;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use jiff::SignedDuration;

use crate::model::{Events, Limit};
pub use crate::scheduler::Quotas;
use crate::scheduler::Scheduler;
pub use argument::ArgumentSource;
pub use budget::{Budget, Share};
pub use cache::{Cache, MemoryCache, ResultCache};
use dispatcher::Dispatcher;
pub use executor::{Attempt, Call, Callee, Executor, Job, Target};
pub use future::TaskFuture;
pub use history::{Diverged, History, MILLISECOND};
use lane::Lanes;
pub use mailbox::{Mailbox, Submit, Submitter};
pub use meter::Meter;
pub use past::{PastAttempt, PastRun};
pub use plan::{Origin, Part, Plan};
pub use question::Question;

/// How long one hook, or the retry condition, may take.
const HOOK_TIMEOUT: Duration = Duration::from_secs(60);

/// How many task runs execute at the same time, and on how many threads.
#[derive(Clone, Debug)]
pub struct Capacity {
    /// Live instances that are not waiting for other runs.
    pub slots: usize,
    pub limits: Vec<Limit>,
    /// What all runs may use together; of the memory, instances, arguments and results.
    pub quotas: Quotas,
    /// How long all runs may do nothing but wait before the root flow run is suspended.
    pub suspend_after: Option<SignedDuration>,
    /// Whether workers leave all that the loop does to the loop's own thread, because showing events
    /// takes long: it waits for a disk.
    pub loop_alone: bool,
    /// Of the machine: workers do without the loop's thread where there is none to spare for it.
    pub cores: usize,
}

/// Is told every event in order before it is acted on, and none whenever there is nothing more to do for
/// the moment.
pub type Show = dyn FnMut(&Events) -> Result<()> + Send;

/// Runs flows to their end.
pub struct Runner {
    /// Until it runs.
    ready: Option<(Scheduler, Lanes, Cache)>,
    mailbox: Mailbox,
    suspended: bool,
}

impl Runner {
    /// Starts the worker threads; they end when the runner is dropped.
    pub fn new<E: Executor>(
        plan: Plan,
        capacity: Capacity,
        executor: Arc<E>,
        cache: Cache,
    ) -> Result<(Self, Mailbox)> {
        let workers = plan.workers;
        let mailbox = Mailbox::new(plan, &capacity);
        let (slots, limits) = (capacity.slots, &capacity.limits);
        let mut scheduler = Scheduler::new(slots, limits, capacity.quotas);
        if let Some(after) = capacity.suspend_after {
            scheduler.suspend_after(after);
        }
        let lanes = Lanes::start(workers, &executor, &mailbox)?;
        let runner = Self {
            ready: Some((scheduler, lanes, cache)),
            mailbox: mailbox.clone(),
            suspended: false,
        };
        Ok((runner, mailbox))
    }

    /// Whether it ended while its runs wait.
    pub fn is_suspended(&self) -> bool {
        self.suspended
    }

    /// Goes on until every submitted run has ended, or all are suspended.
    ///
    /// # Errors
    ///
    /// Only what `show` returns: the runs' own failures are in the events.
    ///
    /// # Panics
    ///
    /// If it was run before, or a turn panicked on whichever thread had it.
    pub async fn run(&mut self, show: Box<Show>) -> Result<()> {
        let (scheduler, lanes, cache) = self.ready.take().expect("it runs once");
        let turns = self.mailbox.turns();
        let mailbox = self.mailbox.clone();
        turns.open(Dispatcher::new(scheduler, lanes, mailbox, cache, show));
        loop {
            turns.take_as_loop();
            assert!(!turns.is_broken(), "a turn ended in a panic");
            if let Some(error) = turns.standing().failed.take() {
                return Err(error);
            }
            if turns.standing().done {
                break;
            }
            turns.called().await;
        }
        let mut dispatcher = turns.close().expect("it was opened above");
        dispatcher.announce();
        self.suspended = dispatcher.is_suspended();
        dispatcher.flush()
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        // Its workers end with it.
        drop(self.mailbox.turns().close());
    }
}

#[cfg(test)]
mod tests;
