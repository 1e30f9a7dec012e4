//! When runs start: upstreams, slots, priorities, limits.

use super::*;

#[test]
fn a_run_starts_when_a_slot_is_free() {
    check(
        1,
        "0 flow f
         1 task a in f
         2 task b in f
         3 ok a
         4 ok b
         5 ok f",
        "0 f created
         0 f attempt 1
         1 a created
         1 a submitted
         1 a attempt 1
         2 b created
         2 b submitted
         3 a completed
         3 b attempt 1
         4 b completed
         5 f completed 2/2",
    );
}

#[test]
fn a_run_waits_for_its_upstreams() {
    check(
        9,
        "0 flow f
         1 task a in f
         2 task b in f after a
         3 ok a",
        "0 f created
         0 f attempt 1
         1 a created
         1 a submitted
         1 a attempt 1
         2 b created
         3 a completed
         3 b submitted
         3 b attempt 1",
    );
}

#[test]
fn a_failed_upstream_fails_its_dependents_without_a_start() {
    check(
        9,
        "0 flow f
         1 task a in f
         2 task b in f after a
         3 task c in f after b
         4 fail a
         5 task d in f after a",
        "0 f created
         0 f attempt 1
         1 a created
         1 a submitted
         1 a attempt 1
         2 b created
         3 c created
         4 a Failed('no')
         4 b UpstreamFailed('upstream run 'a' did not complete', type=FAILED)
         4 c UpstreamFailed('upstream run 'b' did not complete', type=FAILED)
         5 d created
         5 d UpstreamFailed('upstream run 'a' did not complete', type=FAILED)",
    );
}

#[test]
fn a_waiting_run_holds_no_slot_and_gets_the_next_one() {
    check(
        1,
        "0 flow f
         1 task a in f
         2 task b in a
         3 task c in f
         4 wait a
         5 ok b
         6 awake a
         7 ok c
         8 ok a",
        "0 f created
         0 f attempt 1
         1 a created
         1 a submitted
         1 a attempt 1
         2 b created
         2 b submitted
         3 c created
         3 c submitted
         4 a yielded
         4 b attempt 1
         5 b completed
         5 c attempt 1
         7 c completed
         7 a resumed
         8 a completed",
    );
}

#[test]
fn an_allowed_failure_starts_the_dependent() {
    check(
        9,
        "0 flow f
         1 task a in f
         2 task b in f after-failure-of a
         3 task c in f after a after-failure-of b
         4 fail a",
        "0 f created
         0 f attempt 1
         1 a created
         1 a submitted
         1 a attempt 1
         2 b created
         3 c created
         4 a Failed('no')
         4 b submitted
         4 c UpstreamFailed('upstream run 'a' did not complete', type=FAILED)
         4 b attempt 1",
    );
}

#[test]
fn a_submit_that_cannot_work_ends_at_once() {
    check(
        9,
        "0 flow f
         1 task a in f refused nonsense
         2 task b in f after a",
        "0 f created
         0 f attempt 1
         1 a created
         1 a InvalidInput('nonsense', type=FAILED)
         2 b created
         2 b UpstreamFailed('upstream run 'a' did not complete', type=FAILED)",
    );
}

#[test]
fn a_higher_priority_starts_first() {
    check(
        1,
        "0 flow f
         1 task a in f
         2 task b in f
         3 task c in f priority 1
         4 ok a
         5 ok c",
        "0 f created
         0 f attempt 1
         1 a created
         1 a submitted
         1 a attempt 1
         2 b created
         2 b submitted
         3 c created
         3 c submitted
         4 a completed
         4 c attempt 1
         5 c completed
         5 b attempt 1",
    );
}

#[test]
fn limits_hold_per_task_and_tag() {
    check_limited(
        9,
        &["tag:db=1", "task:slow=1"],
        "0 flow f
         1 task a in f tag db
         2 task b in f tag db of slow
         3 task c in f of slow
         4 task d in f
         5 ok c
         6 ok a",
        "0 f created
         0 f attempt 1
         1 a created
         1 a submitted
         1 a attempt 1
         2 b created
         2 b submitted
         3 c created
         3 c submitted
         3 c attempt 1
         4 d created
         4 d submitted
         4 d attempt 1
         5 c completed
         6 a completed
         6 b attempt 1",
    );
}

#[test]
fn starts_keep_their_distance_at_a_rate() {
    check_limited(
        9,
        &["tag:api=10/s"],
        "0 flow f
         1 task a in f tag api
         2 task b in f tag api
         3 task c in f tag api
         4 ok a
         101 tick
         200 tick
         201 tick",
        "0 f created
         0 f attempt 1
         1 a created
         1 a submitted
         1 a attempt 1
         2 b created
         2 b submitted
         3 c created
         3 c submitted
         4 a completed
         101 b attempt 1
         201 c attempt 1",
    );
}

#[test]
fn a_long_chain_of_dependents_fails_without_recursion() {
    let mut scheduler = Scheduler::new(1, &[], Quotas::default());
    let now = Timestamp::UNIX_EPOCH;
    // As in ids of version 7, the counter comes before 32 random bits.
    let run = |n: u32| RunId(uuid::Uuid::from_u128(u128::from(n) << 32));
    let mut submit = |n: u32, what, upstream: Option<u32>| {
        let upstreams = upstream.map(|upstream| Upstream {
            run: run(upstream),
            allow_failure: false,
        });
        let new = NewRun {
            run: run(n),
            name: "r".into(),
            parent: (n > 0).then_some(run(0)),
            what,
            policy: Arc::default(),
            arguments: Vec::new(),
            upstreams: upstreams.into_iter().collect(),
            refusal: None,
            past: Past::None,
        };
        scheduler.handle(now, Input::Submitted(Box::new(new)));
    };
    let flow = NewRunOf::Flow {
        runner: RunnerKind::Concurrent,
        workers: 1,
        timeout_ms: None,
    };
    submit(0, flow, None);
    for n in 1..100_000 {
        let task = NewRunOf::Task {
            priority: 0,
            cache: None,
        };
        submit(n, task, (n > 1).then_some(n - 1));
    }
    let outcome = Outcome::failed(FailureKind::Failed, "no");
    let events = scheduler.handle(
        now,
        Input::AttemptEnded {
            run: run(1),
            outcome,
            usage: Usage::default(),
        },
    );
    assert_eq!(events.len(), 99_999);
}
