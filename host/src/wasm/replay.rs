//! What makes a flow repeatable: its clock is recorded, its random numbers come from the run, and a
//! sleep ends when it would have ended.
//!
//! Tasks have the real clock and random numbers: they are not run again once they have completed.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, SystemTime};

use chacha20::ChaCha12Rng;
use chacha20::rand_core::SeedableRng;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use wasmtime::Result;
use wasmtime::component::{HasData, Linker, Resource};
use wasmtime_wasi::WasiCtxBuilder;
use wasmtime_wasi::clocks::WasiClocksView;
use wasmtime_wasi::p2::bindings::clocks::monotonic_clock;
use wasmtime_wasi::p2::bindings::clocks::wall_clock::{self, Datetime};
use wasmtime_wasi::p2::{DynPollable, Pollable, subscribe};
use wasmtime_wasi_io::bindings::wasi::io::poll;

use super::sandbox::Sandbox;
use crate::model::{MASK, Observation, RunId};
use crate::runner::{Diverged, History, Job, MILLISECOND, Mailbox, TaskFuture};
use crate::scheduler::Input;

/// What the random numbers of all flows of one root flow run come from.
pub type Seed = [u8; 32];

/// Entries after which the loop is told, though the flow does nothing.
const PENDING: usize = 1000;
/// Bytes that an entry counts as of what a run may print and log.
const ENTRY: usize = 16;

/// Where the job's history begins: where the last attempt's has come to.
pub(super) fn history(job: &Job) -> Arc<Mutex<History>> {
    let observed = job.past.as_ref().map(|past| past.observed().to_vec());
    let history = History::new(job.attempt.run, observed.unwrap_or_default());
    Arc::new(Mutex::new(history))
}

/// Random numbers that are the same wherever seed and run are.
pub(super) fn seed(wasi: &mut WasiCtxBuilder, seed: Seed, run: &[u8]) {
    let of = |purpose: &[u8]| -> Seed {
        let hash = Sha256::new_with_prefix(seed)
            .chain_update(run)
            .chain_update(purpose);
        hash.finalize().into()
    };
    let mut insecure_seed = [0; 16];
    insecure_seed.copy_from_slice(&of(b"insecure seed")[..16]);
    wasi.secure_random(ChaCha12Rng::from_seed(of(b"secure")))
        .insecure_random(ChaCha12Rng::from_seed(of(b"insecure")))
        .insecure_random_seed(u128::from_le_bytes(insecure_seed));
}

