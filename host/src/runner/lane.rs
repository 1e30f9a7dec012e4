//! Threads that execute attempts: on each of them many attempts interleave.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::Sender;
use std::task::Poll;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::jobs::Jobs;
use super::{Executor, Job, Mailbox, Target};
use crate::model::{Cap, Failure, FailureKind, Outcome, RunnerKind};
use crate::scheduler::Input;

/// After how many polls a worker looks at its timers: a busy guest takes up to 10 ms a poll.
const POLLS_BETWEEN_TIMERS: u32 = 4;
/// Attempts that a worker begins and ends before it looks at anything else.
const IN_A_ROW: u32 = 16;

/// A flow never keeps a task from its thread, nor the other way round, unless it waits for it anyway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lane {
    /// And the tasks of sequential runners: each comes to its end on the thread that submits it.
    Flows,
    /// The tasks of concurrent runners.
    Tasks,
    /// Those of thread-pool runners.
    Pool,
}

impl Lane {
    fn of(job: &Job) -> Self {
        match (job.attempt.callee.target, job.runner) {
            (Target::Flow, _) | (Target::Task, RunnerKind::Sequential) => Self::Flows,
            (Target::Task, RunnerKind::Concurrent) => Self::Tasks,
            (Target::Task, RunnerKind::ThreadPool) => Self::Pool,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Flows => "flows",
            Self::Tasks => "tasks",
            Self::Pool => "pool",
        }
    }
}

/// The jobs of all lanes.
#[derive(Debug, Default)]
pub(super) struct Queues {
    flows: Jobs,
    tasks: Jobs,
    pool: Jobs,
}

impl Queues {
    fn of(&self, lane: Lane) -> &Jobs {
        match lane {
            Lane::Flows => &self.flows,
            Lane::Tasks => &self.tasks,
            Lane::Pool => &self.pool,
        }
    }

    /// Whether it holds for all lanes of tasks that there ever was a job for, and there are some.
    fn all(&self, holds: fn(&Jobs) -> bool) -> bool {
        let tasks = [&self.tasks, &self.pool].into_iter();
        let mut used = tasks.filter(|jobs| jobs.is_used()).peekable();
        used.peek().is_some() && used.all(holds)
    }

    /// Whether the workers of tasks can do without the loop for a while.
    pub(super) fn are_enough(&self) -> bool {
        self.all(Jobs::are_enough)
    }

    /// Whether jobs wait for workers of tasks.
    pub(super) fn have_jobs(&self) -> bool {
        self.all(Jobs::has_jobs)
    }

    /// How many workers of tasks have something to do.
    pub(super) fn busy(&self) -> usize {
        self.tasks.busy() + self.pool.busy()
    }

    /// Wakes workers for what was added; a worker of the lane `free` is about to take a job anyway.
    pub(super) fn wake(&self, free: Option<Lane>) {
        for lane in [Lane::Flows, Lane::Tasks, Lane::Pool] {
            self.of(lane).wake(usize::from(free == Some(lane)));
        }
    }
}

/// The threads of all lanes; they end when it is dropped.
pub(super) struct Lanes {
    queues: Arc<Queues>,
    /// Starts the threads of the pool, once.
    start_pool: Option<Box<dyn FnOnce() -> Result<()> + Send>>,
    /// Whether there are threads in the pool.
    has_pool: bool,
}

impl Lanes {
    pub(super) fn start<E: Executor>(
        workers: usize,
        executor: &Arc<E>,
        mailbox: &Mailbox,
    ) -> Result<Self> {
        let crew = |lane| Crew {
            lane,
            mailbox: mailbox.clone(),
        };
        crew(Lane::Flows).start(1, executor)?;
        crew(Lane::Tasks).start(1, executor)?;
        let (pool, executor) = (crew(Lane::Pool), executor.clone());
        Ok(Self {
            queues: mailbox.queues().clone(),
            start_pool: Some(Box::new(move || pool.start(workers, &executor))),
            has_pool: false,
        })
    }

