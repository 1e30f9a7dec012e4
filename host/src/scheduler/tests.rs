//! Scripts: inputs in, events out.

use std::fmt::Write;
use std::sync::Arc;

use jiff::SignedDuration;

use super::*;
use crate::model::{
    CacheIsolation, CacheKey, CacheUse, Failure, FailureKind, Hooks, Outcome, Retries, RunnerKind,
    Value,
};

/// Plays a script and compares what happened.
///
/// A line is a time in milliseconds and an input: `flow F [in PARENT]`, `task T in PARENT` (both
/// `[after A,B] [after-failure-of A] [retries N] [retry-if-asked 1] [timeout MS] [priority N]
/// [of TASK] [tag TAG] [on-failure HOOK,HOOK] [began N [failures N]] [ended STATE]`), and of a task
/// `[cached|refreshing|serializable]`; `miss R KEY`, `hit R`, `offer R`, `hooked R HOOK`, `ok R`,
/// `fail R`, `give-up R`, `time-out R`, `decide R true|false|none`, `wait R`, `awake R`,
/// `pause R [for MS]`, `sleep R MS`, `wake R`, `answer R`, `refuse R`, `cancel R`, `tick`.
#[track_caller]
pub(super) fn check(slots: usize, script: &str, expected: &str) {
    check_limited(slots, &[], script, expected);
}

#[track_caller]
fn check_limited(slots: usize, limits: &[&str], script: &str, expected: &str) {
    let limits = limits.iter().map(|limit| limit.parse().expect("a limit"));
    let scheduler = Scheduler::new(slots, &limits.collect::<Vec<_>>());
    check_scheduler(scheduler, script, expected);
}

#[track_caller]
fn check_scheduler(mut scheduler: Scheduler, script: &str, expected: &str) {
    let mut happened = String::new();
    for line in script.lines().map(str::trim).filter(|l| !l.is_empty()) {
        let (at, input) = line.split_once(' ').expect("a time and an input");
        let now = Timestamp::from_millisecond(at.parse().expect("a time")).expect("in range");
        for event in scheduler.handle(now, parse(input)) {
            writeln!(happened, "{at} {}", describe(&event)).expect("a string takes all");
        }
    }
    let expected: Vec<_> = expected
        .lines()
        .map(str::trim)
        .filter(|l| !l.is_empty())
        .collect();
    let happened: Vec<_> = happened.lines().collect();
    assert_eq!(happened, expected);
}

fn id(name: &str) -> RunId {
    let mut bytes = [0; 16];
    bytes[..name.len()].copy_from_slice(name.as_bytes());
    RunId(uuid::Uuid::from_bytes(bytes))
}

fn name(id: RunId) -> String {
    let bytes = id.0.as_bytes();
    String::from_utf8_lossy(bytes)
        .trim_end_matches('\0')
        .to_owned()
}

fn parse(input: &str) -> Input {
    let words: Vec<_> = input.split(' ').collect();
    let run = words.get(1).map(|name| id(name)).unwrap_or(id(""));
    let failed = |kind, retryable| Input::AttemptEnded {
        run,
        outcome: Outcome::Failed(Failure {
            kind,
            message: "no".into(),
            retryable,
        }),
    };
    match words[0] {
        "flow" | "task" => submitted(&words),
        "ok" => Input::AttemptEnded {
            run,
            outcome: Outcome::Completed(Value::null()),
        },
        "offer" => Input::ResultOffered {
            run,
            result: Value::null(),
        },
        "miss" | "hit" => Input::CacheAnswered {
            run,
            key: words.get(2).map(|key| CacheKey([key.as_bytes()[0]; 32])),
            found: (words[0] == "hit").then(Value::null),
        },
        "fail" => failed(FailureKind::Failed, true),
        "time-out" => failed(FailureKind::TimedOut, true),
        "give-up" => failed(FailureKind::Failed, false),
        "wait" => Input::Waiting { run },
        "awake" => Input::WaitEnded { run },
        "pause" => Input::Paused {
            run,
            prompt: "Go on?".into(),
            schema: "".into(),
            timeout_ms: words.get(3).map(|ms| ms.parse().expect("a number")),
        },
        "answer" => Input::Answered {
            run,
            input: "null".into(),
        },
        "refuse" => Input::AnswerRefused {
            run,
            reason: "no".into(),
        },
        "sleep" => Input::Asleep {
            run,
            until: Timestamp::from_millisecond(words[2].parse().expect("a time"))
                .expect("in range"),
        },
        "wake" => Input::Awake { run },
        "cancel" => Input::CancelRequested {
            run,
            reason: "stop".into(),
        },
        "decide" => Input::RetryConditionDecided {
            run,
            outcome: match words[2] {
                "none" => Outcome::failed(FailureKind::Crashed, "no"),
                json => Outcome::Completed(Value::Json(json.into())),
            },
        },
        "hooked" => Input::HookEnded {
            run,
            hook: words[2].into(),
            outcome: Outcome::Completed(Value::null()),
        },
        "tick" => Input::Tick,
        other => panic!("no such input: {other}"),
    }
}

