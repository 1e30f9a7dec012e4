//! What the component offers to the host: everything that `#[flow]` and `#[task]` registered.

use std::io::{self, Write as _};
use std::panic::{self, PanicHookInfo};

use schemars::Schema;
use serde::{Serialize, de::DeserializeOwned};

use crate::argument::Argument;
use crate::bindings::exports::wflow::plugin::plugin as contract;
use crate::bindings::wflow::plugin::types;
use crate::hook::{EndedRun, Hook};
use crate::value::Value;
use crate::{Failure, FailureKind, IntoArgument, Limit, Parameter, Result, State, limit};

/// What an attribute made of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Flow,
    Task,
}

/// A flow or task.
pub struct Registered {
    pub kind: Kind,
    pub name: &'static str,
    pub description: &'static str,
    pub parameters: fn() -> Vec<contract::Parameter>,
    pub result: fn() -> Schema,
    pub options: Declared,
    pub hooks: &'static [Hook],
    /// Whether a failed attempt is worth another one.
    pub retry_if: Option<fn(&Failure) -> bool>,
    pub run: fn(Arguments) -> Result<Value>,
}

inventory::collect!(Registered);

/// The options that the code declares, as the contract spells them.
#[derive(Debug, PartialEq, Serialize)]
pub struct Declared {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_name: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retries: Option<u32>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub retry_delay_ms: &'static [u64],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_backoff: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_jitter: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_if: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u64>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub tags: &'static [&'static str],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_concurrency: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_policy: Option<&'static [&'static str]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_expiration_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_cache: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_isolation: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pure: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_prints: Option<bool>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub on_completion: &'static [&'static str],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub on_failure: &'static [&'static str],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub on_crashed: &'static [&'static str],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub on_cancellation: &'static [&'static str],
    #[serde(
        skip_serializing_if = "<[_]>::is_empty",
        serialize_with = "limit::as_map"
    )]
    pub limits: &'static [(Limit, u64)],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needs: Option<&'static [&'static str]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runner: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_workers: Option<u32>,
}

impl Declared {
    pub const NOTHING: Self = Self {
        run_name: None,
        retries: None,
        retry_delay_ms: &[],
        retry_backoff: None,
        retry_jitter: None,
        retry_if: None,
        timeout_ms: None,
        tags: &[],
        priority: None,
        max_concurrency: None,
        cache_policy: None,
        cache_expiration_ms: None,
        refresh_cache: None,
        cache_isolation: None,
        pure: None,
        log_prints: None,
        on_completion: &[],
        on_failure: &[],
        on_crashed: &[],
        on_cancellation: &[],
        limits: &[],
        needs: None,
        runner: None,
        max_workers: None,
    };

    fn json(&self) -> String {
        match *self == Self::NOTHING {
            true => String::new(),
            false => serde_json::to_string(self).expect("numbers and strings are JSON"),
        }
    }
}

/// A parameter of a definition; its doc comment becomes the schema's description.
pub fn parameter<T: Parameter>(
    name: &str,
    description: &str,
    default: Option<String>,
) -> contract::Parameter {
    let mut schema = T::schema();
    if !description.is_empty() {
        schema.insert("description".to_owned(), description.into());
    }
    contract::Parameter {
        name: name.to_owned(),
        schema: schema.to_value().to_string(),
        default,
    }
}

/// JSON text of a default. Bytes have none, so the bound is not [`Parameter`].
pub fn default<T: Serialize + DeserializeOwned>(value: impl IntoArgument<T>) -> String {
    match value.into_argument() {
        Argument::Value(Value::Json(text)) => text,
        _ => panic!("a default is a value, not a future"),
    }
}

/// Whether the condition holds; says what type it has to have.
pub fn holds(failure: &Failure, condition: impl Fn(&Failure) -> bool) -> bool {
    condition(failure)
}

/// The arguments of a run, taken in the parameters' order.
pub struct Arguments(std::vec::IntoIter<Value>);

impl Arguments {
    /// # Errors
    ///
    /// If the argument is missing or not of the parameter's type.
    pub fn take<T: Parameter>(&mut self, parameter: &str) -> Result<T> {
        let about = |what| Failure::permanent(format!("parameter `{parameter}`: {what}"));
        let value = self
            .0
            .next()
            .ok_or_else(|| about("is missing".to_owned()))?;
        T::from_value(value).map_err(|failure| about(failure.to_string()))
    }
}

fn registered(kind: Kind) -> impl Iterator<Item = &'static Registered> {
    let all = inventory::iter::<Registered>.into_iter();
    all.filter(move |registered| registered.kind == kind)
}

/// Everything that is registered, by name.
pub fn describe() -> contract::Manifest {
    contract::Manifest {
        flows: definitions(Kind::Flow),
        tasks: definitions(Kind::Task),
    }
}

/// By name: the linker decides in which order they are registered.
fn definitions(kind: Kind) -> Vec<contract::Definition> {
    let mut definitions: Vec<_> = registered(kind).map(Registered::definition).collect();
    definitions.sort_by(|a, b| a.name.cmp(&b.name));
    definitions
}

impl Registered {
    fn definition(&self) -> contract::Definition {
        contract::Definition {
            name: self.name.to_owned(),
            description: self.description.to_owned(),
            parameters: (self.parameters)(),
            result: (self.result)().to_value().to_string(),
            options: self.options.json(),
        }
    }

    /// Skips the retries that are left if the condition does not hold for the failure.
    fn attempt(&self, arguments: Arguments) -> Result<Value> {
        (self.run)(arguments).map_err(|failure| match self.retry_if {
            Some(holds) if failure.is_retryable() && !holds(&failure) => failure.made_permanent(),
            _ => failure,
        })
    }
}

/// Runs a flow or task.
///
/// # Errors
///
/// If it fails, or there is none of the name.
pub fn run(kind: Kind, name: &str, arguments: Vec<Value>) -> Result<Value, types::Error> {
    panic::set_hook(Box::new(last_words));
    let returned = match registered(kind).find(|registered| registered.name == name) {
        Some(found) => found.attempt(Arguments(arguments.into_iter())),
        None => Err(Failure::permanent(format!("the component has no `{name}`"))),
    };
    flush();
    returned.map_err(|failure| told(&failure))
}

/// Calls a hook for a run that has ended, told as JSON.
///
/// # Errors
///
/// If it fails, or there is none of the name.
pub fn run_hook(name: &str, ended: &str) -> Result<(), types::Error> {
    about(ended, |of, ended| {
        match of.hooks.iter().find(|hook| hook.name == name) {
            Some(hook) => (hook.call)(ended),
            None => Err(Failure::permanent(format!(
                "the component has no hook `{name}`"
            ))),
        }
    })
}

/// Tells whether an attempt that crashed or timed out, told as JSON, is worth another one.
///
/// # Errors
///
/// If nothing says so.
pub fn retry_if(ended: &str) -> Result<bool, types::Error> {
    about(ended, |of, ended| {
        let name = of.name;
        let holds = of.retry_if.ok_or_else(|| {
            Failure::permanent(format!("`{name}` has no condition for another attempt"))
        })?;
        let kind = match ended.state {
            State::TimedOut => FailureKind::TimedOut,
            _ => FailureKind::Crashed,
        };
        Ok(holds(&Failure::of_attempt(kind, ended.message)))
    })
}

/// Calls something that is not the flow or task itself, but belongs to it.
fn about<T>(
    ended: &str,
    call: impl FnOnce(&Registered, EndedRun) -> Result<T>,
) -> Result<T, types::Error> {
    panic::set_hook(Box::new(last_words));
    let ended = serde_json::from_str(ended).map_err(Failure::from);
    let returned = ended.and_then(|ended: EndedRun| match of(&ended) {
        Some(of) => call(of, ended),
        None => Err(Failure::permanent("the component has no such flow or task")),
    });
    flush();
    returned.map_err(|failure| told(&failure))
}

/// The flow or task of the run.
fn of(ended: &EndedRun) -> Option<&'static Registered> {
    let (kind, name) = match (&ended.flow, &ended.task) {
        (Some(flow), _) => (Kind::Flow, flow),
        (None, task) => (Kind::Task, task.as_ref()?),
    };
    registered(kind).find(|registered| registered.name == name)
}

fn told(failure: &Failure) -> types::Error {
    types::Error {
        message: failure.to_string(),
        retryable: failure.is_retryable(),
    }
}

/// A panic ends the instance, and what it says in one line is all that the host learns.
fn last_words(panic: &PanicHookInfo<'_>) {
    let message = panic.payload_as_str().unwrap_or("for no stated reason");
    let lines: Vec<_> = message.lines().map(str::trim).collect();
    let message = lines.join("; ");
    match panic.location() {
        Some(location) => eprintln!("panicked at {location}: {message}"),
        None => eprintln!("panicked: {message}"),
    }
    flush();
}

/// Rust keeps back what a guest printed after the last newline.
fn flush() {
    // A closed stdout is no reason for a run to fail.
    let _ = io::stdout().flush();
}
