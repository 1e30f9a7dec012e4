//! Reads the events of runs back, and forgets runs.

use anyhow::{Context, Result};
use rusqlite::{TransactionBehavior, params};

use super::database::explained;
use super::{Journal, RecordedRun, contents, encoding};
use crate::model::{Event, Record};

/// How far somebody has read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bookmark(i64);

impl Journal {
    /// The run's events after the bookmark, which moves on. Big values are named, not held.
    ///
    /// # Errors
    ///
    /// If the database cannot be read.
    pub fn read(&self, run: &RecordedRun, bookmark: &mut Bookmark) -> Result<Vec<Event>> {
        let mut statement = self
            .connection
            .prepare_cached(
                "SELECT number, data FROM events WHERE run = ?1 AND number > ?2 ORDER BY number",
            )
            .map_err(explained)?;
        let mut rows = statement
            .query(params![run.number, bookmark.0])
            .map_err(explained)?;
        let mut events = Vec::new();
        while let Some(row) = rows.next().map_err(explained)? {
            bookmark.0 = row.get(0)?;
            let read = encoding::decode(row.get_ref(1)?.as_blob()?);
            events.extend(read.with_context(|| format!("the record of '{}'", run.name))?);
        }
        Ok(events)
    }

    /// All events of the run, in order.
    ///
    /// # Errors
    ///
    /// If the database cannot be read.
    pub fn events(&self, run: &RecordedRun) -> Result<Vec<Event>> {
        self.read(run, &mut Bookmark::default())
    }

    /// The fold of the run's events.
    ///
    /// # Errors
    ///
    /// If the database cannot be read.
    pub fn record(&self, run: &RecordedRun) -> Result<Record> {
        Ok(Record::of(&self.events(run)?))
    }

    /// Puts the big values that the event names in their places.
    ///
    /// # Errors
    ///
    /// If the database cannot be read.
    pub fn complete(&self, event: &mut Event) -> Result<()> {
        contents::put_back(&self.connection, event)
    }

    /// Notes that the run goes on in another way than it was started.
    ///
    /// # Errors
    ///
    /// If the database cannot be written.
    pub fn relaunch(&self, run: &RecordedRun, launch: &str) -> Result<()> {
        self.connection
            .execute(
                "UPDATE runs SET launch = ?2 WHERE number = ?1",
                params![run.number, launch],
            )
            .map_err(explained)?;
        Ok(())
    }

    /// Forgets runs, and the big values that no other run names.
    ///
    /// # Errors
    ///
    /// If the database cannot be written.
    pub fn delete(&mut self, runs: &[RecordedRun]) -> Result<()> {
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(explained)?;
        for run in runs {
            transaction
                .prepare_cached("DELETE FROM runs WHERE number = ?1")?
                .execute([run.number])
                .map_err(explained)?;
        }
        transaction
            .execute(
                "DELETE FROM contents WHERE hash NOT IN (SELECT hash FROM uses)",
                [],
            )
            .map_err(explained)?;
        transaction.commit().map_err(explained)?;
        Ok(())
    }

    /// Gives the space of what was forgotten back to the system.
    ///
    /// # Errors
    ///
    /// If the database cannot be written.
    pub fn shrink(&self) -> Result<()> {
        self.connection.execute_batch("VACUUM").map_err(explained)
    }
}
