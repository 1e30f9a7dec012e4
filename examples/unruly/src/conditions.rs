//! Conditions that are asked about attempts which crashed or timed out.

use std::time::Duration;
use std::{hint, thread};

use wflow::FailureKind;
use wflow::prelude::*;

/// Decides by the last words of the attempt, if it had any.
fn is_worth_it(failure: &Failure) -> bool {
    match failure.message() {
        message if message.contains("once more") => true,
        message if message.contains("crash the condition") => panic!("no idea"),
        message if message.contains("keep the condition") => spin(),
        _ => failure.kind() == FailureKind::TimedOut,
    }
}

fn spin() -> ! {
    loop {
        hint::black_box(());
    }
}

/// Crashes with these words, or times out if there are none.
#[task(retries = 2, retry_if = is_worth_it, timeout = "100ms")]
fn gone(last_words: String) {
    match &*last_words {
        "" => thread::sleep(Duration::from_secs(3600)),
        words => panic!("{words}"),
    }
}

/// Runs the task of which a condition decides whether it is tried again.
#[flow]
fn gone_task(last_words: String) -> Result<()> {
    gone(last_words)
}

/// Crashes with these words itself.
#[flow(retries = 2, retry_if = is_worth_it)]
fn gone_flow(last_words: String) {
    panic!("{last_words}");
}
