//! Counts the letters of a text: a flow and two tasks to start from.
//!
//! `wflow run .` runs the flow, `wflow run . -p text="lorem ipsum"` gives it another text, and
//! `wflow inspect .` shows what there is to run.

use wflow::prelude::*;

/// Counts the letters of a word.
///
/// Every run has a WebAssembly instance of its own. An attempt that returns an error is followed by
/// up to two more; `-p text="catch 22"` shows it.
#[task(retries = 2, retry_delay = "200ms")]
fn count(word: String) -> Result<usize> {
    match word.chars().filter(|c| c.is_alphabetic()).count() {
        0 => Err(Failure::new(format!("'{word}' has no letters"))),
        letters => Ok(letters),
    }
}

/// Adds two numbers.
#[task]
fn add(a: usize, b: usize) -> usize {
    a + b
}

/// Counts the letters of a text, one task run for each word.
#[flow]
fn letters(
    /// A parameter with a default may be left out.
    #[default("The quick brown fox jumps over the lazy dog")]
    text: String,
) -> Result<usize> {
    // `map` submits one run for each word. It returns at once, with a list of futures.
    let counts = count::map(text.split_whitespace());

    // `submit` submits one run. It takes futures where the task takes values: the run starts when
    // both numbers are there, and they go from run to run without passing through the flow.
    let mut total = add::submit(0, 0);
    for count in &counts {
        total = add::submit(&total, count);
    }

    // `result` waits. If a run has failed, `?` or, as here, the flow's own result passes that on.
    total.result()
}
