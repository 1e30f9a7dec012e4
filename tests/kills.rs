//! Killed at any moment, a run is resumed: nothing recorded is lost or done twice.

use std::collections::BTreeMap;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use wflow_host::model::Value::Json;
use wflow_host::model::{Outcome, RunRecord};

use crate::harness::tell;
use crate::place::{Place, kill};

/// Pseudo-random, so that no two kills are alike.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: Duration) -> Duration {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        bound.mul_f64(self.0 as f64 / u64::MAX as f64)
    }
}

/// How it ended, if it did in time.
fn ended_until(child: &mut Child, until: Instant) -> Option<ExitStatus> {
    loop {
        let status = child.try_wait().expect("a child");
        if status.is_some() || Instant::now() >= until {
            return status;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

const NOTES: u64 = 300;

/// What the test knows of one flow run that is killed again and again.
struct Notes {
    place: Place,
    /// Its id, once it is recorded.
    run: Option<String>,
    /// How often each note had been taken when its run was first found completed.
    completed: BTreeMap<u64, usize>,
    kills: usize,
}

impl Notes {
    fn new(name: &str) -> Self {
        Self {
            place: Place::new(name),
            run: None,
            completed: BTreeMap::new(),
            kills: 0,
        }
    }

    /// Starts the flow, or goes on with it.
    fn start(&self, durability: &str, count: u64) -> Command {
        match &self.run {
            None => {
                let count = format!("count={count}");
                let arguments = ["notes", "-q", "-p", &count, "--durability", durability];
                self.place.run(&arguments)
            }
            Some(run) => self.place.runs(&["resume", run, "-q"]),
        }
    }

    /// How often each note was taken.
    fn taken(&self) -> BTreeMap<u64, usize> {
        let notes = std::fs::read_to_string(self.place.out("notes")).unwrap_or_default();
        let mut taken = BTreeMap::new();
        for line in notes.lines() {
            let (n, _) = line.split_once(' ').expect("a note");
            *taken.entry(n.parse().expect("a number")).or_default() += 1;
        }
        taken
    }

    /// After a kill: which runs are recorded as completed. True if the flow run itself is.
    fn look(&mut self) -> bool {
        self.kills += 1;
        let Some(record) = self.place.record() else {
            return false;
        };
        self.run = record.root().map(|root| root.id.to_string());
        let taken = self.taken();
        for run in record.runs().iter().filter(|run| run.is_completed()) {
            if let Some(n) = run.name.strip_prefix("note-") {
                let n = n.parse().expect("a number");
                self.completed.entry(n).or_insert(taken[&n]);
            }
        }
        record.root().is_some_and(RunRecord::is_completed)
    }

    /// After the end: nothing is lost, and nothing recorded was done again. Returns how often notes
    /// were taken that had to be taken again.
    #[track_caller]
    fn check(&self, count: u64) -> usize {
        self.place.is_sound();
        let record = self.place.record().expect("a run");
        let mut results: BTreeMap<&str, Option<u64>> = BTreeMap::new();
        for run in record.runs() {
            let result = match &run.outcome {
                Some(Outcome::Completed(Json(json))) => json.parse().ok(),
                _ => None,
            };
            results.insert(&run.name, result);
        }
        let root = &record.root().expect("a root").name;
        let sum: u64 = (0..count).map(|n| n * n).sum();
        assert_eq!(results.remove(&**root), Some(Some(sum)));
        let squares = (0..count).map(|n| (format!("note-{n}"), Some(n * n)));
        let squares: BTreeMap<_, _> = squares.collect();
        let found = results
            .into_iter()
            .map(|(name, result)| (name.to_owned(), result));
        assert_eq!(found.collect::<BTreeMap<_, _>>(), squares);
        let taken = self.taken();
        assert_eq!(taken.len() as u64, count);
        for (n, times) in &self.completed {
            assert_eq!(taken[n], *times, "note {n} was taken again");
        }
        taken.values().map(|times| times - 1).sum()
    }
}

#[test]
fn killed_two_hundred_times_nothing_is_lost_and_nothing_recorded_is_done_twice() {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    // How long a process may live at most: long enough to get somewhere.
    let mut life = Duration::from_millis(50);
    let (mut kills, mut flows, mut recorded, mut again) = (0, 0, 0, 0);
    while kills < 200 {
        let durability = ["relaxed", "strict"][flows % 2];
        let mut notes = Notes::new(&format!("killed-{flows}"));
        loop {
            let mut child = notes.start(durability, NOTES).stdout(Stdio::null()).spawn();
            let child = child.as_mut().expect("wflow starts");
            let until = Instant::now() + dice.below(life);
            if let Some(status) = ended_until(child, until) {
                assert!(status.success(), "{status}");
                break;
            }
            kill(child);
            let before = notes.completed.len();
            if notes.look() {
                break;
            }
            life = match notes.completed.len() > before {
                true => life.mul_f64(0.7),
                false => life.mul_f64(1.3),
            };
        }
        again += notes.check(NOTES);
        kills += notes.kills;
        recorded += notes.completed.len();
        flows += 1;
    }
    tell(&format!(
        "{kills} kills of {flows} flow runs of {NOTES} task runs: {recorded} task runs found \
         completed after a kill, none of them run again; {again} that were under way run again"
    ));
}

#[test]
fn killed_at_every_commit_it_goes_on() {
    const COUNT: u64 = 40;
    let mut commits = 0;
    loop {
        let mut notes = Notes::new(&format!("commit-{commits}"));
        let at = (commits + 1).to_string();
        let mut first = notes.start("strict", COUNT);
        let first = first.env("WFLOW_DIE_AT_COMMIT", &at).output();
        if first.expect("wflow starts").status.success() {
            notes.check(COUNT);
            break;
        }
        if !notes.look() {
            let rest = notes.start("strict", COUNT).output().expect("wflow starts");
            assert!(rest.status.success(), "commit {at}: {rest:?}");
        }
        notes.check(COUNT);
        commits += 1;
    }
    assert!(commits >= 10, "{commits} commits");
    tell(&format!("killed after each of {commits} commits"));
}
