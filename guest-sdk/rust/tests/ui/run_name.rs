use wflow::prelude::*;

#[task(run_name = "load {pth}")]
fn load(path: String) {}

fn main() {}
