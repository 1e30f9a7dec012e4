//! What one tenant's flood costs another: a single run of the one, with and without 100,000 runs of
//! the other.

#![expect(clippy::print_stdout, reason = "the table is what it is for")]

#[path = "../../tests/harness.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod harness;

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

const CONFIG: &str = "[tenants.flooding.quotas]\nmax-active = 1\n[tenants.single]\n";
/// Nothing waits in a flood: all runs are submitted at once.
const FLOOD: [&str; 5] = ["noops", "-p", "count=100000", "--runner", "thread-pool"];
/// What takes no CPU time to speak of, and what takes some.
const RUNS: [(&str, &[&str]); 2] = [
    ("a run that does nothing", &["spin_for", "-p", "ms=0"]),
    ("a run of 200 ms CPU time", &["burn", "-p", "rounds=200"]),
];
const ROUNDS: usize = 9;

fn main() -> Result<()> {
    let place = Place::new()?;
    println!(
        "{:44}{:>12}{:>12}{:>9}",
        "milliseconds, medians", "alone", "flooded", "ratio"
    );
    for (what, run) in RUNS {
        let (mut alone, mut flooded) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            alone.push(place.single(run)?);
            let mut flood = place.flood()?;
            flooded.push(place.single(run)?);
            flood.kill()?;
            flood.wait()?;
        }
        let [alone, flooded] = [alone, flooded].map(median);
        let ratio = flooded / alone;
        println!("{what:44}{alone:12.1}{flooded:12.1}{ratio:9.2}");
    }
    Ok(())
}

struct Place {
    folder: PathBuf,
    guest: String,
}

impl Place {
    fn new() -> Result<Self> {
        let folder = harness::folder("bench-tenants");
        std::fs::write(folder.join("wflow.toml"), CONFIG)?;
        let guest = harness::example("unruly");
        let place = Self { folder, guest };
        // From here on, the component is compiled for both.
        for tenant in ["single", "flooding"] {
            let ended = place.command(tenant, &["hello"]).output()?;
            ensure!(ended.status.success(), "{ended:?}");
        }
        Ok(place)
    }

    fn command(&self, tenant: &str, flow: &[&str]) -> Command {
        let run = ["run", "-q", "--tenant", tenant, &self.guest];
        let mut command = harness::command(&[&run[..], flow].concat());
        command
            .current_dir(&self.folder)
            .env("WFLOW_HOME", self.folder.join("home"));
        command
    }

    /// Milliseconds from the start of the process to its end.
    fn single(&self, flow: &[&str]) -> Result<f64> {
        let began = Instant::now();
        let ended = self.command("single", flow).output()?;
        ensure!(ended.status.success(), "{ended:?}");
        Ok(began.elapsed().as_secs_f64() * 1e3)
    }

    /// Under way once some of its runs have ended.
    fn flood(&self) -> Result<Child> {
        let mut flood = self.command("flooding", &FLOOD);
        flood
            .arg("--json")
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let mut child = flood.spawn().context("wflow starts")?;
        // 100,000 runs take seconds; this is well within.
        std::thread::sleep(Duration::from_millis(150));
        ensure!(child.try_wait()?.is_none(), "the flood has ended already");
        Ok(child)
    }
}

fn median(mut samples: Vec<f64>) -> f64 {
    samples.sort_by(f64::total_cmp);
    samples[samples.len() / 2]
}
