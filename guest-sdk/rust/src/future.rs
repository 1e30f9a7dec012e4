//! A run that was submitted and may not have ended yet.

use std::collections::VecDeque;
use std::marker::PhantomData;

pub use crate::bindings::wflow::plugin::runner::State;
use crate::bindings::wflow::plugin::runner::{RunFuture, wait_any};
use crate::{Failure, Parameter, Result};

/// A handle on a run that returns a `T`. Dropping it does not cancel the run.
#[must_use = "a run whose future is dropped still runs; take its result to see whether it completed"]
pub struct Future<T> {
    pub(crate) run: RunFuture,
    result: PhantomData<fn() -> T>,
}

impl<T: Parameter> Future<T> {
    pub(crate) fn new(run: RunFuture) -> Self {
        Self {
            run,
            result: PhantomData,
        }
    }

    /// Waits until the run has ended and gives what it returned.
    ///
    /// # Errors
    ///
    /// How the run ended if it did not complete.
    pub fn result(&self) -> Result<T> {
        T::from_value(self.run.result().map_err(Failure::of_run)?)
    }
}

impl<T> Future<T> {
    /// Waits until the run has ended.
    pub fn wait(&self) -> State {
        wait_any(&[&self.run], None);
        self.state()
    }

    /// Where the run stands now.
    pub fn state(&self) -> State {
        self.run.state()
    }

    /// Asks the host to end the run; its result is then a failure of kind `Cancelled`.
    pub fn cancel(&self) {
        self.run.cancel();
    }

    /// The run's id, a UUID.
    pub fn id(&self) -> String {
        self.run.id()
    }

    /// The run's name, as logs show it.
    pub fn name(&self) -> String {
        self.run.name()
    }
}

/// The futures in the order in which their runs end.
pub fn as_completed<T>(
    futures: impl IntoIterator<Item = Future<T>>,
) -> impl Iterator<Item = Future<T>> {
    let mut pending: Vec<_> = futures.into_iter().collect();
    let mut ended = VecDeque::new();
    std::iter::from_fn(move || {
        if ended.is_empty() && !pending.is_empty() {
            let runs: Vec<_> = pending.iter().map(|future| &future.run).collect();
            // From the back, so that the indices that are left stay right.
            for index in wait_any(&runs, None).into_iter().rev() {
                ended.push_front(pending.remove(index as usize));
            }
        }
        ended.pop_front()
    })
}
