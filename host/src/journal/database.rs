//! The database file: opened, checked, brought to this version's tables.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, TransactionBehavior};

/// "wflw", so that no other program's database is taken for one of ours.
const APPLICATION: i32 = 0x7766_6c77;
/// What brings the tables from the version of its index to the next one.
const MIGRATIONS: [&str; 3] = [
    include_str!("schema.sql"),
    include_str!("results.sql"),
    include_str!("usage.sql"),
];
/// How long a process waits while others write.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two attempts.
const BUSY: Duration = Duration::from_millis(5);

/// An open run database.
#[derive(Debug)]
pub struct Journal {
    pub(super) path: PathBuf,
    pub(super) connection: Connection,
}

impl Journal {
    /// Opens the database in `path`, which is made if there is none.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or written, is no run database, or one of a newer wflow.
    pub fn open(path: &Path) -> Result<Self> {
        // Whoever goes on with a run does so in the folder where it was started.
        let path = &std::path::absolute(path).context("the current folder is not known")?;
        let shown = path.display();
        Self::connect(path).with_context(|| {
            format!("the run database {shown} (another one: --db PATH; none: --no-record)")
        })
    }

    fn connect(path: &Path) -> Result<Self> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).context("its folder cannot be made")?;
        }
        let connection = Connection::open(path).map_err(explained)?;
        restrict(path);
        let mut journal = Self {
            path: path.to_owned(),
            connection,
        };
        journal.prepare()?;
        Ok(journal)
    }

    fn prepare(&mut self) -> Result<()> {
        let connection = &mut self.connection;
        connection.busy_timeout(PATIENCE)?;
        let version = check(connection)?;
        patiently(|| connection.pragma_update(None, "journal_mode", "wal")).map_err(explained)?;
        connection.pragma_update(None, "foreign_keys", true)?;
        // The last process to leave need not make the others' start faster.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        if version < MIGRATIONS.len() {
            migrate(connection).map_err(explained)?;
        }
        Ok(())
    }

    /// Another connection to the same database.
    pub(super) fn again(&self) -> Result<Self> {
        Self::connect(&self.path)
    }

    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Where SQLite itself does not wait for others.
fn patiently(attempt: impl Fn() -> rusqlite::Result<()>) -> rusqlite::Result<()> {
    let until = Instant::now() + PATIENCE;
    loop {
        match attempt() {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                    && Instant::now() < until =>
            {
                std::thread::sleep(BUSY);
            }
            done => return done,
        }
    }
}

/// The version of the tables; 0 for a file that is new.
fn check(connection: &Connection) -> Result<usize> {
    // One statement sees one moment: another process may be making the tables.
    let (application, version, tables): (i32, i64, i64) = connection
        .query_row(
            "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema)
             FROM pragma_application_id, pragma_user_version",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .map_err(explained)?;
    let version = usize::try_from(version).unwrap_or(usize::MAX);
    match application {
        APPLICATION => {}
        0 if tables == 0 => return Ok(0),
        _ => bail!("it is a database of another program"),
    }
    ensure!(
        version <= MIGRATIONS.len(),
        "it was made by a newer wflow (version {version} of its tables, and this one knows {})",
        MIGRATIONS.len()
    );
    Ok(version)
}

/// Another process may have been faster.
fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version: usize =
        transaction.pragma_query_value(None, "user_version", |row| row.get::<_, u32>(0))? as usize;
    for migration in MIGRATIONS.iter().skip(version) {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", MIGRATIONS.len() as u32)?;
    transaction.commit()
}

/// SQLite's error in the words of whoever has to mend it.
pub(super) fn explained(error: rusqlite::Error) -> anyhow::Error {
    let what = match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => "it is not a database",
        Some(ErrorCode::DatabaseCorrupt) => {
            "it is damaged; move it away to start with an empty one"
        }
        Some(ErrorCode::ReadOnly) => "it cannot be written: the file or its folder is read-only",
        Some(ErrorCode::CannotOpen) => "it cannot be opened or made",
        Some(ErrorCode::PermissionDenied) => "it may not be opened",
        Some(ErrorCode::DiskFull) => "the disk is full",
        Some(ErrorCode::SystemIoFailure) => "it cannot be read or written",
        _ => return error.into(),
    };
    anyhow::anyhow!(what)
}

/// What runs print and return is nobody else's business.
#[cfg(unix)]
fn restrict(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    // Where it is not ours to say, its owner has said it.
    let _ = std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600));
}

#[cfg(not(unix))]
fn restrict(_path: &Path) {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch;

    fn folder(name: &str) -> PathBuf {
        let folder = scratch::folder(name);
        std::fs::create_dir_all(&folder).expect("a folder");
        folder
    }

    #[track_caller]
    fn check(name: &str, prepare: impl FnOnce(&Path), expected: &str) {
        let folder = folder(name);
        let path = folder.join("wflow.db");
        prepare(&path);
        let error = Journal::open(&path).expect_err("it is not ours to use");
        let text = format!("{error:#}");
        assert!(text.contains(expected), "{text}");
        let _ = std::fs::remove_dir_all(folder);
    }

    #[test]
    fn what_is_no_run_database_is_refused() {
        let text = |path: &Path| std::fs::write(path, "no database at all, ".repeat(100));
        check("text", |path| text(path).expect("a file"), "not a database");
        let other = |path: &Path| -> Result<()> {
            Ok(Connection::open(path)?.execute_batch("CREATE TABLE addresses (name TEXT)")?)
        };
        check(
            "other",
            |path| other(path).expect("a file"),
            "another program",
        );
        let newer = |path: &Path| -> Result<()> {
            let journal = Journal::open(path)?;
            Ok(journal.connection.pragma_update(None, "user_version", 99)?)
        };
        check("newer", |path| newer(path).expect("a file"), "newer wflow");
        let folder = |path: &Path| std::fs::create_dir(path);
        check(
            "folder",
            |path| folder(path).expect("made"),
            "cannot be opened",
        );
    }

    #[test]
    fn one_that_is_there_is_opened_again() {
        let folder = folder("again");
        let path = folder.join("deep/down/wflow.db");
        for _ in 0..2 {
            Journal::open(&path)
                .expect("a database")
                .again()
                .expect("another connection");
        }
        let _ = std::fs::remove_dir_all(folder);
    }
}
