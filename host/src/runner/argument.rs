//! Arguments of runs: bound to parameters at the submit, taken from upstream runs at the start.

use std::sync::Arc;

use serde_json::json;

use super::TaskFuture;
use crate::model::{
    Argument, Cap, Failure, FailureKind, Input, Limits, Outcome, Parameter, RunId, Value,
};
use crate::scheduler::Upstream;

/// Where an argument comes from.
#[derive(Clone, Debug)]
pub enum ArgumentSource {
    Value(Value),
    ResultOf(TaskFuture),
    /// Their results, as a list.
    ResultsOf(Vec<TaskFuture>),
    /// `{"completed": result}` or `{"failed": {"kind": …, "message": …}}`.
    OutcomeOf(TaskFuture),
}

impl ArgumentSource {
    /// Bytes that it holds itself.
    fn bytes(&self) -> usize {
        match self {
            Self::Value(value) => value.len(),
            Self::ResultOf(_) | Self::ResultsOf(_) | Self::OutcomeOf(_) => 0,
        }
    }

    /// The value to hand over, once the upstream runs have ended; or why there is none.
    pub(super) fn value(&self) -> Result<Value, String> {
        match self {
            Self::Value(value) => Ok(value.clone()),
            Self::ResultOf(future) => match future.outcome() {
                Some(Outcome::Completed(value)) => Ok(value.clone()),
                _ => Ok(Value::null()),
            },
            Self::ResultsOf(futures) => {
                let results: Result<Vec<_>, _> = futures.iter().map(json_result).collect();
                Ok(Value::Json(format!("[{}]", results?.join(",")).into()))
            }
            Self::OutcomeOf(future) => {
                let text = match future.outcome() {
                    Some(Outcome::Failed(failure)) => {
                        let (kind, message) = (failure.kind, &failure.message);
                        json!({ "failed": { "kind": kind, "message": message } }).to_string()
                    }
                    _ => format!("{{\"completed\":{}}}", json_result(future)?),
                };
                Ok(Value::Json(text.into()))
            }
        }
    }

    fn recorded(&self) -> Input {
        match self {
            Self::Value(value) => Input::Value(value.clone()),
            Self::ResultOf(future) => Input::ResultOf(future.id()),
            Self::ResultsOf(futures) => {
                Input::ResultsOf(futures.iter().map(TaskFuture::id).collect())
            }
            Self::OutcomeOf(future) => Input::OutcomeOf(future.id()),
        }
    }

    /// What stands for it in a run's name.
    fn in_name(&self) -> String {
        match self {
            Self::Value(Value::Json(text)) => match serde_json::from_str::<String>(text) {
                Ok(text) => text,
                Err(_) => short(text).to_owned(),
            },
            Self::Value(Value::Bytes(bytes)) => format!("{} bytes", bytes.len()),
            Self::ResultOf(future) | Self::OutcomeOf(future) => future.name().to_string(),
            Self::ResultsOf(futures) => format!("{} results", futures.len()),
        }
    }
}

/// The result of a run that has completed, as JSON.
fn json_result(future: &TaskFuture) -> Result<&str, String> {
    match future.outcome() {
        Some(Outcome::Completed(Value::Json(text))) => Ok(text),
        Some(Outcome::Completed(Value::Bytes(_))) => Err(format!(
            "the result of '{}' is bytes, which only a parameter of its own can take",
            future.name()
        )),
        _ => Ok("null"),
    }
}

/// A submit's arguments, one for each parameter, or why it cannot work.
pub(super) struct Bound {
    pub(super) sources: Result<Vec<ArgumentSource>, Failure>,
    /// As the events tell them.
    pub(super) recorded: Vec<Argument>,
}

impl Bound {
    /// `names`: those of the parameters.
    pub(super) fn new(
        parameters: &[Parameter],
        names: &[Arc<str>],
        arguments: Vec<(String, ArgumentSource)>,
    ) -> Self {
        let sources = bind(parameters, arguments).map_err(Failure::invalid_input);
        // Of the size that is known, as is all that is kept of a run while it waits.
        let mut recorded = Vec::with_capacity(parameters.len());
        let named = names.iter().zip(sources.iter().flatten());
        recorded.extend(named.map(|(name, source)| Argument {
            name: name.clone(),
            input: source.recorded(),
        }));
        Self { sources, recorded }
    }

