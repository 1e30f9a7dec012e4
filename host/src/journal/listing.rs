//! Recorded root flow runs: listed, found by what a person types.

use anyhow::{Result, bail, ensure};
use jiff::Timestamp;
use rusqlite::{Row, params, params_from_iter, types::Value as Sql};

use super::Journal;
use super::database::explained;
use super::owner::Owner;
use crate::model::{RunId, State, nanoseconds};

/// The row of a run.
#[derive(Clone, Debug)]
pub struct RecordedRun {
    pub(super) number: i64,
    pub id: RunId,
    pub name: String,
    pub flow: String,
    /// As its events say; `Running` also where its process has died.
    pub state: State,
    /// Whether a process executes it now.
    pub alive: bool,
    pub tags: Vec<String>,
    pub created: Timestamp,
    pub ended: Option<Timestamp>,
    /// When a suspended run is to go on, if something is due by time alone.
    pub due: Option<Timestamp>,
    pub task_runs: u32,
    /// Task runs that did.
    pub completed: u32,
    /// Microseconds of CPU time of all attempts.
    pub cpu: u64,
    /// Bytes of memory of one attempt, at the most.
    pub memory: u64,
    /// How it was started, as JSON.
    pub launch: String,
}

impl RecordedRun {
    /// The state, which is `Crashed` where the process that executed the run has died.
    pub fn state_now(&self) -> State {
        match self.is_interrupted() {
            true if self.state != State::Suspended => State::Crashed,
            _ => self.state,
        }
    }

    /// Whether it has not ended and nobody executes it.
    pub fn is_interrupted(&self) -> bool {
        !self.state.is_final() && !self.alive
    }
}

/// Which runs to list; all that is given has to fit.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub state: Option<State>,
    pub flow: Option<String>,
    pub tag: Option<String>,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    /// How many to leave out at the start.
    pub skip: usize,
    /// How many at most.
    pub most: usize,
}

const COLUMNS: &str = "number, id, name, flow, state, tags, created, ended, task_runs, completed, launch, due, cpu, memory";

impl Journal {
    /// The runs that fit, the newest first.
    ///
    /// # Errors
    ///
    /// If the database cannot be read.
    pub fn list(&self, filter: &Filter) -> Result<Vec<RecordedRun>> {
        let time = |at| Sql::Integer(nanoseconds(at));
        let mut wanted = Vec::new();
        let mut values = Vec::new();
        let mut want = |condition: &str, value: Option<Sql>| {
            if let Some(value) = value {
                wanted.push(condition.to_owned());
                values.push(value);
            }
        };
        want("flow = ?", filter.flow.clone().map(Sql::Text));
        want(
            "EXISTS (SELECT 1 FROM json_each(tags) WHERE value = ?)",
            filter.tag.clone().map(Sql::Text),
        );
        want("created >= ?", filter.since.map(time));
        want("created < ?", filter.until.map(time));
        let place = match wanted.is_empty() {
            true => String::new(),
            false => format!("WHERE {}", wanted.join(" AND ")),
        };
        let query = format!("SELECT {COLUMNS} FROM runs {place} ORDER BY created DESC");
        let mut statement = self.connection.prepare(&query).map_err(explained)?;
        let mut rows = statement
            .query(params_from_iter(values))
            .map_err(explained)?;
        let mut found = Vec::new();
        let mut skipped = 0;
        while let Some(row) = rows.next().map_err(explained)? {
            let run = self.recorded(row)?;
            // Whether a process is alive is for the system to say, not for the query.
            if filter.state.is_some_and(|state| state != run.state_now()) {
                continue;
            }
            if skipped < filter.skip {
                skipped += 1;
                continue;
            }
            found.push(run);
            if found.len() == filter.most {
                break;
            }
        }
        Ok(found)
    }

    /// The run that a name, an id or the first digits of one mean; of a name, the newest run.
    ///
    /// # Errors
    ///
    /// If there is none, the digits fit several, or the database cannot be read.
    pub fn find(&self, text: &str) -> Result<RecordedRun> {
        let digits = text.to_ascii_lowercase().replace('-', "");
        let is_id = digits.len() >= 4 && digits.chars().all(|char| char.is_ascii_hexdigit());
        let id = match is_id {
            true => format!("{digits}%"),
            false => String::new(),
        };
        let query = format!(
            "SELECT {COLUMNS} FROM runs WHERE lower(hex(id)) LIKE ?1
             UNION SELECT * FROM (SELECT {COLUMNS} FROM runs WHERE name = ?2 ORDER BY created DESC LIMIT 1)
             ORDER BY created DESC LIMIT 3"
        );
        let mut statement = self.connection.prepare(&query).map_err(explained)?;
        let mut rows = statement.query(params![id, text]).map_err(explained)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(explained)? {
            found.push(self.recorded(row)?);
        }
        ensure!(
            found.len() < 2,
            "'{text}' means several runs: {} and {}; give more of the id",
            found[0].id,
            found[1].id
        );
        match found.pop() {
            Some(run) => Ok(run),
            None => bail!(
                "there is no run '{text}' in {}; list them with: wflow runs list",
                self.path.display()
            ),
        }
    }

    /// The run that has this key.
    ///
    /// # Errors
    ///
    /// If the database cannot be read.
    pub fn with_key(&self, key: &str) -> Result<Option<RecordedRun>> {
        let query = format!("SELECT {COLUMNS} FROM runs WHERE key = ?1");
        let mut statement = self.connection.prepare(&query).map_err(explained)?;
        let mut rows = statement.query([key]).map_err(explained)?;
        let row = rows.next().map_err(explained)?;
        row.map(|row| self.recorded(row)).transpose()
    }

    /// Takes the run, so that no other process executes it; none if one does.
    ///
    /// # Errors
    ///
    /// If the file that says so cannot be made.
    pub fn take(&self, run: RunId) -> Result<Option<Owner>> {
        Owner::take(&self.path, run)
    }

    /// Takes the right to begin the run that has this key; none while another process has it.
    ///
    /// # Errors
    ///
    /// If the file that says so cannot be made.
    pub fn claim(&self, key: &str) -> Result<Option<Owner>> {
        Owner::claim(&self.path, key)
    }

    fn recorded(&self, row: &Row<'_>) -> Result<RecordedRun> {
        let id = RunId(uuid::Uuid::from_slice(&row.get::<_, Vec<u8>>(1)?)?);
        let state: String = row.get(4)?;
        let state: State = serde_json::from_value(state.into())?;
        let time = |nanoseconds: i64| Timestamp::from_nanosecond(nanoseconds.into());
        Ok(RecordedRun {
            number: row.get(0)?,
            id,
            name: row.get(2)?,
            flow: row.get(3)?,
            state,
            alive: !state.is_final() && Owner::is_alive(&self.path, id),
            tags: serde_json::from_str(&row.get::<_, String>(5)?)?,
            created: time(row.get(6)?)?,
            ended: row.get::<_, Option<i64>>(7)?.map(time).transpose()?,
            task_runs: row.get(8)?,
            completed: row.get(9)?,
            launch: row.get(10)?,
            cpu: u64::try_from(row.get::<_, i64>(12)?)?,
            memory: u64::try_from(row.get::<_, i64>(13)?)?,
            due: row.get::<_, Option<i64>>(11)?.map(time).transpose()?,
        })
    }
}
