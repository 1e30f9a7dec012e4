//! Runs that are resumed, paused and suspended.

use jiff::SignedDuration;

use super::*;

#[test]
fn a_resumed_flow_run_goes_on_where_it_stood() {
    check(
        1,
        "0 flow f began 1
         1 task done in f ended completed
         2 task lost in f ended failed
         3 task half in f began 1 failures 1 retries 2
         4 task next in f after done
         5 task never in f after lost
         6 fail half
         108 ok next
         109 fail half
         110 ok f",
        "0 f created again
         0 f attempt 2
         3 half created again
         3 half submitted
         3 half attempt 2
         4 next created
         4 next submitted
         5 never created
         5 never UpstreamFailed('upstream run 'lost' did not complete', type=FAILED)
         6 half retries at 106
         6 next attempt 1
         108 next completed
         108 half attempt 3
         109 half Failed('no')
         110 f completed 2/5",
    );
}

#[test]
fn a_paused_flow_goes_on_when_somebody_answers() {
    check(
        1,
        "0 flow f
         1 task a in f
         2 pause f
         3 refuse f
         4 ok a
         5 answer f
         6 answer f
         7 pause f
         8 answer f
         9 ok f
         10 answer f",
        "0 f created
         0 f attempt 1
         1 a created
         1 a submitted
         1 a attempt 1
         2 f paused
         3 f refuses: no
         4 a completed
         5 f answered
         6 f refuses: it waits for no answer
         7 f paused
         8 f answered
         9 f completed 1/1",
    );
}

#[test]
fn a_pause_is_over_when_its_own_time_is() {
    check(
        1,
        "0 flow f
         1 pause f for 50
         2 answer f
         3 pause f for 100
         51 tick
         102 tick
         103 tick
         104 answer f
         105 ok f",
        "0 f created
         0 f attempt 1
         1 f paused until 51
         2 f answered
         3 f paused until 103
         103 f unanswered
         104 f refuses: it waits for no answer
         105 f completed 0/0",
    );
}

#[test]
fn a_paused_flow_can_be_cancelled_and_time_out() {
    check(
        1,
        "0 flow f
         1 flow s in f retries 1
         2 pause s for 50
         3 time-out s
         103 tick
         104 pause s for 50
         105 cancel f
         106 answer s
         154 tick
         155 ok s
         156 pause f
         157 ok f",
        "0 f created
         0 f attempt 1
         1 s created
         1 s attempt 1
         2 s paused until 52
         3 s retries at 103
         103 s attempt 2
         104 s paused until 154
         105 f cancelling
         105 s cancelling
         106 s refuses: it waits for no answer
         155 s Cancelled('stop') 0/0
         157 f Cancelled('stop') 0/1",
    );
}

#[test]
fn a_flow_run_is_suspended_when_all_of_its_runs_only_wait() {
    let mut scheduler = Scheduler::new(2, &[], Quotas::default());
    scheduler.suspend_after(SignedDuration::from_millis(10));
    check_scheduler(
        scheduler,
        "0 flow f
         1 task a in f retries 1
         2 sleep f 5000
         13 tick
         14 fail a
         20 tick
         24 tick",
        "0 f created
         0 f attempt 1
         1 a created
         1 a submitted
         1 a attempt 1
         14 a retries at 114
         24 f suspended until 114",
    );
}

#[test]
fn a_flow_run_that_is_soon_to_wake_or_does_something_is_not_suspended() {
    let mut scheduler = Scheduler::new(2, &[], Quotas::default());
    scheduler.suspend_after(SignedDuration::from_millis(10));
    check_scheduler(
        scheduler,
        "0 flow f
         1 sleep f 15
         11 tick
         15 wake f
         40 tick
         50 pause f
         55 tick
         60 tick",
        "0 f created
         0 f attempt 1
         50 f paused
         60 f suspended",
    );
}