    /// Hands the job over; the workers learn of it from [`Lanes::wake`].
    pub(super) fn send(&mut self, job: Job) {
        let lane = match Lane::of(&job) {
            Lane::Pool if !self.has_pool() => Lane::Tasks,
            lane => lane,
        };
        self.queues.of(lane).push(Arc::new(job));
    }

    /// As [`Queues::have_jobs`].
    pub(super) fn have_jobs(&self) -> bool {
        self.queues.have_jobs()
    }

    /// As [`Queues::wake`].
    pub(super) fn wake(&self, free: Option<Lane>) {
        self.queues.wake(free);
    }

    /// Starts the pool with its first job. Where no threads can be started, the one for tasks has to do.
    fn has_pool(&mut self) -> bool {
        if let Some(start) = self.start_pool.take() {
            self.has_pool = start().is_ok();
        }
        self.has_pool
    }
}

impl Drop for Lanes {
    fn drop(&mut self) {
        let Queues { flows, tasks, pool } = &*self.queues;
        [flows, tasks, pool].into_iter().for_each(Jobs::close);
    }
}

/// What the workers of a lane have in common.
struct Crew {
    lane: Lane,
    mailbox: Mailbox,
}

impl Crew {
    fn start<E: Executor>(self, threads: usize, executor: &Arc<E>) -> Result<()> {
        for number in 0..threads {
            let name = self.lane.name();
            self.mailbox.queues().of(self.lane).join();
            let worker = Worker {
                number,
                executor: match number {
                    0 => executor.clone(),
                    _ => executor.beside(),
                },
                lane: self.lane,
                mailbox: self.mailbox.of_worker(),
                underway: AtomicUsize::new(0),
            };
            let (started, is_started) = std::sync::mpsc::channel();
            std::thread::Builder::new()
                .name(format!("{name}-{number}"))
                .spawn(move || worker.start(&started))
                .context("cannot start a worker thread")?;
            is_started
                .recv()?
                .context("cannot start a worker's event loop")?;
        }
        Ok(())
    }
}

/// One thread of a lane.
struct Worker<E> {
    number: usize,
    executor: Arc<E>,
    lane: Lane,
    mailbox: Mailbox,
    /// Attempts that have begun and wait.
    underway: AtomicUsize,
}

impl<E: Executor> Worker<E> {
    /// Works for as long as there are jobs, or tells why it cannot.
    fn start(self, started: &Sender<std::io::Result<()>>) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .event_interval(POLLS_BETWEEN_TIMERS)
            .build();
        let (runtime, told) = match runtime {
            Ok(runtime) => (Some(runtime), Ok(())),
            Err(error) => (None, Err(error)),
        };
        // Whoever starts workers waits for the word.
        let _ = started.send(told);
        if let Some(runtime) = runtime {
            // As a task of its own, it takes its turn among the attempts.
            let _ = runtime.block_on(async { tokio::spawn(Arc::new(self).run()).await });
        }
    }

    async fn run(self: Arc<Self>) {
        let mut begun = 0;
        while let Some(job) = self.next().await {
            self.begin(job).await;
            begun += 1;
            // What was started comes before what waits in the queue.
            if begun % IN_A_ROW == 0 || self.free().is_none() {
                tokio::task::yield_now().await;
            }
        }
    }

    /// Its next job; none when no more will come. Whoever left something before this worker was known to
    /// be idle did not call the loop: it looks once more before it waits.
    async fn next(&self) -> Option<Arc<Job>> {
        let jobs = self.mailbox.queues().of(self.lane);
        poll_fn(|context| {
            let next = jobs.poll_next(self.number, context);
            if next.is_ready() {
                return next;
            }
            self.mailbox.attend(self.free());
            jobs.poll_next(self.number, context)
        })
        .await
    }

    /// Its lane, if it would begin another attempt at once.
    fn free(&self) -> Option<Lane> {
        (self.underway.load(Ordering::Relaxed) == 0).then_some(self.lane)
    }

    /// Most attempts end without having waited: only those that wait become tasks of the event loop.
    async fn begin(self: &Arc<Self>, job: Arc<Job>) {
        let worker = self.clone();
        let mut attempt = Box::pin(async move {
            let outcome = execute(&*worker.executor, &job, &worker.mailbox).await;
            job.ended(outcome, job.meter.usage())
        });
        match polled(attempt.as_mut()).await {
            Some(ended) => self.mailbox.end(ended, self.free()),
            None => self.go_on(attempt),
        }
    }

    fn go_on(self: &Arc<Self>, attempt: Pin<Box<impl Future<Output = Input> + Send + 'static>>) {
        let worker = self.clone();
        worker.underway.fetch_add(1, Ordering::Relaxed);
        tokio::spawn(async move {
            let ended = attempt.await;
            worker.underway.fetch_sub(1, Ordering::Relaxed);
            // Its worker may wait for a job, and has to be woken for one.
            worker.mailbox.end(ended, None);
        });
    }
}