    pub(super) fn refused(why: Failure) -> Self {
        Self {
            sources: Err(why),
            recorded: Vec::new(),
        }
    }

    /// The same, or a refusal where the run would go beyond a limit.
    pub(super) fn within(self, limits: &Limits, depth: u32) -> Self {
        let cap = if u64::from(depth) > limits.of(Cap::Depth) {
            Cap::Depth
        } else if self.bytes() > limits.size(Cap::Arguments) {
            Cap::Arguments
        } else {
            return self;
        };
        let message = limits.exceeded(cap).to_string();
        Self::refused(Failure::permanent(FailureKind::Denied, message))
    }

    /// Bytes of the arguments that are values.
    pub(super) fn bytes(&self) -> usize {
        let sources = self.sources.iter().flatten();
        sources.map(ArgumentSource::bytes).sum()
    }

    /// The runs that have to end before the new one starts.
    pub(super) fn upstreams(&self, wait_for: Vec<Upstream>) -> Vec<Upstream> {
        let mut upstreams = wait_for;
        let mut add = |run: RunId, allow_failure| {
            upstreams.push(Upstream { run, allow_failure });
        };
        for argument in &self.recorded {
            match &argument.input {
                Input::Value(_) => {}
                Input::ResultOf(run) => add(*run, false),
                Input::ResultsOf(runs) => runs.iter().for_each(|run| add(*run, false)),
                Input::OutcomeOf(run) => add(*run, true),
            }
        }
        upstreams
    }

    /// The template with the arguments in the places that name parameters.
    pub(super) fn name(&self, template: &str) -> String {
        let mut name = short(template).to_owned();
        for (argument, source) in self.recorded.iter().zip(self.sources.iter().flatten()) {
            let place = format!("{{{}}}", argument.name);
            if name.contains(&place) {
                let value = source.in_name();
                name = short(&name.replace(&place, short(&value))).to_owned();
            }
        }
        name
    }
}

/// Bytes of a name: those of runs are kept for as long as the flow runs.
const NAME: usize = 1 << 10;

/// The start of a name that nobody would read to its end.
pub(super) fn short(name: &str) -> &str {
    &name[..name.floor_char_boundary(NAME)]
}

/// Puts named arguments, and those by position, into the definition's order.
fn bind(
    parameters: &[Parameter],
    arguments: Vec<(String, ArgumentSource)>,
) -> Result<Vec<ArgumentSource>, String> {
    let mut bound: Vec<Option<ArgumentSource>> = vec![None; parameters.len()];
    for (position, (name, source)) in arguments.into_iter().enumerate() {
        if let ArgumentSource::Value(value) = &source
            && let Err(error) = value.check()
        {
            return Err(format!("argument {position} is no JSON: {error}"));
        }
        let slot = match &*name {
            "" => position,
            name => match parameters.iter().position(|p| p.name == name) {
                Some(slot) => slot,
                None => return Err(format!("there is no parameter '{}'", short(name))),
            },
        };
        match bound.get_mut(slot) {
            Some(free @ None) => *free = Some(source),
            Some(_) => {
                return Err(format!(
                    "parameter '{}' is given twice",
                    parameters[slot].name
                ));
            }
            None => return Err(format!("{} arguments at most are taken", parameters.len())),
        }
    }
    let mut sources = Vec::with_capacity(parameters.len());
    for (parameter, source) in parameters.iter().zip(bound) {
        let default = || {
            let json = parameter.default.as_deref()?;
            Some(ArgumentSource::Value(Value::Json(json.into())))
        };
        let missing = || format!("parameter '{}' is missing", parameter.name);
        sources.push(source.or_else(default).ok_or_else(missing)?);
    }
    Ok(sources)
}
