//! One run of a conformance guest, and whether it ended as it should.

use std::path::Path;

use serde_json::Value as Json;

use super::cases::{Case, Expected};
use super::grants;
use crate::harness::{Ended, command, ended};

/// Flows for which something is not granted.
const UNGRANTED: [&str; 2] = ["denied_variable", "denied_file"];

pub(crate) struct Run {
    ended: Ended,
    events: Vec<Json>,
}

impl Run {
    pub(crate) fn of(case: &Case, component: &str, runner: &str, place: &Path) -> Self {
        let database = place.join("wflow.db");
        let [state, data] = grants(place);
        let mut run = vec!["run", component, case.flow, "--runner", runner, "--json"];
        for parameter in case.parameters {
            run.extend(["-p", parameter]);
        }
        run.extend(["--max-workers", "2", "--dir", &state, "--env", "STAGE=test"]);
        run.extend(["--secret", "token=env:WFLOW_CONFORMANCE_TOKEN"]);
        if !UNGRANTED.contains(&case.flow) {
            run.extend(["--var", r#"greeting={"de": "Grüße"}"#, "--dir", &data]);
        }
        let mut command = command(&run);
        command
            .env("WFLOW_CONFORMANCE_TOKEN", "swordfish")
            .arg("--db")
            .arg(database);
        let ended = ended(command.output().expect("wflow starts"));
        let lines = ended.stdout.lines();
        let events = lines.filter_map(|line| serde_json::from_str(line).ok());
        Self {
            events: events.collect(),
            ended,
        }
    }

    /// What is not as it should be, and everything that was said.
    pub(crate) fn check(&self, case: &Case) -> Result<(), String> {
        for expected in &case.expected {
            self.holds(expected)
                .map_err(|why| format!("{why}\n{}\n{}", self.last(), self.ended.stderr))?;
        }
        Ok(())
    }

    fn holds(&self, expected: &Expected) -> Result<(), String> {
        match expected {
            Expected::Result(result) => {
                equal("the state", &self.last()["state"], &"completed".into())?;
                equal("the result", &self.last()["result"], result)
            }
            Expected::Bytes(count) => {
                equal("the size", &self.last()["result_bytes"], &(*count).into())
            }
            Expected::ResultHas(text) => part("the result", self.last()["result"].as_str(), text),
            Expected::Failure(kind, says) => {
                let failure = &self.last()["failure"];
                equal("the kind", &failure["kind"], &(*kind).into())?;
                part("the message", failure["message"].as_str(), says)
            }
            Expected::Refusal(code, says) => {
                let found = self.ended.code.unwrap_or(-1);
                equal("the exit code", &found.into(), &(*code).into())?;
                part("the error", Some(&self.ended.stderr), says)
            }
            Expected::Log(level, says) => {
                let mut logged = self.events_of("Logged");
                let is_it = |line: &Json| line["level"] == *level && line["message"] == *says;
                match logged.any(is_it) {
                    true => Ok(()),
                    false => Err(format!("the log lacks {level} '{says}'")),
                }
            }
            Expected::Print(text) => part("what is printed", Some(&self.printed()), text),
            Expected::Hidden(text) => match self.ended.stdout.contains(text) {
                true => Err(format!("'{text}' is shown")),
                false => Ok(()),
            },
            Expected::Attempts(task, count) => {
                let started = self.events_of("AttemptStarted");
                let of_task = |event: &&Json| {
                    let name = event["task_run"].as_str().unwrap_or_default();
                    name.strip_prefix(task)
                        .is_some_and(|rest| rest.starts_with('-'))
                };
                let found = started.filter(of_task).count();
                equal("attempts", &found.into(), &(*count).into())
            }
            Expected::Events(kind, count) => {
                equal(kind, &self.events_of(kind).count().into(), &(*count).into())
            }
        }
    }

    fn events_of(&self, kind: &str) -> impl Iterator<Item = &Json> {
        let events = self.events.iter();
        events.filter(move |event| event["event"] == kind)
    }

    /// How the flow run ended; its hooks may come later.
    fn last(&self) -> &Json {
        self.events_of("FlowRunFinished")
            .last()
            .unwrap_or(&Json::Null)
    }

    fn printed(&self) -> String {
        let printed = self.events_of("Printed");
        printed.filter_map(|event| event["text"].as_str()).collect()
    }
}

fn equal(what: &str, found: &Json, expected: &Json) -> Result<(), String> {
    match found == expected {
        true => Ok(()),
        false => Err(format!("{what} is {found}, not {expected}")),
    }
}

fn part(what: &str, found: Option<&str>, expected: &str) -> Result<(), String> {
    match found.is_some_and(|found| found.contains(expected)) {
        true => Ok(()),
        false => Err(format!("{what} lacks '{expected}': {found:?}")),
    }
}
