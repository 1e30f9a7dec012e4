//! The one thread that writes: whatever is queued goes into one commit.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use super::contents::{Content, kind_and_data, take_out};
use super::database::explained;
use super::encoding::Encoder;
use super::owner::Owner;
use super::queue::{Attendance, Queue};
use super::requests::{self, Request};
use super::{Journal, RecordedRun};
use crate::model::{Event, EventKind, Events, RunId, State, Usage, nanoseconds};

/// How often the thread looks for what other processes ask.
const REQUESTS: Duration = Duration::from_millis(40);

/// Pages of the write-ahead log, a megabyte, after which it is written into the database: the next process
/// reads what is left in it when it starts. Whoever waits for every commit would wait for this, too.
const LOG: u32 = 256;
/// Bytes of a page.
const PAGE: u64 = 4096;

/// When events are known to be on the disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// Soon after they are shown.
    #[default]
    Relaxed,
    /// Before they are shown or acted on.
    Strict,
}

/// What is recorded of a run besides its events.
#[derive(Clone, Debug)]
pub struct Recording {
    /// How it was started, as JSON.
    pub launch: String,
    /// What no other run may have.
    pub key: Option<String>,
    pub durability: Durability,
    /// Bytes that the database may take; what is more is not recorded.
    pub storage: Option<u64>,
}

/// Records one root flow run.
#[derive(Debug)]
pub struct Recorder {
    queue: Arc<Queue>,
    thread: Option<JoinHandle<()>>,
    /// Why nothing is recorded any more.
    lost: Arc<OnceLock<String>>,
    durability: Durability,
    /// A key has to be taken, or found to be taken, before anything happens.
    takes_key: bool,
    database: PathBuf,
    owner: Option<Owner>,
}

impl Recorder {
    /// Starts the thread. `ask` is called with what other processes ask of the run.
    ///
    /// # Errors
    ///
    /// If the database cannot be opened once more, or the thread not be started.
    pub fn start(
        journal: &Journal,
        recording: Recording,
        ask: impl Fn(Request) + Send + 'static,
    ) -> Result<Self> {
        Self::go_on(journal, recording, None, ask)
    }

    /// Goes on with a run that is recorded, and that `owner` has taken.
    ///
    /// # Errors
    ///
    /// As [`Recorder::start`].
    pub fn resume(
        journal: &Journal,
        recording: Recording,
        (run, owner): (&RecordedRun, Owner),
        ask: impl Fn(Request) + Send + 'static,
    ) -> Result<Self> {
        // What was asked of the process that has ended is no longer meant.
        requests::forget(&journal.connection, run.number)?;
        Self::go_on(journal, recording, Some((Row::of(run), owner)), ask)
    }

    fn go_on(
        journal: &Journal,
        recording: Recording,
        known: Option<(Row, Owner)>,
        ask: impl Fn(Request) + Send + 'static,
    ) -> Result<Self> {
        let queue = Arc::new(Queue::default());
        let lost = Arc::new(OnceLock::new());
        let (row, owner) = known.unzip();
        let durability = recording.durability;
        let takes_key = recording.key.is_some() && row.is_none();
        let own = journal.again()?;
        if durability == Durability::Relaxed {
            own.connection
                .pragma_update(None, "wal_autocheckpoint", LOG)?;
        }
        if let Some(storage) = recording.storage {
            own.limit(storage)?;
        }
        let writer = Writer {
            connection: own.connection,
            encoder: Encoder::new()?,
            queue: queue.clone(),
            recording,
            row,
            lost: lost.clone(),
            ask: Box::new(ask),
            looked: Instant::now(),
            commits: 0,
        };
        let thread = std::thread::Builder::new()
            .name("journal".to_owned())
            .spawn(move || writer.run())
            .context("cannot start the journal's thread")?;
        Ok(Self {
            queue,
            thread: Some(thread),
            lost,
            durability,
            takes_key,
            database: journal.path.clone(),
            owner,
        })
    }

    /// Queues events, and with [`Durability::Strict`] waits until they are on the disk.
    ///
    /// # Errors
    ///
    /// If they cannot be recorded: nothing is from then on.
    pub fn record(&mut self, events: &Events) -> Result<()> {
        if let (None, Some(event)) = (&self.owner, events.first()) {
            self.owner = Owner::take(&self.database, event.run)?;
        }
        self.send(events, self.is_strict())?;
        self.takes_key = false;
        Ok(())
    }

