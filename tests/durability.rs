//! A run survives its process: killed at any moment, it is resumed, and nothing recorded is lost or
//! done twice.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use wflow_host::journal::{Filter, Journal};
use wflow_host::model::Value::Json;
use wflow_host::model::{Outcome, Record, RunRecord};

use crate::harness::{Ended, RUNNERS, command, ended, example, folder, wflow};

/// A folder with a run database, and a folder that runs may write to.
struct Place {
    folder: PathBuf,
    database: String,
    grant: String,
}

impl Place {
    fn new(name: &str) -> Self {
        let folder = folder(name);
        let out = folder.join("out");
        std::fs::create_dir(&out).expect("the tests' folder can be written");
        Self {
            database: folder.join("wflow.db").display().to_string(),
            grant: format!("{}::out", out.display()),
            folder,
        }
    }

    fn out(&self, name: &str) -> PathBuf {
        self.folder.join("out").join(name)
    }

    /// `wflow run` of a flow of the unruly example.
    fn run(&self, arguments: &[&str]) -> Command {
        let component = example("unruly");
        let own = ["--db", &self.database, "--dir", &self.grant];
        command(&[&["run", &component], arguments, &own].concat())
    }

    fn runs(&self, arguments: &[&str]) -> Command {
        command(&[&["runs", "--db", &self.database], arguments].concat())
    }

    fn told(&self, arguments: &[&str]) -> Ended {
        ended(self.runs(arguments).output().expect("wflow starts"))
    }

    /// Lines of JSON that a command prints.
    #[track_caller]
    fn lines(&self, arguments: &[&str]) -> Vec<Value> {
        let told = self.told(arguments);
        assert_eq!(told.code, Some(0), "{told:?}");
        let lines = told.stdout.lines();
        lines
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect()
    }

    /// The newest run.
    fn last(&self) -> Option<Value> {
        self.lines(&["list", "--json"]).into_iter().next()
    }

    #[track_caller]
    fn last_id(&self) -> String {
        text(&self.last().expect("a run")["id"])
    }

