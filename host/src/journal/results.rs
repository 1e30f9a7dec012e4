//! Results that are kept for later runs, whichever process they belong to.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread::JoinHandle;

use anyhow::Result;
use jiff::Timestamp;
use rusqlite::{OptionalExtension, TransactionBehavior, params};

use super::Journal;
use super::contents::kind_and_data;
use super::database::explained;
use crate::model::{CacheKey, Value, nanoseconds};

/// The results of a run database. Nothing is opened before it is needed: most runs keep nothing.
///
/// A database that fails costs time, not the run: a result that cannot be read is made again, and
/// one that cannot be written is kept for as long as the process lives.
#[derive(Debug)]
pub struct KeptResults {
    path: PathBuf,
    reader: OnceLock<Option<Mutex<Journal>>>,
    writer: OnceLock<Option<Writer>>,
    unwritten: Arc<Unwritten>,
}

type Unwritten = Mutex<HashMap<CacheKey, Arc<Kept>>>;

#[derive(Debug)]
struct Kept {
    result: Value,
    expires: Option<Timestamp>,
}

/// A thread that writes what is there whenever it is woken.
#[derive(Debug)]
struct Writer {
    wake: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl KeptResults {
    pub fn get(&self, key: &CacheKey, now: Timestamp) -> Option<Value> {
        let unwritten = self.unwritten.lock().expect("never held across a panic");
        let kept = match unwritten.get(key) {
            Some(kept) => kept.clone(),
            None => {
                drop(unwritten);
                let reader = self.reader.get_or_init(|| self.open().map(Mutex::new));
                let journal = reader.as_ref()?.lock().expect("never held across a panic");
                Arc::new(journal.result(key).ok().flatten()?)
            }
        };
        let is_there = kept.expires.is_none_or(|expires| now < expires);
        is_there.then(|| kept.result.clone())
    }

    /// Takes the place of the result before; `expires` is when it is gone.
    pub fn put(&self, key: &CacheKey, result: &Value, expires: Option<Timestamp>) {
        let result = result.clone();
        let kept = Arc::new(Kept { result, expires });
        self.unwritten
            .lock()
            .expect("never held across a panic")
            .insert(*key, kept);
        let writer = self.writer.get_or_init(|| {
            let journal = self.open()?;
            Writer::start(journal, self.unwritten.clone()).ok()
        });
        if let Some(wake) = writer.as_ref().and_then(|writer| writer.wake.as_ref()) {
            // The thread ends only when this sender is gone.
            let _ = wake.send(());
        }
    }

    fn open(&self) -> Option<Journal> {
        Journal::open(&self.path).ok()
    }
}

impl Writer {
    fn start(journal: Journal, unwritten: Arc<Unwritten>) -> std::io::Result<Self> {
        let (wake, woken) = channel();
        let thread = std::thread::Builder::new()
            .name("results".to_owned())
            .spawn(move || write(journal, &unwritten, &woken))?;
        Ok(Self {
            wake: Some(wake),
            thread: Some(thread),
        })
    }
}

impl Drop for Writer {
    /// Waits until all is written.
    fn drop(&mut self) {
        drop(self.wake.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has shown itself.
            let _ = thread.join();
        }
    }
}

fn write(mut journal: Journal, unwritten: &Unwritten, woken: &Receiver<()>) {
    while woken.recv().is_ok() {
        // What has come in meanwhile shares the commit.
        while woken.try_recv().is_ok() {}
        let all = unwritten.lock().expect("never held across a panic").clone();
        if journal.keep(&all).is_ok() {
            let mut unwritten = unwritten.lock().expect("never held across a panic");
            // Others may have taken their places by now.
            unwritten.retain(|key, kept| !all.get(key).is_some_and(|it| Arc::ptr_eq(it, kept)));
        }
    }
}

impl Journal {
    /// The results that were kept for later runs.
    pub fn results(&self) -> KeptResults {
        KeptResults {
            path: self.path.clone(),
            reader: OnceLock::new(),
            writer: OnceLock::new(),
            unwritten: Arc::default(),
        }
    }

