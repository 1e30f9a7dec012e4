//! Flows that wait for an answer: nobody gives it, or somebody does.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use serde_json::{Value as Json, json};

use crate::harness::{Ended, RUNNERS, command, events, example, folder, interrupt, wflow};

/// The flow of the unruly component gives this result on the runner.
#[track_caller]
fn check_on(runner: &str, arguments: &[&str], result: &str) {
    let component = example("unruly");
    let run = ["run", &component, "--runner", runner, "-q"];
    let ended = wflow(&[&run[..], arguments].concat());
    let last = ended.stdout.lines().last();
    assert_eq!(
        (ended.code, last),
        (Some(0), Some(result)),
        "{runner}: {ended:?}"
    );
}

fn position(events: &[Json], kind: &str) -> usize {
    let found = events.iter().position(|event| event["event"] == kind);
    found.unwrap_or_else(|| panic!("no {kind}: {events:?}"))
}

#[test]
fn without_an_answer_a_flow_goes_on_in_time() {
    for runner in RUNNERS {
        let arguments = ["waits", "-p", "timeout_ms=50"];
        check_on(
            runner,
            &arguments,
            r#""timed-out: nobody answered within 0.05 s""#,
        );
    }
}

#[test]
fn runs_go_on_while_their_flow_is_paused() {
    let component = example("unruly");
    for runner in RUNNERS {
        let run = ["run", &component, "asks", "--runner", runner];
        let parameters = ["-p", "timeout_ms=500", "-p", "doze_ms=1"];
        let events = events(&[&run[..], &parameters].concat(), 1);
        let paused = position(&events, "FlowRunPaused");
        let unanswered = position(&events, "FlowRunUnanswered");
        assert!(position(&events, "TaskRunFinished") < unanswered);
        assert_eq!(events[paused]["prompt"], "Publish?");
        let schema = &events[paused]["schema"];
        assert_eq!(schema["required"], json!(["approved"]));
        assert_eq!(
            schema["properties"]["approved"],
            json!({ "type": "boolean" })
        );
        let last = events.last().expect("events");
        assert_eq!(last["failure"]["message"], "nobody answered within 0.5 s");
    }
}

#[test]
fn the_log_tells_how_to_answer() {
    let component = example("unruly");
    let ended = wflow(&["run", &component, "asks", "-p", "timeout_ms=1"]);
    for says in [
        "' - Paused: Publish?; answer with: wflow runs answer ",
        " -p approved=true|false [-p note=TEXT]\n",
        "' - Nobody answered in time; it goes on\n",
    ] {
        assert!(ended.stderr.contains(says), "{says}: {ended:?}");
    }
}

#[test]
fn a_pause_ends_with_its_flow() {
    let component = example("unruly");
    for runner in RUNNERS {
        let run = ["run", &component, "waits", "--runner", runner];
        let events = events(&[&run[..], &["--timeout", "100ms"]].concat(), 3);
        let last = events.last().expect("events");
        assert_eq!(last["state"], "timed-out", "{runner}");
    }
}

#[test]
fn a_paused_flow_can_be_interrupted() {
    let component = example("unruly");
    for runner in RUNNERS {
        let run = ["run", &component, "waits", "--json", "--runner", runner];
        let child = command(&run).stdout(Stdio::piped()).spawn();
        let mut child = child.expect("wflow starts");
        let stdout = BufReader::new(child.stdout.take().expect("piped"));
        for line in stdout.lines() {
            if line.expect("text").contains("\"FlowRunPaused\"") {
                interrupt(&child);
            }
        }
        assert_eq!(child.wait().expect("it ends").code(), Some(130), "{runner}");
    }
}

