//! How many instructions a run takes of the host and of its guest: callgrind counts them, whatever else
//! the machine does. Fails where they are 5 % more than the figures that are committed.

mod counted;
mod figures;
mod valgrind;

#[path = "../measure/mod.rs"]
#[expect(dead_code, reason = "each benchmark uses what it needs of it")]
mod measure;

use std::path::PathBuf;

use anyhow::{Result, ensure};
use clap::Parser;
use counted::SHAPES;
use figures::Figures;
use measure::harness;
use measure::samples::median;
use measure::table::Table;

/// Runs of a shape: what both counts have in common is no run's.
const FEW: u64 = 300;
const MANY: u64 = 900;
/// Percent.
const ALLOWED: f64 = 5.0;

#[derive(Parser)]
struct Options {
    /// Writes what is counted to the file of figures
    #[arg(long)]
    update: bool,
    #[command(flatten)]
    measured: measure::options::Options,
    /// Makes this program a compiler: of the component in stdin, to stdout
    #[arg(long, hide = true)]
    compile: bool,
    /// Makes this program what is counted: the shape by its place, how many runs, the guest, the folder of
    /// its code
    #[arg(long, hide = true, num_args = 4)]
    counted: Vec<String>,
}

fn main() -> Result<()> {
    let options = Options::parse();
    match &options.counted[..] {
        _ if options.compile => counted::compile(),
        [shape, runs, guest, cache] => {
            let host = counted::load(guest, cache.as_ref())?;
            counted::run(&host, SHAPES[shape.parse::<usize>()?], runs.parse()?)
        }
        _ => compare(&options),
    }
}

fn compare(options: &Options) -> Result<()> {
    let table = Table::new(
        "Instructions a run, host and guest",
        &["counted", "committed", "% more", "spread, %"],
    );
    if !valgrind::is_there() {
        table.note("SKIPPED: no valgrind on Linux x86-64 here");
        return Ok(());
    }
    let counter = Counter::new()?;
    let rounds = options.measured.rounds(1);
    let mut counted = Vec::new();
    for (place, (shape, _)) in SHAPES.into_iter().enumerate() {
        let counts = (0..rounds).map(|_| counter.instructions_a_run(place));
        let counts = counts.collect::<Result<Vec<_>>>()?;
        counted.push((shape, counts));
    }
    let medians: Vec<_> = counted
        .iter()
        .map(|(shape, counts)| (*shape, median(counts.iter().copied())))
        .collect();
    if options.update {
        Figures::write(&medians)?;
    }
    let figures = Figures::read()?;
    let mut worst = f64::MIN;
    for ((shape, counts), (_, count)) in counted.iter().zip(&medians) {
        let committed = figures.of(shape)?;
        let more = 100.0 * (count / committed - 1.0);
        let most = counts.iter().copied().fold(f64::MIN, f64::max);
        let least = counts.iter().copied().fold(f64::MAX, f64::min);
        let spread = 100.0 * (most / least - 1.0);
        table.row(shape, &[*count, committed, more, spread]);
        worst = worst.max(more);
    }
    table.note(&format!(
        "Where they are spent: callgrind_annotate {}/*.callgrind",
        counter.folder.display()
    ));
    ensure!(
        worst <= ALLOWED,
        "a run takes {worst:.1} % more instructions than is committed, and {ALLOWED} % are allowed; \
         if that has to be, commit what .ci/instructions --update writes"
    );
    Ok(())
}

/// Counts with code of the guest that was compiled before.
struct Counter {
    guest: String,
    folder: PathBuf,
}

impl Counter {
    fn new() -> Result<Self> {
        let guest = measure::guest();
        let folder = harness::folder("bench-instructions");
        counted::load(&guest, &folder)?;
        Ok(Self { guest, folder })
    }

    fn instructions_a_run(&self, shape: usize) -> Result<f64> {
        let [few, many] = [FEW, MANY].map(|runs| self.instructions(shape, runs));
        Ok((many? - few?) as f64 / (MANY - FEW) as f64)
    }

    fn instructions(&self, shape: usize, runs: u64) -> Result<u64> {
        let name = format!("{}-{runs}.callgrind", SHAPES[shape].0);
        let (shape, runs) = (shape.to_string(), runs.to_string());
        let folder = self.folder.to_string_lossy();
        let counted = ["--counted", &shape, &runs, &self.guest, &folder];
        valgrind::count(&counted, &self.folder.join(name))
    }
}
