//! Two task runs that print at the same time.

use std::io::Write;
use std::time::Duration;

use wflow::prelude::*;

/// Prints each value after half a second, and a carriage return.
#[task]
fn print_values(values: Vec<String>) -> Result<()> {
    for value in values {
        std::thread::sleep(Duration::from_millis(500));
        print!("{value}\r");
        std::io::stdout().flush()?;
    }
    Ok(())
}

#[flow]
fn my_flow() -> Result<()> {
    let a = print_values::submit(vec!["AAAA".into(); 15]);
    let b = print_values::submit(vec!["BBBB".into(); 10]);
    a.result()?;
    b.result()
}