#[test]
fn others_see_that_a_flow_is_paused_and_can_cancel_it() {
    for runner in ["concurrent", "thread-pool"] {
        check_on(runner, &["paused_subflow"], r#"["paused","cancelled"]"#);
    }
}

#[test]
fn only_a_flow_can_pause() {
    let component = example("unruly");
    for runner in RUNNERS {
        let ended = wflow(&["run", &component, "pause_in_task", "-q", "--runner", runner]);
        let denied = "denied: only a flow can pause";
        assert!(ended.stdout.contains(&format!("\"{denied}\"")), "{ended:?}");
        assert!(
            ended.stdout.contains(&format!("the hook is {denied}\n")),
            "{ended:?}"
        );
    }
}

#[test]
fn a_schema_that_is_none_is_refused_at_once() {
    let component = example("unruly");
    let ended = wflow(&["run", &component, "asks_nonsense", "-q"]);
    let says = "\"invalid-input: the schema of the answer is not valid: ";
    assert!(ended.stdout.starts_with(says), "{ended:?}");
}

/// A flow run that is paused, and the database that records it.
struct Paused {
    child: Child,
    lines: Box<dyn Iterator<Item = Json>>,
    /// The paused flow run.
    name: String,
    database: String,
}

impl Paused {
    fn new(arguments: &[&str], database: &str) -> Self {
        let component = example("unruly");
        let run = ["run", &component, "--json", "--db", database];
        let child = command(&[&run[..], arguments].concat())
            .stdout(Stdio::piped())
            .spawn();
        let mut child = child.expect("wflow starts");
        let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let event = |line: std::io::Result<String>| {
            serde_json::from_str(&line.expect("text")).expect("JSON")
        };
        let mut lines = Box::new(lines.map(event));
        let mut paused = lines
            .by_ref()
            .filter(|event: &Json| event["event"] == "FlowRunPaused");
        let paused = paused.next().expect("it pauses");
        Self {
            child,
            lines,
            name: paused["flow_run"].as_str().expect("text").to_owned(),
            database: database.to_owned(),
        }
    }

    fn answer(&self, arguments: &[&str]) -> Ended {
        let answer = ["runs", "--db", &self.database, "answer", &self.name];
        let answer = || wflow(&[&answer[..], arguments].concat());
        // What is shown is recorded a moment later.
        let early = |ended: &Ended| {
            ended.stderr.contains("there is no run") || ended.stderr.contains("it is not paused")
        };
        let mut answers = std::iter::repeat_with(answer).take(50);
        answers.find(|ended| !early(ended)).expect("it is recorded")
    }

    /// The last event.
    fn end(mut self) -> Json {
        self.lines.by_ref().last().expect("events")
    }
}

impl Drop for Paused {
    fn drop(&mut self) {
        // It has ended already where all is well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn an_answer_that_fits_comes_from_another_process() {
    let folder = folder("answers");
    for runner in RUNNERS {
        let database = folder.join(format!("{runner}.db")).display().to_string();
        let paused = Paused::new(&["asks", "--runner", runner], &database);
        for (wrong, says) in [
            (
                &["-p", "approved=perhaps"][..],
                "\"perhaps\" is not of type \"boolean\"",
            ),
            (&["-p", "aproved=true"], "did you mean 'approved'?"),
            (&["-p", "note=none"], "needs the parameter 'approved'"),
            (
                &["nobody", "-p", "approved=true"],
                "no run 'nobody' that is paused",
            ),
        ] {
            let ended = paused.answer(wrong);
            assert_eq!(ended.code, Some(2), "{ended:?}");
            assert!(ended.stderr.contains(says), "{says}: {ended:?}");
        }
        let ended = paused.answer(&["-p", "approved=true", "-p", "note=12"]);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert!(ended.stderr.contains("' goes on"), "{ended:?}");
        assert_eq!(paused.end()["result"], json!([true, "12"]), "{runner}");
    }
}

#[test]
fn a_word_is_enough_where_nothing_is_asked_for() {
    let database = folder("word").join("wflow.db").display().to_string();
    let paused = Paused::new(&["waits"], &database);
    let name = paused.name.clone();
    assert_eq!(paused.answer(&[]).code, Some(0));
    assert_eq!(paused.end()["result"], "answered");
    let late = wflow(&["runs", "--db", &database, "answer", &name]);
    assert_eq!(late.code, Some(2), "{late:?}");
    assert!(late.stderr.contains("has ended"), "{late:?}");
}

#[test]
fn nobody_is_asked_twice_when_a_run_is_resumed() {
    let database = folder("resumed_answer")
        .join("wflow.db")
        .display()
        .to_string();
    let mut paused = Paused::new(&["asks_twice"], &database);
    assert_eq!(paused.answer(&["-p", "approved=true"]).code, Some(0));
    let again = paused
        .lines
        .by_ref()
        .find(|event| event["event"] == "FlowRunPaused");
    assert_eq!(again.expect("it asks again")["prompt"], "And this?");
    paused.child.kill().expect("it runs");
    paused.child.wait().expect("it ends");
    let resume = [
        "runs",
        "--db",
        &paused.database,
        "resume",
        &paused.name,
        "--json",
    ];
    let child = command(&resume).stdout(Stdio::piped()).spawn();
    let mut child = child.expect("wflow starts");
    let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let mut events =
        lines.map(|line| -> Json { serde_json::from_str(&line.expect("text")).expect("JSON") });
    let asked = events
        .by_ref()
        .find(|event| event["event"] == "FlowRunPaused");
    assert_eq!(asked.expect("it asks")["prompt"], "And this?");
    assert_eq!(paused.answer(&["-p", "approved=false"]).code, Some(0));
    let last = events.last().expect("events");
    assert_eq!(last["result"], json!([true, false]));
    child.wait().expect("it ends");
}

/// The process that asked has ended, and the one that answers goes on with the flow.
#[test]
fn a_suspended_flow_is_answered_and_goes_on() {
    let component = example("unruly");
    for runner in RUNNERS {
        let folder = folder(&format!("suspended-pause-{runner}"));
        let database = folder.join("wflow.db").display().to_string();
        let asks = ["run", &component, "asks", "--runner", runner];
        let suspend = ["--suspend-after", "2s", "--db", &database];
        let suspended = wflow(&[&asks[..], &suspend].concat());
        assert_eq!(suspended.code, Some(5), "{suspended:?}");
        let list = wflow(&["runs", "list", "--json", "--db", &database]);
        let run: Json = serde_json::from_str(&list.stdout).expect("a run");
        let name = run["name"].as_str().expect("a name");
        let answer = ["runs", "answer", name, "--db", &database, "-p"];
        let refused = wflow(&[&answer[..], &["approved=perhaps"]].concat());
        assert_eq!(refused.code, Some(2), "{refused:?}");
        let answered = wflow(&[&answer[..], &["approved=true"]].concat());
        assert_eq!(answered.code, Some(0), "{answered:?}");
        assert_eq!(answered.stdout, "[true,\"\"]\n");
    }
}
