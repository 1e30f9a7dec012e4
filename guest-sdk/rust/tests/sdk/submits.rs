//! What a submit makes of its arguments before the host sees them.

use std::panic::{UnwindSafe, catch_unwind};

use wflow::prelude::*;

#[task]
fn repeat(text: String, times: usize) -> String {
    text.repeat(times)
}

#[track_caller]
fn check(submit: impl FnOnce() + UnwindSafe, panics: &str) {
    let payload = catch_unwind(submit).expect_err("it panics");
    let message = payload
        .downcast_ref::<String>()
        .expect("a formatted message");
    assert!(message.contains(panics), "{message}");
}

#[test]
fn lists_of_a_map_have_one_length() {
    check(
        || drop(repeat::map(["a", "b"], [1])),
        "`repeat::map`: `text` has 2 values and `times` has 1; use `wflow::unmapped`",
    );
    check(
        || drop(repeat::map(wflow::unmapped("a"), wflow::unmapped(1))),
        "every value is unmapped",
    );
}

#[test]
fn nothing_can_be_submitted_without_a_host() {
    let outside = "was called outside of wflow";
    check(|| drop(repeat("a", 1)), outside);
    check(|| drop(repeat::with().retries(1).submit("a", 1)), outside);
    check(|| drop(repeat::map(["a"], wflow::unmapped(2))), outside);
}
