//! What all runs may use together.

use super::*;

const MIB: u64 = 1 << 20;

fn with(quotas: Quotas) -> Scheduler {
    Scheduler::new(9, &[], quotas)
}

#[test]
fn memory_is_reserved_before_a_run_starts() {
    // As nobody knows what a run of the task takes, 16 MiB are taken for it.
    let memory = 40 * MIB;
    let quotas = Quotas {
        memory,
        ..Quotas::default()
    };
    check_scheduler(
        with(quotas),
        "0 flow f
         1 task a in f
         2 task b in f
         3 task c of other in f
         4 task d of other in f
         5 ok a
         6 ok f",
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
         3 c waits for memory: 32.0 MiB of 40.0 MiB are reserved (--total-memory)
         4 d created
         4 d submitted
         5 a completed
         5 c attempt 1
         5 d waits for memory: 32.0 MiB of 40.0 MiB are reserved (--total-memory)
         6 f returned, 3 left",
    );
}

#[test]
fn where_no_run_executes_one_starts_all_the_same() {
    let quotas = Quotas {
        memory: MIB,
        ..Quotas::default()
    };
    check_scheduler(
        with(quotas),
        "0 flow f
         1 task a in f
         2 task b in a
         3 wait a
         4 ok b
         5 awake a",
        "0 f created
         0 f attempt 1
         1 a created
         1 a submitted
         1 a attempt 1
         2 b created
         2 b submitted
         2 b waits for memory: 16.0 MiB of 1.0 MiB are reserved (--total-memory)
         3 a yielded
         3 b attempt 1
         4 b completed
         5 a resumed",
    );
}

#[test]
fn what_runs_of_a_task_have_used_is_reserved_for_others() {
    let quotas = Quotas {
        memory: 40 * MIB,
        ..Quotas::default()
    };
    let mut scheduler = with(quotas);
    let now = Timestamp::UNIX_EPOCH;
    for input in ["flow f", "task a of t in f"] {
        scheduler.handle(now, parse(input));
    }
    let ended = Input::AttemptEnded {
        run: id("a"),
        outcome: Outcome::Completed(Value::null()),
        usage: Usage {
            memory: 30 * MIB,
            ..Usage::default()
        },
    };
    scheduler.handle(now, ended);
    let started = |input: &str, scheduler: &mut Scheduler| {
        let events = scheduler.handle(now, parse(input));
        let is_start = |event: &Event| matches!(event.kind, EventKind::AttemptStarted { .. });
        events.iter().any(is_start)
    };
    assert!(started("task b of t in f", &mut scheduler));
    assert!(!started("task c of t in f", &mut scheduler));
}

#[test]
fn cpu_time_of_the_hour_is_waited_for() {
    let seconds = |at: i64| Timestamp::from_second(at).expect("in range");
    let quotas = Quotas {
        cpu_per_hour: Some(10_000_000),
        spent: vec![(seconds(-1800), 4_000_000), (seconds(-3000), 6_000_000)],
        ..Quotas::default()
    };
    check_scheduler(
        with(quotas),
        "0 flow f
         1 task a in f
         599999 tick
         600000 tick",
        "0 f created
         0 f attempt 1
         1 a created
         1 a submitted
         1 a waits for CPU time: 10.0 s of 10.0 s were used in the last hour (--cpu-per-hour)
         600000 a attempt 1",
    );
}

#[test]
fn runs_beyond_a_quota_are_denied() {
    let queued = Quotas {
        queued: 2,
        ..Quotas::default()
    };
    check_scheduler(
        with(queued),
        "0 flow f
         1 task a in f
         2 task b in f
         3 ok a
         4 task c in f",
        "0 f created
         0 f attempt 1
         1 a created
         1 a submitted
         1 a attempt 1
         2 b created
         2 b Denied('the quota of 2 runs that have not ended is used up; raise it with --max-queued', type=FAILED)
         3 a completed
         4 c created
         4 c submitted
         4 c attempt 1",
    );
}
