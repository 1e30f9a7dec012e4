//! Scripts of runs whose results are kept.

use super::check;

#[test]
fn a_result_that_was_kept_ends_a_run_without_a_slot() {
    check(
        1,
        "0 flow f
         1 task a in f
         2 task b in f cached
         3 hit b
         4 task c in f after b
         5 ok f",
        "0 f created
         0 f attempt 1
         1 a created
         1 a submitted
         1 a attempt 1
         2 b created
         2 b submitted
         3 b cached
         4 c created
         4 c submitted
         5 f returned, 2 left",
    );
}

#[test]
fn cached_runs_count_as_completed() {
    check(
        1,
        "0 flow f
         1 task a in f cached
         2 task b in f after a
         3 hit a
         4 ok b
         5 ok f",
        "0 f created
         0 f attempt 1
         1 a created
         1 a submitted
         2 b created
         3 a cached
         3 b submitted
         3 b attempt 1
         4 b completed
         5 f completed 2/2",
    );
}

#[test]
fn a_run_without_a_result_takes_its_turn() {
    check(
        1,
        "0 flow f
         1 task a in f cached
         2 task b in f
         3 miss a k
         4 ok b
         5 ok a",
        "0 f created
         0 f attempt 1
         1 a created
         1 a submitted
         2 b created
         2 b submitted
         2 b attempt 1
         4 b completed
         4 a attempt 1
         5 a completed",
    );
}

#[test]
fn an_offer_ends_those_of_its_key_that_have_not_started() {
    check(
        2,
        "0 flow f
         1 task a in f cached
         1 miss a k
         2 task b in f cached
         2 miss b k
         3 task c in f cached
         3 miss c k
         4 task d in f cached
         4 miss d l
         5 task e in f refreshing
         5 miss e k
         6 offer a",
        "0 f created
         0 f attempt 1
         1 a created
         1 a submitted
         1 a attempt 1
         2 b created
         2 b submitted
         2 b attempt 1
         3 c created
         3 c submitted
         4 d created
         4 d submitted
         5 e created
         5 e submitted
         6 a completed
         6 c cached
         6 d attempt 1",
    );
}

#[test]
fn an_offer_ends_the_pause_before_a_retry() {
    check(
        9,
        "0 flow f
         1 task a in f cached retries 1
         1 miss a k
         2 task b in f cached
         2 miss b k
         3 fail a
         4 offer b
         103 tick",
        "0 f created
         0 f attempt 1
         1 a created
         1 a submitted
         1 a attempt 1
         2 b created
         2 b submitted
         2 b attempt 1
         3 a retries at 103
         4 b completed
         4 a cached",
    );
}

#[test]
fn what_a_cancelled_run_offers_is_for_nobody() {
    check(
        1,
        "0 flow f
         1 task a in f cached
         1 miss a k
         2 task b in f cached
         2 miss b k
         3 cancel a
         4 offer a",
        "0 f created
         0 f attempt 1
         1 a created
         1 a submitted
         1 a attempt 1
         2 b created
         2 b submitted
         3 a cancelling
         4 a Cancelled('stop')
         4 b attempt 1",
    );
}

#[test]
fn an_answer_that_meets_a_cancellation_is_for_nobody() {
    check(
        1,
        "0 flow f
         1 task a in f cached
         2 cancel a
         3 hit a",
        "0 f created
         0 f attempt 1
         1 a created
         1 a submitted
         2 a Cancelled('stop')",
    );
}

#[test]
fn runs_of_one_key_wait_for_the_one_that_executes() {
    check(
        9,
        "0 flow f
         1 task a in f serializable
         1 miss a k
         2 task b in f serializable
         2 miss b k
         3 task c in f serializable
         3 miss c k
         4 task d in f serializable
         4 miss d l
         5 fail a
         6 offer b",
        "0 f created
         0 f attempt 1
         1 a created
         1 a submitted
         1 a attempt 1
         2 b created
         2 b submitted
         3 c created
         3 c submitted
         4 d created
         4 d submitted
         4 d attempt 1
         5 a Failed('no')
         5 b attempt 1
         6 b completed
         6 c cached",
    );
}

#[test]
fn a_result_that_is_not_offered_makes_way_for_the_next() {
    check(
        9,
        "0 flow f
         1 task a in f serializable
         1 miss a k
         2 task b in f serializable
         2 miss b k
         3 ok a",
        "0 f created
         0 f attempt 1
         1 a created
         1 a submitted
         1 a attempt 1
         2 b created
         2 b submitted
         3 a completed
         3 b attempt 1",
    );
}

#[test]
fn a_run_never_waits_for_the_one_that_waits_for_it() {
    check(
        9,
        "0 flow f
         1 task a in f serializable
         1 miss a k
         2 task b in a serializable
         2 miss b k
         3 task c in f serializable
         3 miss c k
         4 ok b
         5 offer a",
        "0 f created
         0 f attempt 1
         1 a created
         1 a submitted
         1 a attempt 1
         2 b created
         2 b submitted
         2 b attempt 1
         3 c created
         3 c submitted
         4 b completed
         5 a completed
         5 c cached",
    );
}
