//! How runs end: awaited, cancelled, timed out, with their hooks.

use super::*;

#[test]
fn a_flow_that_returned_awaits_its_runs() {
    check(
        9,
        "0 flow f
         1 task a in f
         2 ok f
         3 fail a",
        "0 f created
         0 f attempt 1
         1 a created
         1 a submitted
         1 a attempt 1
         2 f returned, 1 left
         3 a Failed('no')
         3 f completed 0/1",
    );
}

#[test]
fn cancelling_a_flow_cancels_its_runs_and_subflows() {
    check(
        1,
        "0 flow f
         1 task a in f
         2 task b in f
         3 flow s in f
         4 cancel f
         5 ok a
         6 ok s
         7 ok f",
        "0 f created
         0 f attempt 1
         1 a created
         1 a submitted
         1 a attempt 1
         2 b created
         2 b submitted
         3 s created
         3 s attempt 1
         4 f cancelling
         4 a cancelling
         4 b Cancelled('stop')
         4 s cancelling
         5 a Cancelled('stop')
         6 s Cancelled('stop') 0/0
         7 f Cancelled('stop') 0/3",
    );
}

#[test]
fn a_flow_that_is_cancelled_after_it_returned_is_cancelled() {
    check(
        1,
        "0 flow f
         1 task a in f
         2 ok f
         3 cancel f
         4 ok a",
        "0 f created
         0 f attempt 1
         1 a created
         1 a submitted
         1 a attempt 1
         2 f returned, 1 left
         3 f cancelling
         3 a cancelling
         4 a Cancelled('stop')
         4 f Cancelled('stop') 0/1",
    );
}

#[test]
fn a_submit_that_meets_a_cancellation_never_starts() {
    check(
        1,
        "0 flow f
         1 cancel f
         2 task a in f
         3 ok f",
        "0 f created
         0 f attempt 1
         1 f cancelling
         2 a created
         2 a Cancelled('stop')
         3 f Cancelled('stop') 0/1",
    );
}

#[test]
fn a_flow_that_timed_out_takes_its_runs_along() {
    check(
        1,
        "0 flow f
         1 task a in f
         2 time-out f
         3 ok a",
        "0 f created
         0 f attempt 1
         1 a created
         1 a submitted
         1 a attempt 1
         2 f returned, 1 left
         2 a cancelling
         3 a Cancelled(''f' timed out')
         3 f TimedOut('no', type=FAILED) 0/1",
    );
}

#[test]
fn a_task_that_timed_out_takes_its_runs_along() {
    check(
        1,
        "0 flow f
         1 task a in f
         2 task b in a
         3 time-out a",
        "0 f created
         0 f attempt 1
         1 a created
         1 a submitted
         1 a attempt 1
         2 b created
         2 b submitted
         3 b Cancelled(''a' timed out')
         3 a TimedOut('no', type=FAILED)",
    );
}

#[test]
fn a_flow_that_returned_has_a_deadline_still() {
    check(
        9,
        "0 flow f timeout 50
         1 task a in f
         2 ok f
         50 tick
         51 ok a",
        "0 f created
         0 f attempt 1
         1 a created
         1 a submitted
         1 a attempt 1
         2 f returned, 1 left
         50 a cancelling
         51 a Cancelled(''f' timed out')
         51 f TimedOut('exceeded its timeout of 0.05 s', type=FAILED) 0/1",
    );
}

#[test]
fn a_cancelled_flow_reaches_the_runs_of_runs_that_have_ended() {
    check(
        9,
        "0 flow f
         1 task a in f
         2 task b in a
         3 fail a
         4 cancel f",
        "0 f created
         0 f attempt 1
         1 a created
         1 a submitted
         1 a attempt 1
         2 b created
         2 b submitted
         2 b attempt 1
         3 a Failed('no')
         4 f cancelling
         4 b cancelling",
    );
}

#[test]
fn hooks_are_called_one_after_another_when_a_run_has_ended() {
    check(
        9,
        "0 flow f
         1 task a in f on-failure x,y retries 1
         2 fail a
         102 tick
         103 fail a
         104 hooked a x
         105 ok f
         106 hooked a y",
        "0 f created
         0 f attempt 1
         1 a created
         1 a submitted
         1 a attempt 1
         2 a retries at 102
         102 a attempt 2
         103 a Failed('no')
         103 a calls x: Failed
         104 a called x
         104 a calls y: Failed
         105 f completed 0/1
         106 a called y",
    );
}
