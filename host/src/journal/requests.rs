//! What other processes ask of the one that executes a run.

use anyhow::Result;
use rusqlite::{Connection, TransactionBehavior, params};
use serde::{Deserialize, Serialize};

use super::database::explained;
use super::{Journal, RecordedRun};
use crate::model::RunId;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// The run is to end; the text says why.
    Cancel(String),
    /// The answer, as JSON, that a paused flow run waits for.
    Answer { run: RunId, json: String },
}

impl Journal {
    /// Leaves a request; whoever executes the run finds it soon.
    ///
    /// # Errors
    ///
    /// If the database cannot be written.
    pub fn ask(&self, run: &RecordedRun, request: &Request) -> Result<()> {
        let text = serde_json::to_string(request)?;
        self.connection
            .execute(
                "INSERT INTO requests (run, request) VALUES (?1, ?2)",
                params![run.number, text],
            )
            .map_err(explained)?;
        Ok(())
    }
}

/// Drops the requests that nobody has taken.
pub(super) fn forget(connection: &Connection, run: i64) -> Result<()> {
    connection
        .execute("DELETE FROM requests WHERE run = ?1", [run])
        .map_err(explained)?;
    Ok(())
}

/// The requests that are there, which are gone afterwards.
pub(super) fn take(connection: &mut Connection, run: i64) -> Result<Vec<Request>> {
    let requests = {
        let mut found = connection.prepare_cached(
            "SELECT number, request FROM requests WHERE run = ?1 ORDER BY number",
        )?;
        let rows = found.query_map([run], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect::<rusqlite::Result<Vec<(i64, String)>>>()?
    };
    let Some((last, _)) = requests.last() else {
        return Ok(Vec::new());
    };
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute(
        "DELETE FROM requests WHERE run = ?1 AND number <= ?2",
        params![run, last],
    )?;
    transaction.commit()?;
    let known = requests.iter().map(|(_, text)| serde_json::from_str(text));
    // One that a newer wflow left means nothing to this one.
    Ok(known.filter_map(Result::ok).collect())
}