    /// The newest run, as the host itself reads it.
    fn record(&self) -> Option<Record> {
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
    fn kill_after(&self, printed: &str, arguments: &[&str]) {
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
    fn is_sound(&self) {
        let database = rusqlite::Connection::open(&self.database).expect("a database");
        let check = "PRAGMA integrity_check";
        let found: String = database
            .query_row(check, [], |row| row.get(0))
            .expect("an answer");
        assert_eq!(found, "ok");
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}

fn kill(child: &mut Child) {
    child.kill().expect("it runs");
    child.wait().expect("it ends");
}

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
#[expect(clippy::print_stdout, reason = "the counts are what the test is about")]
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
    println!(
        "{kills} kills of {flows} flow runs of {NOTES} task runs: {recorded} task runs found \
         completed after a kill, none of them run again; {again} that were under way run again"
    );
}

#[test]
#[expect(clippy::print_stdout, reason = "the counts are what the test is about")]
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
    println!("killed after each of {commits} commits");
}

#[test]
fn a_resumed_flow_is_told_the_same_times_and_random_numbers() {
    for runner in RUNNERS {
        let place = Place::new(&format!("wander-{runner}"));
        let wander = ["wander", "-p", "steps=20", "-q", "--runner", runner];
        place.kill_after("wandered\n", &wander);
        let before = place.lines(&["show", &place.last_id(), "--json"]);
        std::fs::write(place.out("go"), "").expect("written");
        let resumed = place.told(&["resume", &place.last_id(), "-q"]);
        assert_eq!(resumed.code, Some(0), "{resumed:?}");
        let been = resumed.stdout.lines().last().expect("a result");
        let been: Vec<u64> = serde_json::from_str(been).expect("numbers");
        assert_eq!(been.len(), 80);
        // None of the runs was made anew, so the flow was told what it had been told.
        let after = place.lines(&["show", &place.last_id(), "--json"]);
        assert_eq!(after.len(), before.len());
    }
}

#[test]
fn a_flow_that_goes_another_way_is_told_so() {
    let place = Place::new("fickle");
    std::fs::write(place.out("number"), "1").expect("written");
    place.kill_after("told\n", &["fickle", "-q"]);
    std::fs::write(place.out("number"), "2").expect("written");
    let resumed = place.told(&["resume", &place.last_id()]);
    assert_eq!(resumed.code, Some(3), "{resumed:?}");
    let both = "as repeat(value=1), and now submits repeat(value=2)";
    assert!(
        resumed.stderr.contains("diverged from its record"),
        "{resumed:?}"
    );
    assert!(resumed.stderr.contains(both), "{resumed:?}");
}

#[test]
fn after_a_failure_only_what_failed_runs_again() {
    for runner in RUNNERS {
        let place = Place::new(&format!("needy-{runner}"));
        let failed = ended(
            place
                .run(&["needy", "--runner", runner])
                .output()
                .expect("wflow starts"),
        );
        assert_eq!(failed.code, Some(1), "{failed:?}");
        std::fs::write(place.out("number"), "5").expect("written");
        let resumed = place.told(&["resume", &place.last_id(), "-q"]);
        assert_eq!(
            (resumed.code, &*resumed.stdout),
            (Some(0), "34\n"),
            "{resumed:?}"
        );
        let notes = std::fs::read_to_string(place.out("notes")).expect("notes");
        assert_eq!(notes, "3 after 0\n5 after 9\n");
        let again = place.told(&["resume", &place.last_id()]);
        assert_eq!(again.code, Some(2), "{again:?}");
        assert!(again.stderr.contains("has completed"), "{again:?}");
    }
}

#[test]
fn a_sleep_ends_when_it_would_have_ended() {
    let place = Place::new("sleeper");
    place.kill_after("asleep\n", &["sleeper", "-p", "millis=3000", "-q"]);
    std::thread::sleep(Duration::from_secs(3));
    let resumed = place.told(&["resume", &place.last_id(), "-q"]);
    assert_eq!(resumed.code, Some(0), "{resumed:?}");
    let slept = resumed.stdout.lines().last().expect("a result");
    let slept: u64 = slept.parse().expect("milliseconds");
    // Asleep while no process was there, and not for another three seconds.
    assert!((3000..6000).contains(&slept), "{slept}");
}

#[test]
fn a_run_with_an_id_happens_once() {
    for runner in RUNNERS {
        let place = Place::new(&format!("once-{runner}"));
        let once = ["notes", "-p", "count=5", "-q", "--id", "order-17"];
        let once = [&once[..], &["--runner", runner]].concat();
        for _ in 0..3 {
            let ended = ended(place.run(&once).output().expect("wflow starts"));
            assert_eq!((ended.code, &*ended.stdout), (Some(0), "30\n"), "{ended:?}");
        }
        let notes = std::fs::read_to_string(place.out("notes")).expect("notes");
        assert_eq!(notes.lines().count(), 5);
        assert_eq!(place.lines(&["list", "--json"]).len(), 1);
    }
}

#[test]
fn a_run_with_an_id_that_was_interrupted_is_resumed() {
    for runner in RUNNERS {
        let place = Place::new(&format!("again-{runner}"));
        let once = ["wander", "-p", "steps=2", "-q", "--id", "order-19"];
        let once = [&once[..], &["--runner", runner]].concat();
        place.kill_after("wandered\n", &once);
        std::fs::write(place.out("go"), "").expect("written");
        let resumed = ended(place.run(&once).output().expect("wflow starts"));
        assert_eq!(resumed.code, Some(0), "{resumed:?}");
        let all = place.lines(&["list", "--json"]);
        assert_eq!(all.len(), 1, "{runner}: {all:?}");
        assert_eq!(all[0]["state"], "completed", "{runner}");
    }
}

#[test]
fn runs_with_one_id_at_the_same_time_happen_once() {
    let place = Place::new("race");
    let once = ["notes", "-p", "count=20", "-q", "--id", "order-18"];
    let spawn = |_| {
        place
            .run(&once)
            .stdout(Stdio::piped())
            .spawn()
            .expect("wflow starts")
    };
    let children: Vec<_> = (0..4).map(spawn).collect();
    for child in children {
        let ended = ended(child.wait_with_output().expect("it ends"));
        assert_eq!(
            (ended.code, &*ended.stdout),
            (Some(0), "2470\n"),
            "{ended:?}"
        );
    }
    let notes = std::fs::read_to_string(place.out("notes")).expect("notes");
    assert_eq!(notes.lines().count(), 20);
}

#[test]
fn another_build_goes_on_only_where_it_is_named() {
    let place = Place::new("rebuilt");
    let component = place.folder.join("unruly.wasm");
    std::fs::copy(example("unruly"), &component).expect("copied");
    let target = component.display().to_string();
    let needy = [
        "run",
        &target,
        "needy",
        "--db",
        &place.database,
        "--dir",
        &place.grant,
    ];
    assert_eq!(wflow(&needy).code, Some(1));
    std::fs::write(place.out("number"), "5").expect("written");
    // A custom section of two bytes: the same code, another build.
    let mut wasm = std::fs::read(&component).expect("read");
    wasm.extend([0, 2, 1, b'x']);
    std::fs::write(&component, wasm).expect("written");
    let refused = place.told(&["resume", &place.last_id()]);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.stderr.contains("--with FILE"), "{refused:?}");
    let resumed = place.told(&["resume", &place.last_id(), "-q", "--with", &target]);
    assert_eq!(
        (resumed.code, &*resumed.stdout),
        (Some(0), "34\n"),
        "{resumed:?}"
    );
}

