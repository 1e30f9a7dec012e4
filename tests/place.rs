//! A folder for one test, with a run database of its own.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use wflow_host::journal::{Filter, Journal};
use wflow_host::model::Record;

use crate::harness::{Ended, command, ended, example, folder};

/// A folder with a run database, and a folder that runs may write to.
pub(crate) struct Place {
    pub(crate) folder: PathBuf,
    pub(crate) database: String,
    pub(crate) grant: String,
}

impl Place {
    pub(crate) fn new(name: &str) -> Self {
        let folder = folder(name);
        let out = folder.join("out");
        std::fs::create_dir(&out).expect("the tests' folder can be written");
        Self {
            database: folder.join("wflow.db").display().to_string(),
            grant: format!("{}::out", out.display()),
            folder,
        }
    }

    pub(crate) fn out(&self, name: &str) -> PathBuf {
        self.folder.join("out").join(name)
    }

    /// `wflow run` of a flow of the unruly example.
    pub(crate) fn run(&self, arguments: &[&str]) -> Command {
        let component = example("unruly");
        let own = ["--db", &self.database, "--dir", &self.grant];
        command(&[&["run", &component], arguments, &own].concat())
    }

    pub(crate) fn runs(&self, arguments: &[&str]) -> Command {
        command(&[&["runs", "--db", &self.database], arguments].concat())
    }

    pub(crate) fn told(&self, arguments: &[&str]) -> Ended {
        ended(self.runs(arguments).output().expect("wflow starts"))
    }

    /// Lines of JSON that a command prints.
    #[track_caller]
    pub(crate) fn lines(&self, arguments: &[&str]) -> Vec<Value> {
        let told = self.told(arguments);
        assert_eq!(told.code, Some(0), "{told:?}");
        let lines = told.stdout.lines();
        lines
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect()
    }

    /// The newest run.
    pub(crate) fn last(&self) -> Option<Value> {
        self.lines(&["list", "--json"]).into_iter().next()
    }

    #[track_caller]
    pub(crate) fn last_id(&self) -> String {
        text(&self.last().expect("a run")["id"])
    }

    /// The newest run, as the host itself reads it.
    pub(crate) fn record(&self) -> Option<Record> {
        let journal = Journal::open(Path::new(&self.database)).expect("a database");
        let newest = Filter {
            most: 1,
            ..Filter::default()
        };
        let runs = journal.list(&newest).expect("runs");
        Some(journal.record(runs.first()?).expect("its events"))
    }

    /// Begins a flow and kills it when it has printed this.
    #[track_caller]
    pub(crate) fn kill_after(&self, printed: &str, arguments: &[&str]) {
        let mut child = self.run(arguments).stdout(Stdio::piped()).spawn();
        let child = child.as_mut().expect("wflow starts");
        let mut seen = vec![0; printed.len()];
        let out = child.stdout.as_mut().expect("piped");
        out.read_exact(&mut seen).expect("it prints");
        assert_eq!(seen, printed.as_bytes());
        // What was told before is recorded within milliseconds.
        let until = Instant::now() + Duration::from_secs(5);
        let is_recorded = || {
            let run = self.last()?;
            let logs = self.told(&["logs", &text(&run["id"])]);
            (logs.stdout == printed).then_some(())
        };
        while is_recorded().is_none() {
            assert!(Instant::now() < until, "'{printed}' is not recorded");
        }
        kill(child);
    }

    #[track_caller]
    pub(crate) fn is_sound(&self) {
        let database = rusqlite::Connection::open(&self.database).expect("a database");
        let check = "PRAGMA integrity_check";
        let found: String = database
            .query_row(check, [], |row| row.get(0))
            .expect("an answer");
        assert_eq!(found, "ok");
    }
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}

pub(crate) fn kill(child: &mut Child) {
    child.kill().expect("it runs");
    child.wait().expect("it ends");
}