impl Sandbox {
    fn history(&self) -> Option<MutexGuard<'_, History>> {
        let history = self.history.as_ref()?;
        Some(history.lock().expect("never held across a panic"))
    }

    /// Whether what the flow does now, it did before.
    pub(super) fn is_replaying(&self) -> bool {
        self.history().is_some_and(|history| history.is_replaying())
    }

    pub(super) fn replay<T>(
        &self,
        question: &str,
        pick: impl FnOnce(&Observation) -> Option<T>,
    ) -> Result<Option<T>, Diverged> {
        match self.history() {
            Some(mut history) => history.replay(question, pick),
            None => Ok(None),
        }
    }

    /// Whether the flow was told before how the run ended, and it ended so.
    pub(super) fn replay_result(&self, future: &TaskFuture) -> Result<bool, Diverged> {
        let told = self.replay("the result of a run", |answer| {
            matches!(answer, Observation::Result).then_some(())
        })?;
        Ok(told.is_some() && self.still_holds(future.outcome().is_some()))
    }

    /// Which of the runs the flow was told had ended, if they have.
    pub(super) fn replay_ended(
        &self,
        futures: &[TaskFuture],
    ) -> Result<Option<Vec<u32>>, Diverged> {
        let told = self.replay("the runs that have ended", |answer| match answer {
            Observation::Ended(indices) => Some(indices.clone()),
            _ => None,
        })?;
        let Some(indices) = told else {
            return Ok(None);
        };
        let ended = |index: &u32| {
            let future = futures.get(*index as usize);
            future.map(|future| future.outcome().is_some())
        };
        match indices.iter().map(ended).collect::<Option<Vec<_>>>() {
            Some(ended) => Ok(self
                .still_holds(ended.into_iter().all(|it| it))
                .then_some(indices)),
            None => Err(Diverged("it waits for fewer runs than it did".to_owned())),
        }
    }

    /// The answer that the flow was given to its question. One with a secret in it is not recorded
    /// as it was, and is asked for again.
    pub(super) fn replay_answer(&self) -> Result<Option<Option<String>>, Diverged> {
        let told = self.replay("an answer", |answer| match answer {
            Observation::Answer(json) => Some(json.clone()),
            _ => None,
        })?;
        let Some(answer) = told else {
            return Ok(None);
        };
        let is_whole = answer.as_ref().is_none_or(|json| !json.contains(MASK));
        Ok(self.still_holds(is_whole).then_some(answer))
    }

    /// What the flow was told was ready.
    fn replay_ready(&self) -> Result<Option<Vec<u32>>, Diverged> {
        self.replay("what is ready", |answer| match answer {
            Observation::Ready(indices) => Some(indices.clone()),
            _ => None,
        })
    }

    /// A run that is tried again may end differently: from there on nothing is as it was.
    fn still_holds(&self, holds: bool) -> bool {
        if let (false, Some(mut history)) = (holds, self.history()) {
            history.go_live();
        }
        holds
    }

    /// Takes down what a flow is told.
    pub(super) fn observe(&self, what: impl FnOnce() -> Observation) -> Result<()> {
        let Some(mut history) = self.history() else {
            return Ok(());
        };
        let before = history.pending();
        history.observe(what());
        let is_new = history.pending() > before;
        drop(history);
        match is_new {
            true => self.admit_entry(before + 1),
            false => Ok(()),
        }
    }

    /// A flow that asks without end ends itself, as one does that prints without end.
    fn admit_entry(&self, pending: usize) -> Result<()> {
        if pending >= PENDING {
            self.tell_observed();
        }
        self.admit_lines(ENTRY, 0)
    }

    /// Tells the loop what the flow was told, before the flow acts on it.
    pub(super) fn tell_observed(&self) {
        let input = self.history().and_then(|mut history| history.flush());
        if let Some(input) = input {
            self.mailbox.send(input);
        }
    }

    /// The time that a flow is told, in nanoseconds since 1970.
    fn flow_time(&self) -> Result<Option<u64>> {
        if let Some(frozen) = self.grants.clock.frozen() {
            return Ok(Some(frozen));
        }
        let Some(mut history) = self.history() else {
            return Ok(None);
        };
        let before = history.pending();
        let time = history.time(now())?;
        let pending = history.pending();
        drop(history);
        if pending > before {
            self.admit_entry(pending)?;
        }
        Ok(Some(time))
    }
}

/// The clocks of flows and tasks, and what they wait for.
struct Clocks<'a>(&'a mut Sandbox);

/// Tells the linker of [`Clocks`].
struct FlowClocks;

impl HasData for FlowClocks {
    type Data<'a> = Clocks<'a>;
}

/// Puts the flows' clocks, and what they wait for, in the place of WASI's own, which tasks go on to
/// use.
pub(super) fn add_to_linker(linker: &mut Linker<Sandbox>) -> Result<()> {
    linker.allow_shadowing(true);
    poll::add_to_linker::<_, FlowClocks>(linker, |sandbox| Clocks(sandbox))?;
    monotonic_clock::add_to_linker::<_, FlowClocks>(linker, |sandbox| Clocks(sandbox))?;
    wall_clock::add_to_linker::<_, FlowClocks>(linker, |sandbox| Clocks(sandbox))?;
    linker.allow_shadowing(false);
    Ok(())
}

impl poll::Host for Clocks<'_> {
    async fn poll(&mut self, pollables: Vec<Resource<DynPollable>>) -> Result<Vec<u32>> {
        if let Some(ready) = self.0.replay_ready()? {
            return Ok(ready);
        }
        self.0.tell_observed();
        let ready = self.0.table.poll(pollables).await?;
        self.0.observe(|| Observation::Ready(ready.clone()))?;
        Ok(ready)
    }
}

impl poll::HostPollable for Clocks<'_> {
    /// Tells the flow nothing but that it goes on.
    async fn block(&mut self, pollable: Resource<DynPollable>) -> Result<()> {
        self.0.tell_observed();
        self.0.table.block(pollable).await
    }

    async fn ready(&mut self, pollable: Resource<DynPollable>) -> Result<bool> {
        if let Some(ready) = self.0.replay_ready()? {
            return Ok(!ready.is_empty());
        }
        let ready = self.0.table.ready(pollable).await?;
        let indices = if ready { vec![0] } else { Vec::new() };
        self.0.observe(|| Observation::Ready(indices))?;
        Ok(ready)
    }

    fn drop(&mut self, pollable: Resource<DynPollable>) -> Result<()> {
        poll::HostPollable::drop(&mut self.0.table, pollable)
    }
}