/// The two streams of a recorded run are those of the run.
#[test]
fn what_is_shown_again_is_what_was_shown() {
    let place = Place::new("again");
    for arguments in [
        &["notes", "-p", "count=20"][..],
        &["unruly", "-p", "misbehaviour=panic"],
        &["hooked", "-p", "how=fail"],
        &[
            "noops",
            "-p",
            "count=50",
            "--runner",
            "thread-pool",
            "--json",
        ],
        &["artifacts"],
        &["prints"],
        &["needy", "-v"],
    ] {
        let live = ended(place.run(arguments).output().expect("wflow starts"));
        let display = arguments
            .iter()
            .filter(|word| ["--json", "-v"].contains(word));
        let display: Vec<_> = display.copied().collect();
        let again = place.told(&[&["logs", &place.last_id()], &display[..]].concat());
        assert_eq!(again.stderr, live.stderr);
        assert_eq!(again.stdout, live.stdout);
    }
}

#[test]
fn another_process_follows_and_cancels_a_run() {
    let place = Place::new("cancelled");
    let mut sleeper = place.run(&["sleeper", "-p", "millis=60000", "-q"]);
    let sleeper = sleeper
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let sleeper = sleeper.expect("wflow starts");
    let until = Instant::now() + Duration::from_secs(20);
    while place.last().is_none_or(|run| run["state"] != "running") {
        assert!(Instant::now() < until, "it does not run");
    }
    let id = place.last_id();
    let mut follower = place.runs(&["logs", "-f", &id, "--json"]);
    let follower = follower
        .stdout(Stdio::piped())
        .spawn()
        .expect("wflow starts");
    let refused = place.told(&["delete", &id]);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    let cancelled = place.told(&["cancel", &id]);
    assert_eq!(cancelled.code, Some(0), "{cancelled:?}");
    assert!(cancelled.stderr.contains("Cancelled"), "{cancelled:?}");
    assert_eq!(
        ended(sleeper.wait_with_output().expect("it ends")).code,
        Some(130)
    );
    let followed = ended(follower.wait_with_output().expect("it ends"));
    let last = followed.stdout.lines().last().expect("events");
    let last: Value = serde_json::from_str(last).expect("JSON");
    assert_eq!(last["event"], "FlowRunFinished");
    assert_eq!(last["state"], "cancelled");
    assert_eq!(place.told(&["delete", &id]).code, Some(0));
    assert_eq!(place.last(), None);
}

