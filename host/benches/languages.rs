//! What each language costs: its component, builds, the compilation, starts, runs and instances. With
//! `--write` the table becomes the README's.

#[expect(dead_code, reason = "each benchmark uses what it needs of it")]
mod measure;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use clap::Parser;
use measure::harness;
use measure::samples::median;
use measure::table::Table;

/// The examples by their languages.
const LANGUAGES: [(&str, &str); 5] = [
    ("Rust", "examples/shapes"),
    ("Python", "examples/noops.py"),
    ("JavaScript", "examples/noops.js"),
    ("C", "examples/noops.c"),
    ("Go", "examples/noops.go"),
];
/// Runs beyond one, and instances beyond one that sleep at the same time.
const RUNS: u32 = 1000;
const SLEEPERS: u32 = 100;

const COLUMNS: [&str; 8] = [
    "component, MB",
    "build, s",
    "again, s",
    "compile, s",
    "start, ms",
    "no-op, µs",
    "runs/s",
    "instance, MiB",
];
/// Around the README's table.
const MARKS: (&str, &str) = ("<!-- languages -->\n", "<!-- /languages -->");

#[derive(Parser)]
struct Options {
    /// Puts the table into the README
    #[arg(long)]
    write: bool,
    #[command(flatten)]
    measured: measure::options::Options,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let rounds = options.measured.rounds(3);
    let title = format!("What languages cost, thread-pool, recorded; medians of {rounds} rounds");
    let table = Table::new(&title, &COLUMNS);
    let mut rows = Vec::new();
    for (language, example) in LANGUAGES {
        let row = measured(example, rounds).with_context(|| format!("{language}: {example}"))?;
        table.row(language, &row);
        rows.push((language, row));
    }
    table.note(
        "build: with the tools set up and nothing built; again: with nothing changed; compile: wasm to machine \
         code, once; start: a compiled flow that prints a line, from the start of the process to its end; \
         no-op: each of 1,000 runs of one flow; instance: resident memory of each of 100 that sleep, with the pages that they share",
    );
    if options.write {
        write(&rows)?;
    }
    Ok(())
}

type Row = [f64; COLUMNS.len()];

fn measured(example: &str, rounds: u32) -> Result<Row> {
    let place = Place::new(example)?;
    // Sets the tools up.
    place.build()?;
    place.forget()?;
    let (built, build) = place.build()?;
    let (_, again) = place.build()?;
    let component = fs::metadata(&built)?.len() as f64 / 1e6;
    let (compiled, _) = place.run(&built, &["hello"])?;
    let of_rounds = |words: &[&str]| -> Result<(f64, f64)> {
        let runs = (0..rounds).map(|_| place.run(&built, words));
        let runs = runs.collect::<Result<Vec<_>>>()?;
        let times = median(runs.iter().map(|(time, _)| *time));
        Ok((times, median(runs.iter().map(|(_, peak)| *peak))))
    };
    let noops = |count: u32| {
        of_rounds(&[
            "noops",
            "-p",
            &format!("count={count}"),
            "--runner",
            "thread-pool",
        ])
    };
    // Memory hardly differs from one run to another.
    let (ms, seconds) = ("ms=1000", "seconds=1");
    let time = if example.ends_with("shapes") {
        ms
    } else {
        seconds
    };
    let sleepers = |count: u32| {
        let count = format!("count={count}");
        place.run(&built, &["sleepers", "-p", &count, "-p", time])
    };
    let (start, _) = of_rounds(&["hello"])?;
    let a_run = (noops(1 + RUNS)?.0 - noops(1)?.0) / f64::from(RUNS);
    let memory = (sleepers(1 + SLEEPERS)?.1 - sleepers(1)?.1) / f64::from(SLEEPERS);
    Ok([
        component,
        build,
        again,
        compiled - start,
        1e3 * start,
        1e6 * a_run,
        1.0 / a_run,
        memory,
    ])
}

/// Where one example is built and run.
struct Place {
    home: PathBuf,
    example: PathBuf,
}

impl Place {
    fn new(example: &str) -> Result<Self> {
        let name = Path::new(example).file_name().context("a name")?;
        Ok(Self {
            home: harness::folder(&format!("bench-languages-{}", name.display())),
            example: harness::root().join(example),
        })
    }

    /// The component and the seconds that it took.
    fn build(&self) -> Result<(PathBuf, f64)> {
        let began = Instant::now();
        let example = self.example.display().to_string();
        let mut command = harness::command(&["build", &example]);
        let ended = command
            .env("WFLOW_HOME", &self.home)
            .env("CARGO_TARGET_DIR", self.home.join("cargo"))
            .output()?;
        let took = began.elapsed().as_secs_f64();
        let said = String::from_utf8_lossy(&ended.stderr);
        let built = said.lines().find_map(|line| line.strip_prefix("Built "));
        let built = built.with_context(|| format!("it does not build: {said}"))?;
        Ok((built.into(), took))
    }

    /// Whatever was built before.
    fn forget(&self) -> Result<()> {
        for folder in ["cache/built", "cargo"] {
            let folder = self.home.join(folder);
            if folder.exists() {
                fs::remove_dir_all(folder)?;
            }
        }
        Ok(())
    }

    /// The seconds of the process, and the MiB of its peak.
    fn run(&self, component: &Path, words: &[&str]) -> Result<(f64, f64)> {
        let began = Instant::now();
        let component = component.display().to_string();
        let mut command = harness::command(&["run", &component, "-q"]);
        command.args(words).env("WFLOW_HOME", &self.home);
        let mut child = command.stdout(Stdio::null()).spawn()?;
        let mut peak = f64::NAN;
        let status = loop {
            peak = measure::command::peak_memory(child.id()).unwrap_or(peak);
            match child.try_wait()? {
                Some(status) => break status,
                None => std::thread::sleep(std::time::Duration::from_micros(200)),
            }
        };
        ensure!(status.success(), "{words:?} ended with {status}");
        Ok((began.elapsed().as_secs_f64(), peak))
    }
}

fn write(rows: &[(&str, Row)]) -> Result<()> {
    let readme = harness::root().join("README.md");
    let text = fs::read_to_string(&readme)?;
    let marks = || format!("{} and {} are to be in the README", MARKS.0.trim(), MARKS.1);
    let (before, rest) = text.split_once(MARKS.0).with_context(marks)?;
    let (_, after) = rest.split_once(MARKS.1).with_context(marks)?;
    let mut table = format!(
        "| | {} |\n|---|{}\n",
        COLUMNS.join(" | "),
        "---|".repeat(COLUMNS.len())
    );
    for (language, row) in rows {
        let cells: Vec<_> = row.iter().map(|number| shown(*number)).collect();
        table += &format!("| {language} | {} |\n", cells.join(" | "));
    }
    let text = format!("{before}{}{table}{}{after}", MARKS.0, MARKS.1);
    Ok(fs::write(readme, text)?)
}

/// Two digits that count.
fn shown(number: f64) -> String {
    let digits = 1 - number.abs().max(0.01).log10().floor() as i32;
    let scale = 10_f64.powi(digits);
    let rounded = (number * scale).round() / scale;
    format!(
        "{rounded:.*}",
        usize::try_from(digits.clamp(0, 3)).unwrap_or(0)
    )
}
