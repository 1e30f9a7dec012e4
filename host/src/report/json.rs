//! For programs: one event, one line of JSON.

use std::io::Write;

use anyhow::Result;
use serde_json::{Map, Value as Json, json};

use super::Reporter;
use super::names::{Kind, Names};
use crate::model::{Event, EventKind, Outcome, Usage, Value};

/// Writes `{"event": …, "at": …, "run": name, …}`; the last one is the root's `FlowRunFinished`.
pub struct JsonReporter<Out> {
    out: Out,
    names: Names,
}

impl<Out: Write> JsonReporter<Out> {
    pub fn new(out: Out) -> Self {
        let names = Names::default();
        Self { out, names }
    }

    fn line(&mut self, event: &Event) -> Result<Map<String, Json>> {
        let run = self.names.of(event);
        let mut line = self.fields(&event.kind)?;
        let key = match run.kind {
            Kind::FlowRun => "flow_run",
            Kind::TaskRun => "task_run",
        };
        line.insert("at".into(), json!(event.at));
        line.insert("id".into(), json!(event.run));
        line.insert(key.into(), json!(run.name));
        Ok(line)
    }

    /// What tells the kind of event from others; arguments may be big, and are left out.
    fn fields(&self, kind: &EventKind) -> Result<Map<String, Json>> {
        let fields = match kind {
            EventKind::FlowRunCreated {
                name,
                flow,
                parent,
                runner,
                tags,
                resumed,
                ..
            } => json!({
                "event": "FlowRunCreated", "name": name, "flow": flow, "parent": parent,
                "runner": runner, "tags": tags, "resumed": resumed,
            }),
            EventKind::TaskRunCreated {
                task,
                flow_run,
                parent,
                tags,
                resumed,
                ..
            } => json!({
                "event": "TaskRunCreated", "task": task, "flow_run": self.names.get(*flow_run).map(|flow_run| &flow_run.name),
                "parent": parent, "tags": tags, "resumed": resumed,
            }),
            EventKind::Printed { stream, bytes } => json!({
                "event": "Printed", "stream": stream, "text": String::from_utf8_lossy(bytes),
            }),
            EventKind::ArtifactCreated {
                kind,
                key,
                description,
                data,
            } => {
                let event = json!({
                    "event": "ArtifactCreated", "kind": kind, "key": key, "description": description,
                });
                with_value(event, "data", data)
            }
            EventKind::FlowRunPaused {
                prompt,
                schema,
                until,
            } => json!({
                "event": "FlowRunPaused", "prompt": prompt, "schema": plain(schema), "until": until,
            }),
            EventKind::FlowRunAnswered { input } => {
                json!({ "event": "FlowRunAnswered", "input": plain(input) })
            }
            EventKind::HookFinished { hook, outcome } => {
                finished(json!({ "event": "HookFinished", "hook": hook }), outcome)
            }
            EventKind::RetryConditionDecided { outcome } => {
                finished(json!({ "event": "RetryConditionDecided" }), outcome)
            }
            EventKind::TaskRunFinished {
                outcome,
                cached,
                usage,
            } => {
                let mut event = finished(json!({ "event": "TaskRunFinished" }), outcome);
                if *cached {
                    event["cached"] = json!(true);
                }
                with_usage(event, usage.as_deref())
            }
            EventKind::FlowRunFinished {
                outcome,
                runs,
                completed,
                usage,
            } => {
                let event =
                    json!({ "event": "FlowRunFinished", "runs": runs, "completed": completed });
                with_usage(finished(event, outcome), usage.as_deref())
            }
            small => with_its_name(serde_json::to_value(small)?),
        };
        match fields {
            Json::Object(fields) => Ok(fields),
            other => Err(anyhow::anyhow!("an event is an object, not {other}")),
        }
    }
}

/// `{"Event": {…}}`, or `"Event"` where there is no more to say, as one object.
fn with_its_name(event: Json) -> Json {
    match event {
        Json::Object(event) => {
            let (name, mut fields) = event.into_iter().next().unwrap_or_default();
            fields["event"] = Json::String(name);
            fields
        }
        name => json!({ "event": name }),
    }
}

/// `state`, and `result` as plain JSON or `failure`.
pub fn ended_as_json(outcome: &Outcome) -> Json {
    finished(json!({}), outcome)
}

/// Adds `state`, and `result` as plain JSON or `failure`.
fn finished(mut event: Json, outcome: &Outcome) -> Json {
    match outcome {
        Outcome::Completed(value) => {
            event["state"] = json!("completed");
            event = with_value(event, "result", value);
        }
        Outcome::Failed(failure) => {
            event["state"] = json!(failure.kind);
            event["failure"] = json!(failure);
        }
    }
    event
}

/// Adds what the last attempt used, if there was one.
fn with_usage(mut event: Json, usage: Option<&Usage>) -> Json {
    if let Some(usage) = usage {
        event["usage"] = json!(usage);
    }
    event
}

/// Adds the value as plain JSON, or the number of its bytes.
fn with_value(mut event: Json, name: &str, value: &Value) -> Json {
    match value {
        Value::Json(text) => event[name] = plain(text),
        Value::Bytes(bytes) => event[format!("{name}_bytes")] = json!(bytes.len()),
    }
    event
}

/// JSON text as JSON; null where there is none.
fn plain(text: &str) -> Json {
    serde_json::from_str(text).unwrap_or_default()
}

impl<Out: Write> Reporter for JsonReporter<Out> {
    fn show(&mut self, event: &Event) -> Result<()> {
        let line = self.line(event)?;
        serde_json::to_writer(&mut self.out, &line)?;
        self.out.write_all(b"\n")?;
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(self.out.flush()?)
    }
}
