//! Tenants see nothing of each other, and keep within their quotas.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::harness::{Ended, command, ended, example, folder, tell};

/// A folder of wflow's own, and an operator's file.
struct Place {
    folder: PathBuf,
}

impl Place {
    fn new(name: &str, config: &str) -> Self {
        let folder = folder(&format!("tenants-{name}"));
        std::fs::write(folder.join("wflow.toml"), config).expect("written");
        Self { folder }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = command(arguments);
        command
            .current_dir(&self.folder)
            .env("WFLOW_HOME", self.folder.join("home"));
        command
    }

    fn wflow(&self, arguments: &[&str]) -> Ended {
        ended(self.command(arguments).output().expect("wflow starts"))
    }

    /// Runs a flow of the unruly guest.
    fn run(&self, tenant: &str, arguments: &[&str]) -> Ended {
        let unruly = example("unruly");
        let run = ["run", "--tenant", tenant, &unruly];
        self.wflow(&[&run[..], arguments].concat())
    }
}

const TWO: &str = r#"
[grants]
vars = ["whose=nobody"]
[tenants.acme.grants]
vars = ["whose=acme"]
[tenants.acme.limits]
memory = "32MiB"
[tenants.other.quotas]
cpu-per-hour = "1h"
"#;

#[test]
fn runs_grants_and_kept_code_are_the_tenant_s_own() {
    let place = Place::new("own", TWO);
    let told = place.run("acme", &["granted_variable", "-p", "name=whose", "-q"]);
    assert_eq!(told.stdout, "\"acme\"\n", "{told:?}");
    let denied = place.run("other", &["granted_variable", "-p", "name=whose", "-q"]);
    assert!(
        denied.stderr.contains("no variable 'whose' is granted"),
        "{denied:?}"
    );
    let listed = |arguments: &[&str]| {
        let listed = place.wflow(&[&["runs", "list", "--json"], arguments].concat());
        listed.stdout.lines().count()
    };
    assert_eq!(listed(&["--tenant", "acme"]), 1);
    assert_eq!(listed(&["--tenant", "other"]), 1);
    assert_eq!(listed(&[]), 0);
    let kept = |tenant: &str| place.folder.join("home/cache/tenants").join(tenant);
    assert!(kept("acme").is_dir() && kept("other").is_dir());
    let hoard = ["propagate", "-p", "misbehaviour=hoard", "-q"];
    let crashed = place.run("acme", &hoard);
    assert!(crashed.stderr.contains("memory = 32MiB"), "{crashed:?}");
}

#[test]
fn a_tenant_is_one_that_the_operator_names() {
    let place = Place::new("named", TWO);
    let unknown = place.run("acne", &["hello"]);
    assert_eq!(unknown.code, Some(2), "{unknown:?}");
    assert!(
        unknown.stderr.contains("did you mean 'acme'?"),
        "{unknown:?}"
    );
    let name = place.run("../acme", &["hello"]);
    assert_eq!(name.code, Some(2), "{name:?}");
}

#[test]
fn a_resumed_run_is_still_the_tenant_s() {
    let place = Place::new("resumed", TWO);
    let failed = place.run("acme", &["propagate", "-p", "misbehaviour=hoard", "-q"]);
    assert_eq!(failed.code, Some(1), "{failed:?}");
    let list = place.wflow(&["runs", "list", "--json", "--tenant", "acme"]);
    let run: serde_json::Value = serde_json::from_str(&list.stdout).expect("one run");
    let id = run["id"].as_str().expect("an id");
    let again = place.wflow(&["runs", "resume", id, "-q", "--tenant", "acme"]);
    assert!(again.stderr.contains("memory = 32MiB"), "{again:?}");
}

#[test]
fn cpu_time_of_the_hour_is_what_earlier_runs_left() {
    let place = Place::new("cpu", "[tenants.a.quotas]\ncpu-per-hour = '300ms'");
    let spin = ["spin_for", "-p", "ms=400", "-q"];
    assert_eq!(place.run("a", &spin).code, Some(0));
    // The flow run itself starts, as it needs no slot; its task waits.
    let waits = place.run("a", &["spin_for", "-p", "ms=1", "--timeout", "300ms"]);
    assert_eq!(waits.code, Some(3), "{waits:?}");
    assert!(
        waits.stderr.contains("waits for CPU time: 0.4 s of 0.3 s"),
        "{waits:?}"
    );
}

#[test]
fn a_full_record_begins_no_run() {
    let place = Place::new("storage", "[tenants.a.quotas]\nstorage = '100KiB'");
    let mut codes = Vec::new();
    for _ in 0..20 {
        let ended = place.run("a", &["noops", "-p", "count=2000", "-q"]);
        codes.push(ended.code);
        if ended.code == Some(2) {
            assert!(ended.stderr.contains("its quota is 100.0 KiB"), "{ended:?}");
            break;
        }
    }
    assert_eq!(codes.last(), Some(&Some(2)), "{codes:?}");
    let size = std::fs::metadata(place.folder.join("home/data/tenants/a/wflow.db"));
    assert!(size.expect("a file").len() <= 100 << 10);
}

#[test]
fn flow_runs_beyond_those_that_may_be_active_wait() {
    let place = Place::new("active", "[tenants.a.quotas]\nmax-active = 2");
    let unruly = example("unruly");
    let run = [
        "run", "--tenant", "a", &unruly, "spin_for", "-p", "ms=150", "--json",
    ];
    let runs: Vec<_> = (0..5)
        .map(|_| {
            let mut command = place.command(&run);
            command.stdout(Stdio::piped()).stderr(Stdio::piped());
            command.spawn().expect("wflow starts")
        })
        .collect();
    let mut times = Vec::new();
    for run in runs {
        let ended = ended(run.wait_with_output().expect("it ends"));
        assert_eq!(ended.code, Some(0), "{ended:?}");
        let at = |line: Option<&str>| {
            let event: serde_json::Value =
                serde_json::from_str(line.expect("events")).expect("JSON");
            event["at"].as_str().expect("a time").to_owned()
        };
        times.push((
            at(ended.stdout.lines().next()),
            at(ended.stdout.lines().last()),
        ));
    }
    let most = times.iter().map(|(began, _)| {
        let at_once = times
            .iter()
            .filter(|(first, last)| first <= began && began < last);
        at_once.count()
    });
    let most = most.max().expect("runs");
    tell(&format!(
        "of 5 flow runs, {most} were executed at the same time"
    ));
    assert!(most <= 2, "{times:?}");
}

#[test]
fn quotas_that_the_record_keeps_need_one() {
    let place = Place::new("unrecorded", "[tenants.a.quotas]\nmax-active = 2");
    let ended = place.run("a", &["hello", "--no-record"]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.stderr.contains("leave out --no-record"), "{ended:?}");
}
