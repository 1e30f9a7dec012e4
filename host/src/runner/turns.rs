//! Whose turn it is to act on what guests have told: the loop's, or that of a worker which would
//! otherwise wait for the loop.
//!
//! Waking a thread costs as much as a short task. So nobody is woken while the workers have enough to do, or
//! keep all cores busy, but for every so many messages or when one has been left for some milliseconds; and a
//! worker whose jobs are few takes the turn itself: it comes to its next job without leaving its thread.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, TryLockError};
use std::time::Duration;

use anyhow::Result;
use jiff::Timestamp;
use tokio::sync::Notify;

use super::dispatcher::Dispatcher;
use super::lane::{Lane, Queues};
use super::mailbox::Message;
use crate::scheduler::Input;

/// Messages that are left for the loop before it is called.
const MANY: usize = 256;
/// How long one is left.
const SOON: Duration = Duration::from_millis(4);

#[derive(Default)]
pub(super) struct Turns {
    left: Mutex<Vec<Message>>,
    /// Whoever has the lock has the turn; none before the loop runs and after.
    dispatcher: Mutex<Option<Dispatcher>>,
    queues: Arc<Queues>,
    standing: Mutex<Standing>,
    /// Calls the loop, and whether it is to come at once.
    call: Notify,
    at_once: AtomicBool,
    /// The loop looks every so often whether something is left, and so need not be called.
    watched: AtomicBool,
    /// Somebody took a turn since it last looked.
    acted: AtomicBool,
    /// Nobody ever takes a turn.
    closed: bool,
    /// Only the loop takes turns.
    loop_alone: bool,
    /// Of this machine.
    cores: usize,
}

/// Where things stand after a turn.
#[derive(Default)]
pub(super) struct Standing {
    pub(super) done: bool,
    /// When the next turn is due by time alone.
    pub(super) tick: Option<Timestamp>,
    pub(super) failed: Option<anyhow::Error>,
}

impl Turns {
    /// As in [`super::Capacity`].
    pub(super) fn new(loop_alone: bool, cores: usize) -> Self {
        Self {
            loop_alone,
            cores,
            ..Self::default()
        }
    }

