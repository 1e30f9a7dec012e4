//! A recorded run in the formats of tools that draw traces.

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use crate::model::{EndedRunOf, Outcome, Record, RunId, RunRecord};

/// The Trace Event Format: one complete event for each run that was executed. Runs that overlap stand
/// in rows of their own.
pub fn chrome_trace(record: &Record) -> Json {
    let mut rows: Vec<Timestamp> = Vec::new();
    let executed = record.runs().iter().filter_map(|run| {
        let (started, ended) = (run.started?, run.ended?);
        let free = rows.iter().position(|until| *until <= started);
        let row = free.unwrap_or_else(|| {
            rows.push(ended);
            rows.len() - 1
        });
        rows[row] = ended;
        let (kind, title) = kind_and_title(run);
        Some(json!({
            "name": run.name, "cat": kind, "ph": "X", "pid": 1, "tid": row,
            "ts": started.as_nanosecond() as f64 / 1000.0,
            "dur": ended.duration_since(started).as_nanos() as f64 / 1000.0,
            "args": { kind: title, "id": run.id, "state": run.state, "attempts": run.attempts },
        }))
    });
    let events: Vec<_> = executed.collect();
    json!({ "traceEvents": events, "displayTimeUnit": "ms" })
}

/// The JSON of OTLP: one trace, one span for each run that was executed.
pub fn otlp(record: &Record) -> Json {
    let Some(root) = record.root() else {
        return json!({ "resourceSpans": [] });
    };
    let trace = format!("{:032x}", root.id.0.as_u128());
    let executed = record.runs().iter().filter_map(|run| span(run, &trace));
    let spans: Vec<_> = executed.collect();
    json!({ "resourceSpans": [{
        "resource": { "attributes": [attribute("service.name", "wflow")] },
        "scopeSpans": [{ "scope": { "name": "wflow" }, "spans": spans }],
    }] })
}

fn span(run: &RunRecord, trace: &str) -> Option<Json> {
    let (started, ended) = (run.started?, run.ended?);
    let (kind, title) = kind_and_title(run);
    let status = match &run.outcome {
        Some(Outcome::Failed(failure)) => json!({ "code": 2, "message": failure.message }),
        _ => json!({ "code": 1 }),
    };
    Some(json!({
        "traceId": trace,
        "spanId": span_id(run.id),
        "parentSpanId": run.parent.map_or(String::new(), span_id),
        "name": run.name,
        "kind": 1,
        "startTimeUnixNano": started.as_nanosecond().to_string(),
        "endTimeUnixNano": ended.as_nanosecond().to_string(),
        "attributes": [
            attribute(&format!("wflow.{kind}"), title),
            attribute("wflow.state", run.state.word()),
            attribute("wflow.attempts", &run.attempts.to_string()),
        ],
        "status": status,
    }))
}

fn kind_and_title(run: &RunRecord) -> (&'static str, &str) {
    match &run.of {
        EndedRunOf::Flow(flow) => ("flow", flow),
        EndedRunOf::Task(task) => ("task", task),
    }
}

/// The random half of the run's id.
fn span_id(run: RunId) -> String {
    format!("{:016x}", run.0.as_u64_pair().1)
}

fn attribute(key: &str, value: &str) -> Json {
    json!({ "key": key, "value": { "stringValue": value } })
}
