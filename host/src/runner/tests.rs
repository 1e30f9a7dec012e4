//! The loop with a scripted executor: a flow asks, and somebody answers.

use std::sync::Mutex;
use std::time::Instant;

use super::*;
use crate::model::{
    Definition, Event, EventKind, Failure, FailureKind, Limits, Manifest, Outcome, RunId,
    RunnerKind, Schema, State, Value,
};
use crate::report::Masks;

/// A flow that returns the answer to this question, as often as it is asked for.
struct Asks {
    schema: String,
    timeout_ms: Option<u64>,
    times: usize,
}

impl Executor for Asks {
    async fn execute(&self, job: &Arc<Job>, mailbox: &Mailbox) -> Outcome {
        let mut answers = Vec::new();
        for _ in 0..self.times {
            let question = Question {
                prompt: "How many?".to_owned(),
                schema: Schema::new(&self.schema).expect("a schema"),
                timeout_ms: self.timeout_ms,
            };
            match mailbox.pause(job.attempt.run, question).await {
                Ok(answer) => answers.push(answer.to_string()),
                Err(_) => return Outcome::failed(FailureKind::Failed, "no answer"),
            }
        }
        Outcome::Completed(Value::Json(answers.join(" ").into()))
    }
}

/// A runner of two workers for flows and tasks of these names.
fn runner<E: Executor>(
    executor: E,
    flows: &[&str],
    tasks: &[&str],
    capacity: Capacity,
) -> (Runner, Mailbox) {
    let named = |names: &[&str]| -> Vec<_> {
        let named = names.iter().map(|&name| Definition {
            name: name.to_owned(),
            ..Definition::default()
        });
        named.collect()
    };
    let manifest = Manifest {
        flows: named(flows),
        tasks: named(tasks),
    };
    let part = Part {
        name: String::new(),
        digest: String::new(),
        home: String::new(),
        manifest,
    };
    let pool = Some(RunnerKind::ThreadPool);
    let plan = Plan::new(vec![part], pool, 2, |_, _| Limits::default());
    let cache = Cache::new(Box::new(MemoryCache::default()), Masks::new([]));
    let started = Runner::new(plan, capacity, Arc::new(executor), cache);
    started.expect("threads")
}

impl Capacity {
    fn of(slots: usize) -> Self {
        Self {
            slots,
            limits: Vec::new(),
            suspend_after: None,
            loop_alone: false,
            cores: 2,
            quotas: Quotas::default(),
        }
    }
}

fn submit(name: &str) -> Submit {
    Submit {
        name: name.to_owned(),
        arguments: Vec::new(),
        wait_for: Vec::new(),
        options: Ok(None),
    }
}

/// Gives the answers, one when the flow has paused and another when one was refused, and tells what
/// happened.
async fn play(asks: Asks, answers: &[&str]) -> Vec<String> {
    let (mut runner, mailbox) = runner(asks, &["asks"], &[], Capacity::of(1));
    let root = mailbox.start(submit("asks"), None);
    // Nobody of this name runs here.
    mailbox.answer(RunId(uuid::Uuid::nil()), "1");
    let mut answers: Vec<_> = answers.iter().rev().map(ToString::to_string).collect();
    let told = Arc::new(Mutex::new(Vec::new()));
    let listener = told.clone();
    let show = move |events: &Events| {
        for event in events.iter() {
            let (text, wants_answer) = tell(&event.kind, root.state());
            listener.lock().expect("no panic").extend(text);
            if wants_answer && let Some(answer) = answers.pop() {
                mailbox.answer(root.id(), &answer);
            }
        }
        Ok(())
    };
    runner
        .run(Box::new(show))
        .await
        .expect("nothing is written");
    std::mem::take(&mut *told.lock().expect("no panic"))
}

/// What is worth telling of the event, and whether the flow waits for another answer.
fn tell(event: &EventKind, before: State) -> (Option<String>, bool) {
    match event {
        EventKind::FlowRunPaused { prompt, .. } => (Some(prompt.clone()), true),
        EventKind::AnswerRefused { reason } => (Some(format!("{before}: {reason}")), true),
        EventKind::FlowRunAnswered { input } => (Some(format!("{before}: {input}")), false),
        EventKind::FlowRunUnanswered => (Some(format!("{before}: unanswered")), false),
        EventKind::FlowRunFinished { outcome, .. } => (Some(told(outcome)), false),
        _ => (None, false),
    }
}

fn told(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Completed(Value::Json(json)) => json.to_string(),
        Outcome::Completed(Value::Bytes(_)) => "bytes".to_owned(),
        Outcome::Failed(Failure { message, .. }) => message.clone(),
    }
}

#[tokio::test]
async fn an_answer_that_does_not_fit_is_refused_and_the_flow_waits_on() {
    let asks = Asks {
        schema: r#"{"type": "integer"}"#.to_owned(),
        timeout_ms: None,
        times: 1,
    };
    let expected = [
        "How many?",
        r#"Paused: "two" is not of type "integer""#,
        "Paused: it is no JSON: expected ident at line 1 column 2",
        "Paused: 2",
        "2",
    ];
    assert_eq!(play(asks, &["\"two\"", "two", "2"]).await, expected);
}