fn submitted(words: &[&str]) -> Input {
    let option = |key| words.iter().position(|w| *w == key).map(|at| words[at + 1]);
    let number = |key| option(key).map(|n| n.parse::<u32>().expect("a number"));
    let upstreams = |key, allow_failure| {
        let runs = option(key).into_iter().flat_map(|list| list.split(','));
        runs.map(move |run| Upstream {
            run: id(run),
            allow_failure,
        })
    };
    let what = match words[0] {
        "flow" => NewRunOf::Flow {
            flow: "flow".into(),
            runner: RunnerKind::Concurrent,
            workers: 1,
            timeout_ms: number("timeout").map(u64::from),
        },
        _ => NewRunOf::Task {
            task: option("of").unwrap_or("task").into(),
            priority: number("priority").map_or(0, |n| n as i32),
            cache: words.iter().find_map(|word| cache_use(word)),
        },
    };
    Input::Submitted(Box::new(NewRun {
        run: id(words[1]),
        name: words[1].into(),
        parent: option("in").map(id),
        what,
        tags: option("tag").into_iter().map(str::to_owned).collect(),
        arguments: Vec::new(),
        upstreams: upstreams("after", false)
            .chain(upstreams("after-failure-of", true))
            .collect(),
        refusal: option("refused").map(str::to_owned),
        retries: Arc::new(Retries {
            count: number("retries").unwrap_or(0),
            delays_ms: Box::new([100]),
            backoff: 1.0,
            jitter: 0.0,
            condition: option("retry-if-asked").is_some(),
        }),
        hooks: Arc::new(Hooks {
            on_failure: option("on-failure")
                .map_or(Vec::new(), |list| list.split(',').map(Arc::from).collect()),
            ..Hooks::default()
        }),
        past: past(
            option("began"),
            option("failures").unwrap_or("0"),
            option("ended"),
        ),
    }))
}

/// What an earlier process did: `began ATTEMPTS [failures TIMES]`, `ended STATE`.
fn past(began: Option<&str>, failed: &str, ended: Option<&str>) -> Past {
    let number = |text: &str| text.parse().expect("a number");
    match (began, ended) {
        (Some(attempts), _) => Past::Unfinished {
            attempts: number(attempts),
            retries: number(failed),
            due: None,
        },
        (None, Some(state)) => {
            let state = serde_json::from_value(state.into());
            Past::Ended(state.expect("a state"))
        }
        (None, None) => Past::None,
    }
}

fn cache_use(word: &str) -> Option<CacheUse> {
    let (refresh, isolation) = match word {
        "cached" => (false, CacheIsolation::ReadCommitted),
        "refreshing" => (true, CacheIsolation::ReadCommitted),
        "serializable" => (false, CacheIsolation::Serializable),
        _ => return None,
    };
    Some(CacheUse { refresh, isolation })
}

