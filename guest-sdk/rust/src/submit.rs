//! How a run is submitted, and what a submit can override.

use std::time::Duration;

use crate::bindings::wflow::plugin::runner;
use crate::bindings::wflow::plugin::types::Value;
use crate::{Argument, Future, Parameter};

/// What one submit overrides of the options that the code declares.
#[derive(Clone, Debug, Default)]
pub struct Options {
    name: Option<String>,
    retries: Option<u32>,
    retry_delay: Option<Duration>,
    timeout: Option<Duration>,
}

impl Options {
    /// The run's name instead of the one that the host makes.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// How often a failed attempt is followed by another.
    pub fn retries(mut self, retries: u32) -> Self {
        self.retries = Some(retries);
        self
    }

    /// How long to wait before each retry, in whole milliseconds.
    pub fn retry_delay(mut self, delay: Duration) -> Self {
        self.retry_delay = Some(delay);
        self
    }

    /// How long one attempt may take, in whole milliseconds.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    fn to_contract(&self) -> runner::SubmitOptions {
        let milliseconds = |d: Duration| u64::try_from(d.as_millis()).unwrap_or(u64::MAX);
        runner::SubmitOptions {
            name: self.name.clone(),
            retries: self.retries,
            retry_delay: self.retry_delay.map(milliseconds),
            timeout: self.timeout.map(milliseconds),
            tags: Vec::new(),
        }
    }
}

/// Called by what `#[task]` makes.
#[doc(hidden)]
pub fn task<T: Parameter>(name: &str, arguments: Vec<Argument>, options: &Options) -> Future<T> {
    let arguments = contract(arguments);
    Future::new(runner::submit(
        name,
        &arguments,
        &[],
        &options.to_contract(),
    ))
}

/// Called by what `#[task]` makes: one run for each list of arguments.
#[doc(hidden)]
pub fn map<T: Parameter>(
    name: &str,
    runs: Vec<Vec<Argument>>,
    options: &Options,
) -> Vec<Future<T>> {
    let runs: Vec<_> = runs.into_iter().map(contract).collect();
    let futures = runner::submit_many(name, &runs, &[], &options.to_contract());
    futures.into_iter().map(Future::new).collect()
}

/// Called by what `#[flow]` makes.
#[doc(hidden)]
pub fn flow<T: Parameter>(name: &str, arguments: Vec<Argument>, options: &Options) -> Future<T> {
    let arguments = contract(arguments);
    Future::new(runner::start_flow(
        name,
        &arguments,
        &[],
        &options.to_contract(),
    ))
}

fn contract(arguments: Vec<Argument<'_>>) -> Vec<runner::Argument<'_>> {
    arguments.into_iter().map(argument).collect()
}

fn argument(argument: Argument<'_>) -> runner::Argument<'_> {
    let input = match argument {
        Argument::ResultOf(run) => runner::Input::ResultOf(run),
        Argument::Value(value) => runner::Input::Value(written(value)),
    };
    let name = String::new();
    runner::Argument { name, input }
}

/// A value that JSON cannot hold is a mistake in the program, found at the first try.
fn written(value: crate::Result<Value>) -> Value {
    value.unwrap_or_else(|failure| panic!("an argument cannot be written as JSON: {failure}"))
}
