//! Async tasks: one that is awaited, then two at once.

use std::io::{Write, stdout};
use std::time::Duration;

use wflow::prelude::*;

/// Prints each value after a second.
#[task]
async fn print_values(values: Vec<String>) -> Result<()> {
    for value in values {
        wflow::sleep(Duration::from_secs(1)).await;
        print!("{value} ");
        stdout().flush()?;
    }
    Ok(())
}

/// Prints two values, then two lists of four at once.
#[flow]
async fn async_flow() -> Result<()> {
    print_values(vec!["1".into(), "2".into()]).await?;
    let both = ["abcd", "6789"].map(|text| print_values(characters(text)));
    wflow::join_all(both).await.into_iter().collect()
}

fn characters(text: &str) -> Vec<String> {
    text.chars().map(String::from).collect()
}