#[test]
fn big_values_are_kept_once_and_forgotten_with_the_last_run() {
    let place = Place::new("big");
    let contents = || -> i64 {
        let database = rusqlite::Connection::open(&place.database).expect("a database");
        let count = "SELECT count(*) FROM contents";
        database
            .query_row(count, [], |row| row.get(0))
            .expect("a number")
    };
    let size = json!(100_000).to_string();
    let big = ["weigh", "-q", "-p", &format!("bytes={size}")];
    for _ in 0..2 {
        let ended = ended(place.run(&big).output().expect("wflow starts"));
        assert_eq!(
            (ended.code, &*ended.stdout),
            (Some(0), "100000\n"),
            "{ended:?}"
        );
    }
    assert_eq!(contents(), 1);
    let result = place.told(&["result", &place.last_id(), "burden"]);
    assert_eq!(result.stdout.trim().len(), 100_002);
    place.told(&["delete", &place.last_id()]);
    assert_eq!(contents(), 1);
    place.told(&["prune", "--older-than", "0s"]);
    assert_eq!(contents(), 0);
}

#[test]
fn a_database_that_cannot_be_used_is_an_error_that_says_what_to_do() {
    let place = Place::new("unusable");
    std::fs::write(&place.database, "not a database at all".repeat(100)).expect("written");
    let refused = ended(
        place
            .run(&["noops", "-p", "count=1"])
            .output()
            .expect("wflow starts"),
    );
    assert_eq!(refused.code, Some(4), "{refused:?}");
    for words in [
        "not a database",
        "--db PATH",
        "--no-record",
        &place.database,
    ] {
        assert!(refused.stderr.contains(words), "{refused:?}");
    }
    assert_eq!(refused.stderr.lines().count(), 1, "{refused:?}");
}

/// A run goes on where the record cannot, and says so; one that has to be recorded does not.
#[cfg(unix)]
#[test]
fn a_full_disk_ends_the_record_and_not_the_run() {
    let limited = |place: &Place, durability: &str| {
        let run = place.run(&["noops", "-p", "count=3000", "--durability", durability]);
        let words: Vec<_> = std::iter::once(run.get_program())
            .chain(run.get_args())
            .collect();
        // Files may not grow beyond 100 KiB: writing fails as on a full disk.
        let mut shell = Command::new("bash");
        shell.args(["-c", "ulimit -f 100; trap '' XFSZ; exec \"$@\"", "bash"]);
        shell
            .args(words)
            .current_dir(run.get_current_dir().expect("a folder"));
        shell.envs(
            run.get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        );
        ended(shell.output().expect("bash starts"))
    };
    let place = Place::new("full");
    let relaxed = limited(&place, "relaxed");
    assert_eq!(
        (relaxed.code, &*relaxed.stdout),
        (Some(0), "3000\n"),
        "{}",
        relaxed.stderr
    );
    assert!(
        relaxed.stderr.contains("no longer recorded"),
        "{}",
        relaxed.stderr
    );
    place.is_sound();
    let place = Place::new("full-strict");
    let strict = limited(&place, "strict");
    assert_eq!(strict.code, Some(4), "{}", strict.stderr);
    assert!(
        strict.stderr.contains("cannot be recorded"),
        "{}",
        strict.stderr
    );
    place.is_sound();
}

#[test]
fn several_processes_share_one_database() {
    let place = Place::new("shared");
    let spawn = |runner| {
        let noops = ["noops", "-p", "count=2000", "-q", "--runner", runner];
        place
            .run(&noops)
            .stdout(Stdio::piped())
            .spawn()
            .expect("wflow starts")
    };
    let children: Vec<_> = RUNNERS.into_iter().chain(RUNNERS).map(spawn).collect();
    for child in children {
        let ended = ended(child.wait_with_output().expect("it ends"));
        assert_eq!(
            (ended.code, &*ended.stdout),
            (Some(0), "2000\n"),
            "{ended:?}"
        );
    }
    let runs = place.lines(&["list", "--json"]);
    assert_eq!(runs.len(), 6);
    for run in runs {
        assert_eq!(
            (&run["state"], &run["completed"]),
            (&json!("completed"), &json!(2000))
        );
    }
    place.is_sound();
    assert!(Path::new(&place.database).exists());
}