    pub(super) fn closed() -> Self {
        Self {
            closed: true,
            ..Self::default()
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    pub(super) fn queues(&self) -> &Arc<Queues> {
        &self.queues
    }

    /// Turns can be taken from now on.
    pub(super) fn open(&self, dispatcher: Dispatcher) {
        *self.dispatcher.lock().expect("no turn has failed") = Some(dispatcher);
    }

    /// Waits for the end of a turn, and gives what turns are taken with.
    pub(super) fn close(&self) -> Option<Dispatcher> {
        let dispatcher = self.dispatcher.lock();
        dispatcher.ok().and_then(|mut dispatcher| dispatcher.take())
    }

    /// Leaves a message for whoever has the next turn, and tells how many are left by now; gives it back
    /// where nobody will have one.
    pub(super) fn leave(&self, message: Message) -> Result<usize, Message> {
        if self.closed {
            return Err(message);
        }
        let mut left = self.left();
        left.push(message);
        Ok(left.len())
    }

    /// Calls the loop.
    pub(super) fn call(&self) {
        self.at_once.store(true, Ordering::Relaxed);
        self.call.notify_one();
    }

    /// Calls the loop for so many messages, unless the workers can do without.
    pub(super) fn remind(&self, left: usize) {
        match left {
            0 => {}
            MANY.. => self.call(),
            _ if !self.are_busy() => self.call(),
            _ if !self.is_watched() => self.call.notify_one(),
            _ => {}
        }
    }

    /// Whether the workers can do without the loop for a while: they have enough to do, or no core is
    /// free, and each of them takes a turn when it is done.
    fn are_busy(&self) -> bool {
        let full = || self.queues.busy() >= self.cores;
        self.queues.are_enough() || !self.loop_alone && full()
    }

    /// A worker acts on what is left, unless the loop had better do it: so many messages, if the worker knows.
    pub(super) fn attend(&self, left: Option<usize>, free: Option<Lane>) {
        if self.loop_alone || self.queues.are_enough() {
            return self.remind(left.unwrap_or_else(|| self.left().len()));
        }
        self.take(free);
    }

    /// The loop acts on what is left, and on what is due by now.
    pub(super) fn take_as_loop(&self) {
        self.at_once.store(false, Ordering::Relaxed);
        // Whoever has the turn now tells when the next one is due.
        let due = self.standing().tick.take_if(|at| *at <= Timestamp::now());
        if due.is_some() {
            // Its receiver is here.
            let _ = self.leave(Message::Input(Input::Tick));
        }
        // Whoever has the turn now calls the loop again where that is left.
        if let Ok(mut dispatcher) = self.dispatcher.try_lock()
            && let Some(dispatcher) = &mut *dispatcher
        {
            dispatcher.announce();
        }
        // Afterwards, as whoever found the turn taken relies on a look.
        self.take(None);
    }

    /// Whoever finds somebody else at it leaves it to that one, who looks again when it is done. What came
    /// in meanwhile can wait for more to come, if it is little and the workers have enough to do.
    fn take(&self, free: Option<Lane>) {
        let _shift = Shift(self);
        let mut left = self.left().len();
        while left > 0 && self.turn(free) {
            left = self.left().len();
            if left < MANY && self.queues.are_enough() {
                return self.remind(left.min(1));
            }
        }
    }

    /// False if somebody else has the turn, or nobody can have it.
    fn turn(&self, free: Option<Lane>) -> bool {
        let mut dispatcher = match self.dispatcher.try_lock() {
            Ok(dispatcher) => dispatcher,
            Err(TryLockError::WouldBlock) => return false,
            Err(TryLockError::Poisoned(_)) => {
                self.call();
                return false;
            }
        };
        let Some(dispatcher) = &mut *dispatcher else {
            return false;
        };
        std::mem::swap(&mut *self.left(), dispatcher.messages());
        let acted = dispatcher.act(free);
        let shown = acted.and_then(|()| match self.left().is_empty() {
            true => dispatcher.flush(),
            false => Ok(()),
        });
        self.acted.store(true, Ordering::SeqCst);
        self.stand(dispatcher, shown);
        true
    }

    fn stand(&self, dispatcher: &Dispatcher, shown: Result<()>) {
        let mut standing = self.standing();
        let tick = dispatcher.next_tick();
        let is_earlier = tick.is_some_and(|tick| standing.tick.is_none_or(|before| tick < before));
        standing.tick = tick;
        standing.done = dispatcher.is_done();
        if let Err(error) = shown {
            standing.failed.get_or_insert(error);
        }
        if is_earlier || standing.done || standing.failed.is_some() {
            self.call();
        } else if dispatcher.has_to_announce() && !self.is_watched() {
            self.call.notify_one();
        }
    }

    /// Waits until the loop is called, or something is due.
    pub(super) async fn called(&self) {
        let tick = self.standing().tick;
        let until = tick.map(|at| Duration::try_from(at.duration_since(Timestamp::now())));
        let until = until.map_or(Duration::MAX, Result::unwrap_or_default);
        if !self.goes_on() {
            let called = tokio::time::timeout(until, self.call.notified()).await;
            self.watched.store(true, Ordering::SeqCst);
            if called.is_err() || self.at_once.load(Ordering::Relaxed) {
                return;
            }
        }
        let _ = tokio::time::timeout(SOON.min(until), self.call.notified()).await;
    }

    /// Whether the loop is to look again soon: as long as anybody acts, or something is left.
    fn goes_on(&self) -> bool {
        // First of all: whoever acts, or leaves something, after this look sees that nobody watches.
        self.watched.store(false, Ordering::SeqCst);
        let goes_on = self.acted.swap(false, Ordering::SeqCst) || !self.left().is_empty();
        self.watched.store(goes_on, Ordering::SeqCst);
        goes_on
    }

    fn is_watched(&self) -> bool {
        self.watched.load(Ordering::SeqCst)
    }

    /// How the turns have come out.
    pub(super) fn standing(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock().expect("never held across a panic")
    }

    /// Whether a turn ended in a panic.
    pub(super) fn is_broken(&self) -> bool {
        self.dispatcher.is_poisoned()
    }

    fn left(&self) -> MutexGuard<'_, Vec<Message>> {
        self.left.lock().expect("never held across a panic")
    }
}

/// Calls the loop where a turn ends in a panic, which is the loop's to tell.
struct Shift<'a>(&'a Turns);

impl Drop for Shift<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.call();
        }
    }
}