impl wall_clock::Host for Clocks<'_> {
    fn now(&mut self) -> Result<Datetime> {
        match self.0.flow_time()? {
            Some(time) => Ok(Datetime {
                seconds: time / 1_000_000_000,
                nanoseconds: (time % 1_000_000_000) as u32,
            }),
            None => wall_clock::Host::now(&mut self.0.clocks()),
        }
    }

    fn resolution(&mut self) -> Result<Datetime> {
        match self.0.history {
            Some(_) => Ok(Datetime {
                seconds: 0,
                nanoseconds: MILLISECOND as u32,
            }),
            None => wall_clock::Host::resolution(&mut self.0.clocks()),
        }
    }
}

impl monotonic_clock::Host for Clocks<'_> {
    fn now(&mut self) -> Result<u64> {
        match self.0.flow_time()? {
            Some(time) => Ok(time),
            None => monotonic_clock::Host::now(&mut self.0.clocks()),
        }
    }

    fn resolution(&mut self) -> Result<u64> {
        match self.0.history {
            Some(_) => Ok(MILLISECOND),
            None => monotonic_clock::Host::resolution(&mut self.0.clocks()),
        }
    }

    fn subscribe_instant(&mut self, when: u64) -> Result<Resource<DynPollable>> {
        if self.0.history.is_none() {
            return monotonic_clock::Host::subscribe_instant(&mut self.0.clocks(), when);
        }
        self.0.tell_observed();
        let when = self.0.real(when);
        if let Some(sleep) = self.0.long_sleep(when) {
            let sleep = self.0.table.push(sleep)?;
            return subscribe(&mut self.0.table, sleep);
        }
        // A time that has passed before the flow was resumed is not waited for again.
        let left = when.saturating_sub(now());
        monotonic_clock::Host::subscribe_duration(&mut self.0.clocks(), left)
    }

    fn subscribe_duration(&mut self, duration: u64) -> Result<Resource<DynPollable>> {
        match self.0.flow_time()? {
            Some(time) => self.subscribe_instant(time.saturating_add(duration)),
            None => monotonic_clock::Host::subscribe_duration(&mut self.0.clocks(), duration),
        }
    }
}

/// In nanoseconds since 1970.
fn now() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    u64::try_from(since.unwrap_or_default().as_nanos()).unwrap_or(u64::MAX)
}

/// A sleep that is long enough for the loop to know of it.
struct Sleep {
    run: RunId,
    /// In nanoseconds since 1970.
    until: u64,
    mailbox: Mailbox,
}

/// In nanoseconds.
const LONG: u64 = 100 * MILLISECOND;

impl Sandbox {
    /// The real time that the flow means, whose clock may stand still.
    fn real(&self, when: u64) -> u64 {
        match self.grants.clock.frozen() {
            Some(frozen) => now().saturating_add(when.saturating_sub(frozen)),
            None => when,
        }
    }

    fn long_sleep(&self, until: u64) -> Option<Sleep> {
        (until.saturating_sub(now()) >= LONG).then(|| Sleep {
            run: self.job.attempt.run,
            until,
            mailbox: self.mailbox.clone(),
        })
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for Sleep {
    async fn ready(&mut self) {
        let left = Duration::from_nanos(self.until.saturating_sub(now()));
        let run = self.run;
        let until = Timestamp::from_nanosecond(self.until.into()).unwrap_or(Timestamp::MAX);
        self.mailbox.send(Input::Asleep { run, until });
        // The guest may wait for something else as well, which drops this.
        let _awake = Awake(run, &self.mailbox);
        match tokio::time::Instant::now().checked_add(left) {
            Some(until) => tokio::time::sleep_until(until).await,
            None => std::future::pending().await,
        }
    }
}

/// Tells the loop at its end.
struct Awake<'a>(RunId, &'a Mailbox);

impl Drop for Awake<'_> {
    fn drop(&mut self) {
        self.1.send(Input::Awake { run: self.0 });
    }
}