#[tokio::test]
async fn each_question_has_an_answer_of_its_own() {
    let asks = Asks {
        schema: String::new(),
        timeout_ms: None,
        times: 2,
    };
    let expected = [
        "How many?",
        "Paused: 1",
        "How many?",
        "Paused: \"x\"",
        "1 \"x\"",
    ];
    assert_eq!(play(asks, &["1", "\"x\""]).await, expected);
}

#[tokio::test]
async fn without_an_answer_the_flow_goes_on_in_time() {
    let asks = Asks {
        schema: String::new(),
        timeout_ms: Some(20),
        times: 1,
    };
    let expected = ["How many?", "Paused: unanswered", "no answer"];
    assert_eq!(play(asks, &[]).await, expected);
}

#[tokio::test]
async fn a_schema_that_takes_for_ever_keeps_nobody() {
    // Each level looks at the next one twice.
    let level = |n| {
        let next = format!(r##"{{"$ref": "#/$defs/{}"}}"##, n + 1);
        format!(r#""{n}": {{"allOf": [{next}, {next}]}}, "#)
    };
    let levels: String = (0..60).map(level).collect();
    let asks = Asks {
        schema: format!(r##"{{"$defs": {{{levels} "60": {{}}}}, "$ref": "#/$defs/0"}}"##),
        timeout_ms: Some(3000),
        times: 1,
    };
    let since = Instant::now();
    let expected = [
        "How many?",
        "Paused: it cannot be held against the schema within a second",
        "Paused: unanswered",
        "no answer",
    ];
    assert_eq!(play(asks, &["1"]).await, expected);
    assert!(since.elapsed() < Duration::from_secs(10));
}

/// A flow that submits runs by the hundred, of which some end at once and others have to wait.
struct Submits {
    runs: usize,
}

impl Executor for Submits {
    async fn execute(&self, job: &Arc<Job>, mailbox: &Mailbox) -> Outcome {
        if job.attempt.callee.target == Target::Task {
            match job.attempt.run.0.as_u128() % 4 {
                0 => tokio::task::yield_now().await,
                1 => tokio::time::sleep(Duration::from_millis(1)).await,
                _ => {}
            }
            return Outcome::Completed(Value::null());
        }
        let by = Submitter {
            job,
            replaying: false,
        };
        let runs = (0..self.runs).map(|_| mailbox.submit_task(by, submit("task")));
        let runs: Vec<_> = runs
            .collect::<Result<_, _>>()
            .expect("nothing was recorded");
        for run in &runs {
            run.ended().await;
        }
        Outcome::Completed(Value::null())
    }
}

/// Whoever takes the turns, and however full the queues are: every run ends.
async fn every_run_ends(runs: usize, capacity: Capacity) {
    let (mut runner, mailbox) = runner(Submits { runs }, &["flow"], &["task"], capacity);
    let root = mailbox.start(submit("flow"), None);
    let ended = Arc::new(Mutex::new(0));
    let counted = ended.clone();
    let show = move |events: &Events| {
        let is_end = |event: &&Event| matches!(event.kind, EventKind::TaskRunFinished { .. });
        *counted.lock().expect("no panic") += events.iter().filter(is_end).count();
        Ok(())
    };
    let shown = runner.run(Box::new(show)).await;
    shown.expect("nothing is written");
    assert!(root.outcome().is_some_and(Outcome::is_completed));
    assert_eq!(*ended.lock().expect("no panic"), runs);
}

#[tokio::test]
async fn no_run_is_left_where_workers_take_the_turns() {
    for (runs, slots) in [(1, 1), (300, 1), (300, 3), (3000, 1000)] {
        every_run_ends(runs, Capacity::of(slots)).await;
    }
}

#[tokio::test]
async fn no_run_is_left_where_no_core_is_free() {
    for (runs, slots) in [(1, 1), (300, 1), (300, 3), (3000, 1000)] {
        let capacity = Capacity {
            cores: 1,
            ..Capacity::of(slots)
        };
        every_run_ends(runs, capacity).await;
    }
}

#[tokio::test]
async fn no_run_is_left_where_the_loop_is_alone() {
    let capacity = Capacity {
        loop_alone: true,
        ..Capacity::of(100)
    };
    every_run_ends(1000, capacity).await;
}

#[tokio::test]
async fn what_cannot_be_shown_ends_the_run_whoever_shows_it() {
    let submits = Submits { runs: 100 };
    let (mut runner, mailbox) = runner(submits, &["flow"], &["task"], Capacity::of(2));
    mailbox.start(submit("flow"), None);
    let show = |events: &Events| {
        let is_end = |event: &Event| matches!(event.kind, EventKind::TaskRunFinished { .. });
        match events.iter().any(is_end) {
            true => Err(anyhow::anyhow!("the disk is full")),
            false => Ok(()),
        }
    };
    let shown = runner.run(Box::new(show)).await;
    assert_eq!(
        shown.expect_err("it is full").to_string(),
        "the disk is full"
    );
}