/// The process ends while its flow sleeps, and another one goes on when it is due.
#[test]
fn a_flow_that_sleeps_long_holds_no_process() {
    for runner in RUNNERS {
        let place = Place::new(&format!("suspended-{runner}"));
        let sleeper = ["sleeper", "-p", "millis=2000", "--suspend-after", "100ms"];
        let sleeper = [&sleeper[..], &["--runner", runner]].concat();
        let suspended = ended(place.run(&sleeper).output().expect("wflow starts"));
        assert_eq!(suspended.code, Some(5), "{suspended:?}");
        assert!(
            suspended.stderr.contains("Suspended until"),
            "{suspended:?}"
        );
        let run = place.last().expect("a run");
        assert_eq!(run["state"], "suspended");
        let due: jiff::Timestamp = text(&run["due"]).parse().expect("a time");
        let early = place.told(&["resume", "--due", "-q"]);
        assert_eq!((early.code, &*early.stdout), (Some(0), ""), "{early:?}");
        let left = due.duration_since(jiff::Timestamp::now());
        std::thread::sleep(Duration::try_from(left).unwrap_or_default());
        let resumed = place.told(&["resume", "--due", "-q"]);
        assert_eq!(resumed.code, Some(0), "{resumed:?}");
        let slept: u64 = resumed
            .stdout
            .lines()
            .last()
            .expect("a result")
            .parse()
            .expect("ms");
        assert!((2000..4000).contains(&slept), "{slept}");
        assert_eq!(place.last().expect("a run")["state"], "completed");
    }
}

#[test]
fn retries_that_were_spent_stay_spent() {
    for runner in RUNNERS {
        let place = Place::new(&format!("stubborn-{runner}"));
        let tries = || {
            let tries = std::fs::read_to_string(place.out("tries")).expect("tries");
            tries.lines().count()
        };
        place.kill_after("tried\n", &["stubborn", "-q", "--runner", runner]);
        assert_eq!(tries(), 1);
        let resumed = place.told(&["resume", &place.last_id(), "-q"]);
        assert_eq!(resumed.code, Some(1), "{resumed:?}");
        assert_eq!(tries(), 3);
        // Whoever asks again gets one more attempt, and no more retries.
        let again = place.told(&["resume", &place.last_id(), "-q"]);
        assert_eq!(again.code, Some(1), "{again:?}");
        assert_eq!(tries(), 4);
    }
}

#[test]
fn whatever_is_done_with_runs_is_told_to_programs() {
    let place = Place::new("programs");
    for flow in [&["notes", "-p", "count=3"][..], &["needy"]] {
        place.run(flow).output().expect("wflow starts");
    }
    let [needy, notes] = &place.lines(&["list", "--json"])[..] else {
        panic!("two runs");
    };
    let (needy, notes) = (text(&needy["name"]), text(&notes["name"]));
    let result = place.lines(&["result", &notes, "--json"]);
    assert_eq!(result, [json!({ "state": "completed", "result": 5 })]);
    let result = place.told(&["result", &needy, "--json"]);
    let failure: Value = serde_json::from_str(&result.stdout).expect("JSON");
    assert_eq!(
        (result.code, &failure["state"]),
        (Some(1), &json!("failed"))
    );
    assert_eq!(place.lines(&["show", &notes, "--json"]).len(), 4);
    let events = place.lines(&["export", &notes]);
    assert_eq!(events.last().expect("events")["event"], "FlowRunFinished");
    let [chrome, otlp] = ["chrome", "otlp"].map(|format| {
        let told = place.told(&["export", &notes, "--format", format]);
        serde_json::from_str::<Value>(&told.stdout).expect("JSON")
    });
    assert_eq!(chrome["traceEvents"].as_array().map(Vec::len), Some(4));
    let spans = &otlp["resourceSpans"][0]["scopeSpans"][0]["spans"];
    assert_eq!(spans.as_array().map(Vec::len), Some(4));
    let forgotten = place.lines(&["delete", &needy, "--json"]);
    assert_eq!(forgotten, [json!({ "flow_runs": 1, "task_runs": 2 })]);
    let forgotten = place.lines(&["prune", "--older-than", "0s", "--json"]);
    assert_eq!(forgotten, [json!({ "flow_runs": 1, "task_runs": 3 })]);
}
