//! Efficiency over granularity, for a terminal.

#![expect(clippy::print_stdout, reason = "the plot is what it is for")]

use crate::curve::{Curve, Point};
use crate::grid::{PATTERNS, Runner};

const WIDTH: usize = 61;
const HEIGHT: usize = 11;
/// Microseconds, as powers of ten.
const FROM: f64 = 1.0;
const TO: f64 = 4.0;
const ALONE: char = '.';
const MARKS: [char; PATTERNS.len()] = ['o', 's', 'f', 't'];

/// All curves of so many workers.
pub(crate) fn plot(workers: u32, curves: &[Curve]) {
    let mut canvas = [[' '; WIDTH]; HEIGHT];
    for curve in curves.iter().filter(|it| it.runner.workers() == workers) {
        let mark = mark(curve);
        let cells = curve.points.iter().filter_map(cell);
        cells.for_each(|(column, row)| canvas[row][column] = mark);
    }
    let plural = if workers == 1 { "" } else { "s" };
    println!("\nEfficiency, %, on {workers} worker{plural}");
    for (row, line) in canvas.iter().enumerate() {
        let percent = 100 - 100 * row / (HEIGHT - 1);
        println!(
            "{percent:>4} |{}",
            line.iter().collect::<String>().trim_end()
        );
    }
    println!("     +{}", "-".repeat(WIDTH));
    println!("      10 µs{:>19}{:>20}{:>19}", "100 µs", "1 ms", "10 ms");
    let marks = PATTERNS.iter().zip(MARKS);
    let legend: Vec<_> = marks
        .map(|(pattern, mark)| format!("{mark} {pattern}"))
        .collect();
    println!("      {}, {ALONE} wasmtime alone", legend.join(", "));
}

fn mark(curve: &Curve) -> char {
    let place = PATTERNS.iter().position(|it| *it == curve.pattern);
    match (curve.runner, place) {
        (Runner::Bare { .. }, _) | (_, None) => ALONE,
        (_, Some(place)) => MARKS[place],
    }
}

/// Column and row; none beside the canvas.
fn cell(point: &Point) -> Option<(usize, usize)> {
    let across = (point.granularity.log10() - FROM) / (TO - FROM);
    let column = (across * (WIDTH - 1) as f64).round();
    let row = ((1.0 - point.efficiency) * (HEIGHT - 1) as f64).round();
    let inside = (0.0..WIDTH as f64).contains(&column) && (0.0..HEIGHT as f64).contains(&row);
    inside.then_some((column as usize, row as usize))
}
