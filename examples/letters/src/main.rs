//! A WASI command that knows nothing of wflow: `letters MOST` reads a text from stdin, and prints its most
//! frequent letters as JSON.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command prints"
)]

use std::collections::BTreeMap;
use std::process::ExitCode;

fn main() -> ExitCode {
    let most = std::env::args().nth(1).and_then(|most| most.parse().ok());
    let Some(most) = most else {
        eprintln!("usage: letters MOST < TEXT");
        return ExitCode::from(2);
    };
    let text = match std::io::read_to_string(std::io::stdin()) {
        Ok(text) => text,
        Err(error) => {
            eprintln!("cannot read the text: {error}");
            return ExitCode::FAILURE;
        }
    };
    let mut counts = BTreeMap::new();
    for letter in text.chars().filter(|char| char.is_alphabetic()) {
        *counts.entry(letter.to_ascii_lowercase()).or_insert(0) += 1;
    }
    let mut counts: Vec<(char, u64)> = counts.into_iter().collect();
    counts.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
    counts.truncate(most);
    let counts: Vec<_> = counts
        .iter()
        .map(|(letter, count)| format!("[\"{letter}\",{count}]"))
        .collect();
    println!("[{}]", counts.join(","));
    ExitCode::SUCCESS
}
