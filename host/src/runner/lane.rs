//! Threads that execute attempts: on each of them many attempts interleave.

use std::cell::OnceCell;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use async_channel::{Receiver, Sender};

use super::{Executor, Job, Mailbox, Target};
use crate::model::{Cap, Failure, FailureKind, Outcome, RunnerKind};

/// After how many polls a worker looks at its timers: a busy guest takes up to 10 ms a poll.
const POLLS_BETWEEN_TIMERS: u32 = 4;

/// The threads of all runners. A flow never keeps a task from its thread, nor the other way round.
pub(super) struct Lanes {
    flows: Lane,
    /// The tasks of sequential and concurrent runners.
    tasks: Lane,
    /// Those of thread-pool runners; its threads start with the first job.
    pool: OnceCell<Lane>,
    start_pool: Box<dyn Fn() -> Result<Lane>>,
}

impl Lanes {
    pub(super) fn start<E: Executor>(
        workers: usize,
        executor: &Arc<E>,
        mailbox: &Mailbox,
    ) -> Result<Self> {
        let (pool_executor, pool_mailbox) = (executor.clone(), mailbox.clone());
        Ok(Self {
            flows: Lane::start("flows", 1, executor, mailbox)?,
            tasks: Lane::start("tasks", 1, executor, mailbox)?,
            pool: OnceCell::new(),
            start_pool: Box::new(move || {
                Lane::start("pool", workers, &pool_executor, &pool_mailbox)
            }),
        })
    }

    pub(super) fn send(&self, job: Job) {
        let lane = match (job.attempt.target, job.runner) {
            (Target::Flow, _) => &self.flows,
            (Target::Task, RunnerKind::Sequential | RunnerKind::Concurrent) => &self.tasks,
            (Target::Task, RunnerKind::ThreadPool) => self.pool(),
        };
        lane.send(job);
    }

    /// The one thread for tasks, where no more can be started.
    fn pool(&self) -> &Lane {
        if let Some(pool) = self.pool.get() {
            return pool;
        }
        match (self.start_pool)() {
            Ok(pool) => self.pool.get_or_init(|| pool),
            Err(_) => &self.tasks,
        }
    }
}

/// A queue of jobs and the threads that take them. The threads end when it is dropped.
struct Lane {
    jobs: Sender<Job>,
}

impl Lane {
    fn start<E: Executor>(
        name: &str,
        threads: usize,
        executor: &Arc<E>,
        mailbox: &Mailbox,
    ) -> Result<Self> {
        let (jobs, queue) = async_channel::unbounded();
        for number in 0..threads {
            let worker = Worker {
                executor: executor.clone(),
                queue: queue.clone(),
                mailbox: mailbox.clone(),
            };
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .event_interval(POLLS_BETWEEN_TIMERS)
                .build()
                .context("cannot start a worker's event loop")?;
            std::thread::Builder::new()
                .name(format!("{name}-{number}"))
                // As a task of its own, it takes its turn among the attempts.
                .spawn(move || runtime.block_on(async { tokio::spawn(worker.run()).await }))
                .context("cannot start a worker thread")?;
        }
        Ok(Self { jobs })
    }

    fn send(&self, job: Job) {
        // The queue has no bound, and the workers end only when this sender is gone.
        let _ = self.jobs.try_send(job);
    }
}

struct Worker<E> {
    executor: Arc<E>,
    queue: Receiver<Job>,
    mailbox: Mailbox,
}

impl<E: Executor> Worker<E> {
    async fn run(self) {
        while let Ok(job) = self.queue.recv().await {
            let executor = self.executor.clone();
            let mailbox = self.mailbox.clone();
            tokio::spawn(async move {
                let outcome = execute(&*executor, &job, &mailbox).await;
                mailbox.send(job.ended(outcome, job.meter.usage()));
            });
            // What was started comes before what waits in the queue.
            tokio::task::yield_now().await;
        }
    }
}

/// Drops the attempt, wherever it waits, when it is cancelled or its time is up.
async fn execute<E: Executor>(executor: &E, job: &Job, mailbox: &Mailbox) -> Outcome {
    let attempt = metered(job, executor.execute(job, mailbox));
    let outcome = tokio::select! {
        biased;
        () = job.future.stopped() => return Outcome::failed(FailureKind::Cancelled, ""),
        () = time_is_up(job) => return timed_out(job),
        outcome = attempt => outcome,
    };
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
/// gives way every 10 ms.
async fn metered(job: &Job, attempt: impl Future<Output = Outcome>) -> Outcome {
    let mut attempt = pin!(attempt);
    poll_fn(|context| {
        let began = Instant::now();
        let polled = attempt.as_mut().poll(context);
        job.meter.on_worker(began.elapsed());
        match polled {
            Poll::Pending if job.is_spent() => Poll::Ready(spent(job)),
            polled => polled,
        }
    })
    .await
}

fn spent(job: &Job) -> Outcome {
    Outcome::Failed(Failure {
        kind: FailureKind::TimedOut,
        message: job.attempt.limits.exceeded(Cap::CpuTime).to_string(),
        retryable: true,
    })
}

async fn time_is_up(job: &Job) {
    match job.deadline {
        Some(at) => tokio::time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}

fn timed_out(job: &Job) -> Outcome {
    let timeout = job.timeout.unwrap_or_default();
    let mut failure = Failure::timed_out(timeout);
    let limits = &job.attempt.limits;
    if limits.some(Cap::WallTime).map(Duration::from_millis) == Some(timeout) {
        failure.message = limits.exceeded(Cap::WallTime).to_string();
    }
    Outcome::Failed(failure)
}