    /// Whether the run may not go on where this record fails.
    pub fn is_strict(&self) -> bool {
        self.durability == Durability::Strict || self.takes_key
    }

    /// Waits until all events are on the disk.
    ///
    /// # Errors
    ///
    /// If some could not be recorded.
    pub fn finish(self) -> Result<()> {
        self.send(&Events::default(), true)
    }

    fn send(&self, events: &Events, urgent: bool) -> Result<()> {
        let taken = self.queue.push(events, urgent);
        match self.lost.get() {
            Some(why) => Err(anyhow!("{why}")),
            None if taken => Ok(()),
            None => bail!("the journal's thread has ended"),
        }
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.queue.close();
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has shown itself.
            let _ = thread.join();
        }
    }
}

/// A run's row in the table of runs.
#[derive(Clone, Copy)]
struct Row {
    number: i64,
    root: RunId,
}

impl Row {
    fn of(run: &RecordedRun) -> Self {
        Self {
            number: run.number,
            root: run.id,
        }
    }
}

/// The thread's own.
struct Writer {
    connection: Connection,
    encoder: Encoder,
    queue: Arc<Queue>,
    recording: Recording,
    /// Where the run is recorded, once it is.
    row: Option<Row>,
    lost: Arc<OnceLock<String>>,
    ask: Box<dyn Fn(Request) + Send>,
    looked: Instant,
    commits: u64,
}

impl Writer {
    fn run(mut self) {
        let queue = self.queue.clone();
        let _attendance = Attendance(&queue);
        let mut batches = Vec::new();
        while !queue.is_over() {
            let count = queue.take(REQUESTS, &mut batches);
            if self.lost.get().is_none()
                && let Err(error) = self.commit(&batches)
            {
                let _ = self.lost.set(format!("{error:#}"));
            }
            queue.done(count);
            if self.looked.elapsed() >= REQUESTS {
                self.looked = Instant::now();
                self.look_for_requests();
            }
        }
        // The next process reads what is left in it.
        let _ = self.empty_long_log();
    }

    /// SQLite begins the log anew only where a commit follows the one that was one too many, which in a short run
    /// is the last. Where others read or write, a later process does it.
    fn empty_long_log(&self) -> Result<()> {
        let log = format!("{}-wal", self.connection.path().unwrap_or_default());
        if std::fs::metadata(log)?.len() > u64::from(LOG) * PAGE {
            self.connection.busy_timeout(Duration::ZERO)?;
            let empty = "PRAGMA wal_checkpoint(TRUNCATE)";
            self.connection.query_row(empty, [], |_| Ok(()))?;
        }
        Ok(())
    }

    fn commit(&mut self, batches: &[Events]) -> Result<()> {
        let events = || batches.iter().flat_map(|batch| batch.iter());
        let Some(first) = events().next() else {
            return Ok(());
        };
        let mut contents = Vec::new();
        let told = events().map(|event| take_out(event, &mut contents));
        let data = self.encoder.encode(told)?;
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(explained)?;
        let row = match self.row {
            Some(row) => row,
            None => insert(&transaction, first, &self.recording)?,
        };
        fold(&transaction, row, events())?;
        append(&transaction, row.number, data, &contents).map_err(explained)?;
        transaction.commit().map_err(explained)?;
        self.row = Some(row);
        self.commits += 1;
        die_for_a_test(self.commits);
        Ok(())
    }

    fn look_for_requests(&mut self) {
        let Some(Row { number, .. }) = self.row else {
            return;
        };
        // What cannot be read now is looked for again soon.
        if let Ok(requests) = requests::take(&mut self.connection, number) {
            requests.into_iter().for_each(&self.ask);
        }
    }
}

/// Ends the process after a commit, where a test of the debug build says so.
fn die_for_a_test(commits: u64) {
    #[cfg(debug_assertions)]
    if std::env::var("WFLOW_DIE_AT_COMMIT").is_ok_and(|at| at == commits.to_string()) {
        std::process::abort();
    }
    #[cfg(not(debug_assertions))]
    let _ = commits;
}

