//! The executor of `async fn` flows and tasks: one thread, which sleeps in the host.

use std::cell::{Cell, RefCell};
use std::pin::{Pin, pin};
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::{Duration, Instant};

use crate::bindings::wflow::plugin::runner::{RunFuture, wait_any};
use crate::{Failure, Result};

thread_local! {
    /// Everything that a future on this thread waits for; dead entries are those that were dropped.
    static WAITING: RefCell<Vec<Weak<Interest>>> = const { RefCell::new(Vec::new()) };
}

/// What a future can wait for.
pub(crate) enum Event {
    Ended(Rc<RunFuture>),
    Due(Instant),
}

/// An event, and whom to wake when it happens.
struct Interest {
    event: Event,
    happened: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

/// Completes when the event has happened.
pub(crate) struct Wait(Rc<Interest>);

impl Wait {
    pub(crate) fn new(event: Event) -> Self {
        Self(Rc::new(Interest {
            event,
            happened: Cell::new(false),
            waker: RefCell::new(None),
        }))
    }
}

impl Future for Wait {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.0.happened.get() {
            return Poll::Ready(());
        }
        let before = self.0.waker.replace(Some(context.waker().clone()));
        if before.is_none() {
            WAITING.with_borrow_mut(|waiting| waiting.push(Rc::downgrade(&self.0)));
        }
        Poll::Pending
    }
}

/// Sleeps in an `async fn` flow or task, while what else it waits for goes on. Counts from the call.
pub fn sleep(duration: Duration) -> impl Future<Output = ()> {
    Wait::new(Event::Due(Instant::now() + duration))
}

/// Runs a future to its end.
///
/// # Errors
///
/// If it waits for something that nothing can bring about any more.
pub fn block_on<F: Future>(future: F) -> Result<F::Output> {
    let mut future = pin!(future);
    let woken = Arc::new(Woken(AtomicBool::new(true)));
    let waker = Waker::from(Arc::clone(&woken));
    let mut context = Context::from_waker(&waker);
    loop {
        while woken.0.swap(false, Ordering::Relaxed) {
            if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                return Ok(output);
            }
        }
        if !sleep_until_something_happens() {
            return Err(Failure::permanent(
                "the async function waits for ever: nothing that it awaits is a run or a timer, \
                 and no other code is left that could wake it",
            ));
        }
    }
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Wakes whoever waits for what happens next; false if nobody waits for anything.
fn sleep_until_something_happens() -> bool {
    let waiting = waiting();
    let runs: Vec<_> = waiting
        .iter()
        .filter_map(|interest| interest.run())
        .collect();
    let due = waiting.iter().filter_map(|interest| interest.due()).min();
    let ended = wait(&runs, due);

    let mut ended = ended.into_iter().peekable();
    let now = Instant::now();
    let mut index = 0;
    for interest in &waiting {
        let happened = match interest.event {
            Event::Due(due) => due <= now,
            Event::Ended(_) => {
                index += 1;
                ended.next_if_eq(&(index - 1)).is_some()
            }
        };
        if happened {
            interest.wake();
        }
    }
    !waiting.is_empty()
}

fn waiting() -> Vec<Rc<Interest>> {
    WAITING.with_borrow_mut(|waiting| {
        waiting.retain(|interest| interest.upgrade().is_some_and(|i| !i.happened.get()));
        waiting.iter().filter_map(Weak::upgrade).collect()
    })
}

/// The indices of the runs that have ended; none when the time has come.
fn wait(runs: &[&RunFuture], due: Option<Instant>) -> Vec<u32> {
    let timeout = due.map(|due| due.saturating_duration_since(Instant::now()));
    match (runs, timeout) {
        ([], None) => Vec::new(),
        ([], Some(timeout)) => {
            thread::sleep(timeout);
            Vec::new()
        }
        (_, timeout) => wait_any(runs, timeout.map(whole_milliseconds)),
    }
}

/// Rounded up: waking early would only mean another wait.
fn whole_milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX)
}

impl Interest {
    fn run(&self) -> Option<&RunFuture> {
        match &self.event {
            Event::Ended(run) => Some(run),
            Event::Due(_) => None,
        }
    }

    fn due(&self) -> Option<Instant> {
        match self.event {
            Event::Due(due) => Some(due),
            Event::Ended(_) => None,
        }
    }

    fn wake(&self) {
        self.happened.set(true);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}
