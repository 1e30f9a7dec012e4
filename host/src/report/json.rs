//! For programs: one event, one line of JSON.

use std::io::Write;

use anyhow::Result;
use serde_json::{Map, Value as Json, json};

use super::Reporter;
use super::names::Names;
use crate::model::{Event, EventKind, Outcome, Value};

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
        let mut line = Map::new();
        let Json::Object(fields) = serde_json::to_value(&event.kind)? else {
            return Ok(line);
        };
        let key = match run.kind {
            "Flow run" => "flow_run",
            _ => "task_run",
        };
        line.insert(
            "event".into(),
            fields.get("event").cloned().unwrap_or_default(),
        );
        line.insert("at".into(), json!(event.at));
        line.insert("id".into(), json!(event.run));
        line.insert(key.into(), json!(run.name));
        match &event.kind {
            EventKind::TaskRunCreated { task, flow_run, .. } => {
                line.insert("task".into(), json!(task));
                line.insert("flow_run".into(), json!(self.names.get(*flow_run)));
            }
            EventKind::TaskRunFinished { outcome } => finish(&mut line, outcome),
            EventKind::FlowRunFinished {
                outcome,
                runs,
                completed,
            } => {
                finish(&mut line, outcome);
                line.insert("runs".into(), json!(runs));
                line.insert("completed".into(), json!(completed));
            }
            EventKind::Printed { stream, bytes } => {
                line.insert("stream".into(), json!(stream));
                line.insert("text".into(), json!(String::from_utf8_lossy(bytes)));
            }
            _ => {
                for (name, field) in fields {
                    if name != "arguments" {
                        line.entry(name).or_insert(field);
                    }
                }
            }
        }
        Ok(line)
    }
}

/// `state`, and `result` as plain JSON or `failure`.
fn finish(line: &mut Map<String, Json>, outcome: &Outcome) {
    match outcome {
        Outcome::Completed(value) => {
            line.insert("state".into(), json!("completed"));
            let (key, result) = match value {
                Value::Json(text) => ("result", serde_json::from_str(text).unwrap_or_default()),
                Value::Bytes(bytes) => ("result_bytes", json!(bytes.len())),
            };
            line.insert(key.into(), result);
        }
        Outcome::Failed(failure) => {
            line.insert("state".into(), json!(failure.kind));
            line.insert("failure".into(), json!(failure));
        }
    }
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