/// The row of a new run, from the first of its events.
fn insert(transaction: &Transaction<'_>, first: &Event, recording: &Recording) -> Result<Row> {
    let EventKind::FlowRunCreated {
        name, flow, tags, ..
    } = &first.kind
    else {
        bail!("a run that begins without its creation");
    };
    let row = params![
        first.run.0.as_bytes(),
        &**name,
        &**flow,
        State::Pending.word(),
        serde_json::to_string(tags)?,
        nanoseconds(first.at),
        recording.key,
        recording.launch,
    ];
    let inserted = transaction.execute(
        "INSERT INTO runs (id, name, flow, state, tags, created, key, launch)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        row,
    );
    inserted.map_err(|error| match &recording.key {
        Some(key) if is_taken(&error) => anyhow!("another run has the id '{key}' by now"),
        _ => explained(error),
    })?;
    Ok(Row {
        number: transaction.last_insert_rowid(),
        root: first.run,
    })
}

fn is_taken(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(rusqlite::ErrorCode::ConstraintViolation)
}

/// Brings the run's row to where its events have come.
fn fold<'a>(
    transaction: &Transaction<'_>,
    row: Row,
    events: impl Iterator<Item = &'a Event>,
) -> Result<()> {
    let Row { number, root } = row;
    let (mut created, mut completed) = (0, 0);
    let mut usage = Usage::default();
    let (mut state, mut ended, mut due) = (None, None, None);
    for event in events {
        let used = event.kind.usage().copied();
        usage = usage.and(used.unwrap_or_default());
        match &event.kind {
            EventKind::TaskRunCreated { resumed: false, .. } => created += 1,
            EventKind::TaskRunFinished { outcome, .. } => {
                completed += i64::from(outcome.is_completed());
            }
            _ => {}
        }
        if event.run == root
            && let Some(now) = event.kind.state()
        {
            state = Some(now);
            ended = now.is_final().then(|| nanoseconds(event.at));
            due = match &event.kind {
                EventKind::FlowRunSuspended { until } => until.map(nanoseconds),
                _ => None,
            };
        }
    }
    transaction
        .prepare_cached(
            "UPDATE runs SET task_runs = task_runs + ?2, completed = completed + ?3,
                 state = coalesce(?4, state), ended = CASE WHEN ?4 IS NULL THEN ended ELSE ?5 END,
                 due = CASE WHEN ?4 IS NULL THEN due ELSE ?6 END,
                 cpu = cpu + ?7, memory = max(memory, ?8)
             WHERE number = ?1",
        )?
        .execute(params![
            number,
            created,
            completed,
            state.map(State::word),
            ended,
            due,
            i64::try_from(usage.cpu)?,
            i64::try_from(usage.memory)?,
        ])
        .map_err(explained)?;
    Ok(())
}

fn append(
    transaction: &Transaction<'_>,
    number: i64,
    data: &[u8],
    contents: &[Content],
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached("INSERT INTO events (run, data) VALUES (?1, ?2)")?
        .execute(params![number, data])?;
    for Content { hash, value } in contents {
        let (_, data) = kind_and_data(value);
        transaction
            .prepare_cached("INSERT OR IGNORE INTO contents (hash, data) VALUES (?1, ?2)")?
            .execute(params![hash, data])?;
        transaction
            .prepare_cached("INSERT OR IGNORE INTO uses (run, hash) VALUES (?1, ?2)")?
            .execute(params![number, hash])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::model::RunnerKind;
    use crate::scratch;

    /// One commit, whose log is too long at once.
    fn record(path: &Path) -> Result<()> {
        let recording = Recording {
            launch: "x".repeat(1 << 21),
            key: None,
            durability: Durability::Relaxed,
            storage: None,
        };
        let created = Event {
            at: jiff::Timestamp::UNIX_EPOCH,
            run: RunId(uuid::Uuid::now_v7()),
            kind: EventKind::FlowRunCreated {
                name: "short-run".into(),
                flow: "short".into(),
                parent: None,
                runner: RunnerKind::default(),
                workers: 1,
                tags: Vec::new().into(),
                arguments: Vec::new(),
                resumed: false,
                replaces: None,
            },
        };
        let mut recorder = Recorder::start(&Journal::open(path)?, recording, |_| {})?;
        recorder.record(&Events::new(vec![created]))?;
        recorder.finish()
    }

    #[test]
    fn short_runs_leave_a_short_log() {
        let folder = scratch::folder("log");
        let path = folder.join("wflow.db");
        for _ in 0..3 {
            record(&path).expect("recorded");
            let log = std::fs::metadata(folder.join("wflow.db-wal")).expect("a log");
            assert!(log.len() <= u64::from(LOG) * PAGE, "{} bytes", log.len());
        }
        let _ = std::fs::remove_dir_all(folder);
    }
}
