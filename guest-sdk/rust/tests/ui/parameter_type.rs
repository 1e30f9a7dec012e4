//! Types of one's own need to be told to serde and schemars.

use wflow::prelude::*;

struct Point {
    x: f64,
}

#[task]
fn far(point: Point) -> bool {
    point.x > 1e9
}

fn main() {}