fn describe(event: &Event) -> String {
    let run = name(event.run);
    match &event.kind {
        EventKind::FlowRunCreated { resumed: true, .. }
        | EventKind::TaskRunCreated { resumed: true, .. } => format!("{run} created again"),
        EventKind::FlowRunCreated { .. } | EventKind::TaskRunCreated { .. } => {
            format!("{run} created")
        }
        EventKind::TaskRunSubmitted => format!("{run} submitted"),
        EventKind::AttemptStarted { number } => format!("{run} attempt {number}"),
        EventKind::AttemptFailed { retry_at, .. } => {
            format!("{run} retries at {}", retry_at.as_millisecond())
        }
        EventKind::TaskRunYielded => format!("{run} yielded"),
        EventKind::TaskRunResumed => format!("{run} resumed"),
        EventKind::RetryConditionAsked { attempt } => format!("{run} asks: {}", attempt.state),
        EventKind::RetryConditionDecided { outcome } => match outcome {
            Outcome::Completed(Value::Json(json)) => format!("{run} decided: {json}"),
            other => format!("{run} decided: {}", state(other)),
        },
        EventKind::FlowRunPaused { until: None, .. } => format!("{run} paused"),
        EventKind::FlowRunPaused {
            until: Some(until), ..
        } => format!("{run} paused until {}", until.as_millisecond()),
        EventKind::FlowRunSuspended { until } => match until {
            Some(until) => format!("{run} suspended until {}", until.as_millisecond()),
            None => format!("{run} suspended"),
        },
        EventKind::FlowRunAnswered { .. } => format!("{run} answered"),
        EventKind::FlowRunUnanswered => format!("{run} unanswered"),
        EventKind::AnswerRefused { reason } => format!("{run} refuses: {reason}"),
        EventKind::CancellationStarted => format!("{run} cancelling"),
        EventKind::TaskRunFinished { cached: true, .. } => format!("{run} cached"),
        EventKind::TaskRunFinished { outcome, .. } => format!("{run} {}", state(outcome)),
        EventKind::FlowRunReturned { unfinished } => format!("{run} returned, {unfinished} left"),
        EventKind::FlowRunFinished {
            outcome,
            runs,
            completed,
        } => format!("{run} {} {completed}/{runs}", state(outcome)),
        EventKind::HookStarted { hook, ended } => format!("{run} calls {hook}: {}", ended.state),
        EventKind::HookFinished { hook, .. } => format!("{run} called {hook}"),
        EventKind::FlowRunObserved { .. }
        | EventKind::Logged { .. }
        | EventKind::Printed { .. }
        | EventKind::ArtifactCreated { .. } => format!("{run} said"),
    }
}

fn state(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Completed(_) => "completed".to_owned(),
        Outcome::Failed(failure) => failure.to_string(),
    }
}

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
fn a_long_chain_of_dependents_fails_without_recursion() {
    let mut scheduler = Scheduler::new(1, &[]);
    let now = Timestamp::UNIX_EPOCH;
    let run = |n: u32| RunId(uuid::Uuid::from_u128(u128::from(n)));
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
            tags: Arc::default(),
            arguments: Vec::new(),
            upstreams: upstreams.into_iter().collect(),
            refusal: None,
            retries: Arc::default(),
            hooks: Arc::default(),
            past: Past::None,
        };
        scheduler.handle(now, Input::Submitted(Box::new(new)));
    };
    let flow = NewRunOf::Flow {
        flow: "f".into(),
        runner: RunnerKind::Concurrent,
        workers: 1,
        timeout_ms: None,
    };
    submit(0, flow, None);
    for n in 1..100_000 {
        let task = NewRunOf::Task {
            task: "t".into(),
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
        },
    );
    assert_eq!(events.len(), 99_999);
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

#[test]
fn a_flow_run_is_suspended_when_all_of_its_runs_only_wait() {
    let mut scheduler = Scheduler::new(2, &[]);
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
    let mut scheduler = Scheduler::new(2, &[]);
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
