//! Scripts: inputs in, events out. What a script is, and how it is played; the scripts are beside.

mod caching;
mod ends;
mod quotas;
mod retries;
mod starts;
mod waits;

use std::fmt::Write;
use std::sync::Arc;

use super::*;
use crate::model::{
    CacheIsolation, CacheKey, CacheUse, Failure, FailureKind, Hooks, Outcome, Retries, RunnerKind,
    Usage, Value,
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
fn check(slots: usize, script: &str, expected: &str) {
    check_limited(slots, &[], script, expected);
}

#[track_caller]
fn check_limited(slots: usize, limits: &[&str], script: &str, expected: &str) {
    let limits = limits.iter().map(|limit| limit.parse().expect("a limit"));
    let scheduler = Scheduler::new(slots, &limits.collect::<Vec<_>>(), Quotas::default());
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
        usage: Usage::default(),
    };
    match words[0] {
        "flow" | "task" => submitted(&words),
        "ok" => Input::AttemptEnded {
            run,
            outcome: Outcome::Completed(Value::null()),
            usage: Usage::default(),
        },
        "offer" => Input::ResultOffered {
            run,
            result: Value::null(),
            usage: Usage::default(),
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
            runner: RunnerKind::Concurrent,
            workers: 1,
            timeout_ms: number("timeout").map(u64::from),
        },
        _ => NewRunOf::Task {
            priority: number("priority").map_or(0, |n| n as i32),
            cache: words.iter().find_map(|word| cache_use(word)),
        },
    };
    let policy = Policy {
        title: match words[0] {
            "flow" => "flow".into(),
            _ => option("of").unwrap_or("task").into(),
        },
        tags: option("tag").into_iter().map(str::to_owned).collect(),
        retries: Retries {
            count: number("retries").unwrap_or(0),
            delays_ms: Box::new([100]),
            backoff: 1.0,
            jitter: 0.0,
            condition: option("retry-if-asked").is_some(),
        },
        hooks: Hooks {
            on_failure: option("on-failure")
                .map_or(Vec::new(), |list| list.split(',').map(Arc::from).collect()),
            ..Hooks::default()
        },
    };
    Input::Submitted(Box::new(NewRun {
        run: id(words[1]),
        name: words[1].into(),
        parent: option("in").map(id),
        what,
        policy: Arc::new(policy),
        arguments: Vec::new(),
        upstreams: upstreams("after", false)
            .chain(upstreams("after-failure-of", true))
            .collect(),
        refusal: option("refused").map(Failure::invalid_input),
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
        EventKind::TaskRunDelayed { reason } => format!("{run} {reason}"),
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
            ..
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
