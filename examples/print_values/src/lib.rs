//! Two task runs that print at the same time.

use std::io::{Write, stdout};
use std::thread::sleep;
use std::time::Duration;

use wflow::prelude::*;

/// Prints each value after half a second, and a carriage return.
#[task]
fn print_values(values: Vec<String>) -> Result<()> {
    for value in values {
        sleep(Duration::from_millis(500));
        print!("{value}\r");
        stdout().flush()?;
    }
    Ok(())
}

/// Prints two lists at once.
#[flow]
fn my_flow() -> Result<()> {
    let a = print_values::submit(vec!["AAAA".into(); 15]);
    let b = print_values::submit(vec!["BBBB".into(); 10]);
    a.result()?;
    b.result()
}