/// What the future gives at once, if it does.
async fn polled<T>(mut future: Pin<&mut impl Future<Output = T>>) -> Option<T> {
    poll_fn(|context| {
        Poll::Ready(match future.as_mut().poll(context) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => None,
        })
    })
    .await
}

/// Drops the attempt, wherever it waits, when it is cancelled or its time is up.
async fn execute<E: Executor>(executor: &E, job: &Arc<Job>, mailbox: &Mailbox) -> Outcome {
    let mut attempt = pin!(metered(job, mailbox, executor.execute(job, mailbox)));
    // Most attempts never wait, and need nobody to end them.
    let mut ended = pin!(None);
    let outcome = poll_fn(|context| {
        if let Some(outcome) = end(job) {
            return Poll::Ready(outcome);
        }
        if let Poll::Ready(outcome) = attempt.as_mut().poll(context) {
            return Poll::Ready(outcome);
        }
        if ended.is_none() {
            ended.set(Some(until_ended(job)));
        }
        ended
            .as_mut()
            .as_pin_mut()
            .expect("set above")
            .poll(context)
    })
    .await;
    // A busy guest is ended from within, and looks like a crash.
    match outcome {
        Outcome::Failed(Failure {
            kind: FailureKind::Crashed,
            ..
        }) if job.is_overdue() => timed_out(job),
        outcome => outcome,
    }
}

/// Counts the time on this thread, and ends the attempt when it has had all of it: a busy guest
/// gives way every 10 ms. What it said meanwhile is acted on when it waits, in nobody's time.
async fn metered(job: &Job, mailbox: &Mailbox, attempt: impl Future<Output = Outcome>) -> Outcome {
    let mut attempt = pin!(attempt);
    poll_fn(|context| {
        let began = Instant::now();
        let polled = attempt.as_mut().poll(context);
        job.meter.on_worker(began.elapsed());
        match polled {
            Poll::Pending if job.is_spent() => Poll::Ready(spent(job)),
            Poll::Pending => {
                mailbox.attend(None);
                Poll::Pending
            }
            Poll::Ready(outcome) => Poll::Ready(outcome),
        }
    })
    .await
}

/// How the attempt ends that has to, wherever it is.
fn end(job: &Job) -> Option<Outcome> {
    job.is_due().then(|| match job.future.is_stopped() {
        true => cancelled(),
        false => timed_out(job),
    })
}

/// Waits until the attempt has to end.
async fn until_ended(job: &Job) -> Outcome {
    let time_is_up = async {
        match job.deadline {
            Some(at) => tokio::time::sleep_until(at.into()).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        biased;
        () = job.future.stopped() => cancelled(),
        () = time_is_up => timed_out(job),
    }
}

fn cancelled() -> Outcome {
    Outcome::failed(FailureKind::Cancelled, "")
}

fn spent(job: &Job) -> Outcome {
    Outcome::Failed(Failure {
        kind: FailureKind::TimedOut,
        message: job.attempt.callee.limits.exceeded(Cap::CpuTime).to_string(),
        retryable: true,
    })
}

fn timed_out(job: &Job) -> Outcome {
    let timeout = job.timeout.unwrap_or_default();
    let mut failure = Failure::timed_out(timeout);
    let limits = &job.attempt.callee.limits;
    if limits.some(Cap::WallTime).map(Duration::from_millis) == Some(timeout) {
        failure.message = limits.exceeded(Cap::WallTime).to_string();
    }
    Outcome::Failed(failure)
}