    /// Forgets all results, or those that have expired by then, and tells how many there were.
    ///
    /// # Errors
    ///
    /// If the database cannot be written.
    pub fn forget_results(&self, expired: Option<Timestamp>) -> Result<usize> {
        let forgotten = match expired {
            Some(now) => self.connection.execute(
                "DELETE FROM results WHERE expires <= ?1",
                [nanoseconds(now)],
            ),
            None => self.connection.execute("DELETE FROM results", []),
        };
        forgotten.map_err(explained)
    }

    fn result(&self, key: &CacheKey) -> Result<Option<Kept>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT kind, data, expires FROM results WHERE key = ?1")?;
        let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        let found: Option<(String, Vec<u8>, Option<i64>)> =
            statement.query_row([&key.0], row).optional()?;
        let Some((kind, data, expires)) = found else {
            return Ok(None);
        };
        let expires = expires.map(|at| Timestamp::from_nanosecond(i128::from(at)));
        Ok(Some(Kept {
            result: match &*kind {
                "json" => Value::Json(String::from_utf8(data)?.into()),
                _ => Value::Bytes(data.into()),
            },
            expires: expires.transpose()?,
        }))
    }

    fn keep(&mut self, all: &HashMap<CacheKey, Arc<Kept>>) -> Result<()> {
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        for (key, Kept { result, expires }) in all.iter().map(|(key, kept)| (key, &**kept)) {
            let (kind, data) = kind_and_data(result);
            transaction
                .prepare_cached(
                    "INSERT OR REPLACE INTO results (key, kind, data, expires)
                     VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute(params![key.0, kind, data, expires.map(nanoseconds)])?;
        }
        Ok(transaction.commit()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(ms).expect("in range")
    }

    fn journal(name: &str) -> Journal {
        let folder = scratch::folder(&format!("results-{name}"));
        Journal::open(&folder.join("wflow.db")).expect("it is made")
    }

    #[test]
    fn results_outlive_whoever_kept_them_until_they_expire() {
        let journal = journal("outlive");
        let [one, other] = [CacheKey([1; 32]), CacheKey([2; 32])];
        let bytes = Value::Bytes(b"\xff"[..].into());
        let first = journal.results();
        first.put(&one, &Value::null(), None);
        first.put(&one, &Value::Json("\"ß\"".into()), Some(at(5)));
        first.put(&other, &bytes, None);
        assert_eq!(first.get(&one, at(5)), None);
        drop(first);

        let second = journal.results();
        assert_eq!(second.get(&one, at(4)), Some(Value::Json("\"ß\"".into())));
        assert_eq!(second.get(&one, at(5)), None);
        assert_eq!(second.get(&other, at(1 << 40)), Some(bytes));
        assert_eq!(second.get(&CacheKey([3; 32]), at(0)), None);
        assert_eq!(journal.forget_results(Some(at(4))).expect("forgotten"), 0);
        assert_eq!(journal.forget_results(Some(at(5))).expect("forgotten"), 1);
        assert_eq!(journal.forget_results(None).expect("forgotten"), 1);
        assert_eq!(second.get(&other, at(0)), None);
        let folder = journal.path().parent().expect("a folder").to_owned();
        std::fs::remove_dir_all(folder).expect("removed");
    }

    #[test]
    fn what_cannot_be_written_is_kept_meanwhile() {
        let gone = KeptResults {
            path: std::env::temp_dir(),
            reader: OnceLock::new(),
            writer: OnceLock::new(),
            unwritten: Arc::default(),
        };
        let key = CacheKey([1; 32]);
        assert_eq!(gone.get(&key, at(0)), None);
        gone.put(&key, &Value::null(), None);
        assert_eq!(gone.get(&key, at(0)), Some(Value::null()));
    }
}
