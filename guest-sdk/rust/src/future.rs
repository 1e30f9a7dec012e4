//! Futures: handles on runs that were submitted.

use std::collections::VecDeque;
use std::fmt;
use std::future::IntoFuture;
use std::marker::PhantomData;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use crate::bindings::wflow::plugin::runner::{RunFuture, wait_any};
use crate::executor::{Event, Wait};
use crate::submit::milliseconds;
use crate::value::Value;
use crate::{Failure, Parameter, Result};

pub use crate::bindings::wflow::plugin::runner::State;

/// A handle on a run that returns a `T`.
///
/// Dropping it does not cancel the run: a flow run ends when all of its runs have. In an `async fn`
/// flow or task, `.await` it (or a reference to it) instead of calling [`Future::result`], which
/// would keep the others from going on.
#[must_use = "the run goes on without its future; take its result to learn whether it completed"]
pub struct Future<T> {
    pub(crate) run: Rc<RunFuture>,
    result: PhantomData<fn() -> T>,
}

impl<T: Parameter> Future<T> {
    /// Waits until the run has ended and gives what it returned.
    ///
    /// # Errors
    ///
    /// How the run ended if it did not complete.
    pub fn result(&self) -> Result<T> {
        T::from_value(self.raw_result()?)
    }
}

impl<T> Future<T> {
    pub(crate) fn new(run: RunFuture) -> Self {
        Self {
            run: Rc::new(run),
            result: PhantomData,
        }
    }

    pub(crate) fn raw_result(&self) -> Result<Value> {
        let result = self.run.result();
        result.map_err(|failure| Failure::of_run(self.name(), failure))
    }

    /// Waits until the run has ended, and tells how.
    pub fn wait(&self) -> State {
        wait_any(&[&self.run], None);
        self.state()
    }

    /// Waits until the run has ended or the time (in whole milliseconds) is up, and tells where it
    /// stands.
    pub fn wait_timeout(&self, timeout: Duration) -> State {
        wait_any(&[&self.run], Some(milliseconds(timeout)));
        self.state()
    }

    /// Whether the run has ended.
    pub fn is_done(&self) -> bool {
        !wait_any(&[&self.run], Some(0)).is_empty()
    }

    /// Where the run stands now.
    pub fn state(&self) -> State {
        self.run.state()
    }

    /// Asks the host to end the run: its result is then a failure of kind `Cancelled`. Does nothing
    /// to a run that has ended.
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

impl<T> Clone for Future<T> {
    /// Another handle on the same run.
    fn clone(&self) -> Self {
        Self {
            run: Rc::clone(&self.run),
            result: PhantomData,
        }
    }
}

impl<T> fmt::Debug for Future<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Future({})", self.name())
    }
}

impl<T: Parameter> IntoFuture for Future<T> {
    type Output = Result<T>;
    type IntoFuture = Awaited<T>;

    fn into_future(self) -> Awaited<T> {
        let ended = Wait::new(Event::Ended(Rc::clone(&self.run)));
        Awaited {
            future: self,
            ended,
        }
    }
}

impl<T: Parameter> IntoFuture for &Future<T> {
    type Output = Result<T>;
    type IntoFuture = Awaited<T>;

    fn into_future(self) -> Awaited<T> {
        self.clone().into_future()
    }
}

/// A [`Future`] in an `.await`.
pub struct Awaited<T> {
    future: Future<T>,
    ended: Wait,
}

impl<T: Parameter> std::future::Future for Awaited<T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<T>> {
        ready!(Pin::new(&mut self.ended).poll(context));
        Poll::Ready(self.future.result())
    }
}

/// Waits until all runs have ended or the time is up, and tells which have and which have not, both
/// in their order.
pub fn wait<T>(
    futures: impl IntoIterator<Item = Future<T>>,
    timeout: Option<Duration>,
) -> (Vec<Future<T>>, Vec<Future<T>>) {
    let until = timeout.map(|timeout| Instant::now() + timeout);
    let futures: Vec<_> = futures.into_iter().collect();
    for future in &futures {
        let left = until.map(|until| milliseconds(until.saturating_duration_since(Instant::now())));
        wait_any(&[&future.run], left);
    }
    futures.into_iter().partition(Future::is_done)
}

/// The futures in the order in which their runs end. Blocks at each step until one has.
pub fn as_completed<T>(futures: impl IntoIterator<Item = Future<T>>) -> AsCompleted<T> {
    AsCompleted {
        pending: futures.into_iter().collect(),
        ended: VecDeque::new(),
    }
}

/// Made by [`as_completed`].
pub struct AsCompleted<T> {
    pending: Vec<Future<T>>,
    ended: VecDeque<Future<T>>,
}

impl<T> Iterator for AsCompleted<T> {
    type Item = Future<T>;

    fn next(&mut self) -> Option<Future<T>> {
        if self.ended.is_empty() && !self.pending.is_empty() {
            let runs: Vec<_> = self.pending.iter().map(|future| &*future.run).collect();
            let mut ended = wait_any(&runs, None).into_iter().peekable();
            let mut index = 0;
            let has_ended = |_: &mut _| {
                index += 1;
                ended.next_if_eq(&(index - 1)).is_some()
            };
            self.ended = self.pending.extract_if(.., has_ended).collect();
        }
        self.ended.pop_front()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.pending.len() + self.ended.len();
        (left, Some(left))
    }
}

impl<T> ExactSizeIterator for AsCompleted<T> {}

impl State {
    /// Those in which a run has ended.
    pub(crate) const FINAL: [Self; 9] = [
        Self::Completed,
        Self::Cached,
        Self::Failed,
        Self::TimedOut,
        Self::UpstreamFailed,
        Self::Denied,
        Self::InvalidInput,
        Self::Crashed,
        Self::Cancelled,
    ];
}

/// As the contract and `wflow --json` spell it, such as `timed-out`.
impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::AwaitingRetry => "awaiting-retry",
            Self::Cancelling => "cancelling",
            Self::Completed => "completed",
            Self::Cached => "cached",
            Self::Failed => "failed",
            Self::TimedOut => "timed-out",
            Self::UpstreamFailed => "upstream-failed",
            Self::Denied => "denied",
            Self::InvalidInput => "invalid-input",
            Self::Crashed => "crashed",
            Self::Cancelled => "cancelled",
        })
    }
}
