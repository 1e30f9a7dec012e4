//! METG, the measure of Task Bench (SC20): how long tasks have to be at least for half of the
//! machine's time to be useful work.

mod curve;
mod grid;
mod picture;
mod text;

#[path = "../measure/mod.rs"]
#[expect(dead_code, reason = "each benchmark uses what it needs of it")]
mod measure;

use std::path::Path;

use anyhow::{Context, Result};
use curve::{Curve, curves};
use grid::{Grid, PATTERNS, Runner};
use measure::cores;
use measure::options::Options;
use measure::table::Table;

fn main() -> Result<()> {
    let options = Options::read();
    let rounds = options.rounds(3);
    let pool = cores().max(2);
    let grid = Grid::new()?;
    let samples = grid.cases(&[1, pool], &options);
    let samples = samples.measure(rounds)?;
    let curves = curves(&samples);

    let title = format!("METG(50 %), µs; medians of {rounds} rounds");
    let table = Table::new(&title, &PATTERNS);
    for runner in Runner::all(&[1, pool]) {
        let own = |pattern: &&str| {
            let curve = curves.iter().find(|curve| curve.is_of(runner, pattern));
            curve.and_then(Curve::metg).unwrap_or(f64::NAN)
        };
        let metg: Vec<_> = PATTERNS.iter().map(own).collect();
        table.row(&runner.title(), &metg);
    }
    table.note(
        "A task's time is that of a worker from one task to the next: work, and what comes with it",
    );
    for workers in [1, pool] {
        text::plot(workers, &curves);
    }
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent();
    let picture = target.context("a target folder")?.join("metg.svg");
    picture::draw(&picture, &[1, pool], &curves)?;
    table.note(&format!("\nDrawn in {}", picture.display()));
    Ok(())
}
