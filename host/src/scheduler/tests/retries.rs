//! Attempts that are followed by others, or not.

use super::*;

#[test]
fn a_retry_waits_without_a_slot() {
    check(
        1,
        "0 flow f
         1 task a in f retries 1
         2 task b in f
         3 fail a
         4 ok b
         50 tick
         103 tick
         104 fail a",
        "0 f created
         0 f attempt 1
         1 a created
         1 a submitted
         1 a attempt 1
         2 b created
         2 b submitted
         3 a retries at 103
         3 b attempt 1
         4 b completed
         103 a attempt 2
         104 a Failed('no')",
    );
}

#[test]
fn a_permanent_failure_skips_the_retries() {
    check(
        1,
        "0 flow f
         1 task a in f retries 3
         2 give-up a",
        "0 f created
         0 f attempt 1
         1 a created
         1 a submitted
         1 a attempt 1
         2 a Failed('no')",
    );
}

#[test]
fn a_flow_is_retried_when_its_runs_have_ended() {
    check(
        9,
        "0 flow f retries 1
         1 task a in f
         2 fail f
         3 ok a
         4 tick
         103 tick
         104 fail f",
        "0 f created
         0 f attempt 1
         1 a created
         1 a submitted
         1 a attempt 1
         2 f returned, 1 left
         3 a completed
         3 f retries at 103
         103 f attempt 2
         104 f Failed('no') 0/0",
    );
}

#[test]
fn a_condition_decides_about_an_attempt_that_timed_out() {
    check(
        1,
        "0 flow f
         1 task a in f retries 2 retry-if-asked 1
         2 task b in f
         3 time-out a
         4 ok b
         5 decide a true
         105 tick
         106 time-out a
         107 decide a false
         108 ok f",
        "0 f created
         0 f attempt 1
         1 a created
         1 a submitted
         1 a attempt 1
         2 b created
         2 b submitted
         3 a asks: TimedOut
         3 b attempt 1
         4 b completed
         5 a decided: true
         5 a retries at 105
         105 a attempt 2
         106 a asks: TimedOut
         107 a decided: false
         107 a TimedOut('no', type=FAILED)
         108 f completed 1/2",
    );
}

#[test]
fn a_condition_that_fails_is_a_no() {
    check(
        1,
        "0 flow f retries 1 retry-if-asked 1
         1 task a in f
         2 time-out f
         3 ok a
         4 decide f none",
        "0 f created
         0 f attempt 1
         1 a created
         1 a submitted
         1 a attempt 1
         2 f returned, 1 left
         2 a cancelling
         3 a Cancelled(''f' timed out')
         3 f asks: TimedOut
         4 f decided: Crashed('no')
         4 f TimedOut('no', type=FAILED) 0/1",
    );
}

#[test]
fn a_condition_is_not_asked_where_nothing_depends_on_it() {
    check(
        9,
        "0 flow f
         1 task a in f retry-if-asked 1
         2 task b in f retry-if-asked 1 retries 1
         3 time-out a
         4 fail b
         104 tick
         105 give-up b",
        "0 f created
         0 f attempt 1
         1 a created
         1 a submitted
         1 a attempt 1
         2 b created
         2 b submitted
         2 b attempt 1
         3 a TimedOut('no', type=FAILED)
         4 b retries at 104
         104 b attempt 2
         105 b Failed('no')",
    );
}

#[test]
fn a_run_is_cancelled_while_its_condition_is_asked() {
    check(
        1,
        "0 flow f
         1 task a in f retries 1 retry-if-asked 1
         2 time-out a
         3 cancel a
         4 decide a true
         5 ok f",
        "0 f created
         0 f attempt 1
         1 a created
         1 a submitted
         1 a attempt 1
         2 a asks: TimedOut
         3 a cancelling
         4 a decided: true
         4 a Cancelled('stop')
         5 f completed 0/1",
    );
}
