//! How a run is submitted, and what a submit can override.

use std::mem;
use std::rc::Rc;
use std::time::Duration;

use crate::argument::{Argument, Column, rows};
use crate::bindings::wflow::plugin::runner::{self, Input, RunFuture, SubmitOptions};
use crate::value::Value;
use crate::{Future, Parameter};

/// What `t::with()` of a task or flow `t` returns: overrides of the options that the code declares.
///
/// ```no_run
/// # use wflow::prelude::*;
/// # use std::time::Duration;
/// # #[task] fn load(path: String) -> Bytes { Bytes(vec![]) }
/// # fn example() {
/// let run = load::with().name("the-first").timeout(Duration::from_secs(5)).submit("a.png");
/// # }
/// # fn main() {}
/// ```
pub trait Configure: Sized {
    #[doc(hidden)]
    fn options(&mut self) -> &mut RunOptions;

    /// The run's name instead of the one that the host makes.
    #[must_use]
    fn name(mut self, name: impl Into<String>) -> Self {
        self.options().contract.name = Some(name.into());
        self
    }

    /// How long one attempt may take, in whole milliseconds.
    #[must_use]
    fn timeout(mut self, timeout: Duration) -> Self {
        self.options().contract.timeout = Some(milliseconds(timeout));
        self
    }

    /// Adds a tag to those that the code declares.
    #[must_use]
    fn tag(mut self, tag: impl Into<String>) -> Self {
        self.options().contract.tags.push(tag.into());
        self
    }

    /// Has the run wait for another one of which it takes no result. It does not start if that one
    /// does not complete.
    #[must_use]
    fn wait_for<T>(mut self, run: &Future<T>) -> Self {
        self.options().wait_for.push(Rc::clone(&run.run));
        self
    }
}

/// What `t::with()` of a task `t` has besides [`Configure`].
pub trait ConfigureRetries: Configure {
    /// How often a failed attempt is followed by another.
    #[must_use]
    fn retries(mut self, retries: u32) -> Self {
        self.options().contract.retries = Some(retries);
        self
    }

    /// How long to wait before each retry, in whole milliseconds.
    #[must_use]
    fn retry_delay(mut self, delay: Duration) -> Self {
        self.options().contract.retry_delay = Some(milliseconds(delay));
        self
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// The overrides of one submit.
pub struct RunOptions {
    contract: SubmitOptions,
    wait_for: Vec<Rc<RunFuture>>,
}

impl Default for RunOptions {
    fn default() -> Self {
        let contract = SubmitOptions {
            name: None,
            retries: None,
            retry_delay: None,
            timeout: None,
            tags: Vec::new(),
        };
        Self {
            contract,
            wait_for: Vec::new(),
        }
    }
}

impl RunOptions {
    pub fn submit<T: Parameter>(self, task: &str, mut arguments: Vec<Argument>) -> Future<T> {
        only_in_wflow(task);
        let arguments = lowered(&mut arguments);
        Future::new(runner::submit(
            task,
            &arguments,
            &self.wait_for(),
            &self.contract,
        ))
    }

    pub fn map<T: Parameter>(self, task: &str, columns: Vec<(&str, Column)>) -> Vec<Future<T>> {
        let mut runs = rows(task, columns);
        only_in_wflow(task);
        let runs: Vec<_> = runs.iter_mut().map(|row| lowered(row)).collect();
        let futures = runner::submit_many(task, &runs, &self.wait_for(), &self.contract);
        futures.into_iter().map(Future::new).collect()
    }

    pub fn start<T: Parameter>(self, flow: &str, mut arguments: Vec<Argument>) -> Future<T> {
        only_in_wflow(flow);
        let arguments = lowered(&mut arguments);
        Future::new(runner::start_flow(
            flow,
            &arguments,
            &self.wait_for(),
            &self.contract,
        ))
    }

    fn wait_for(&self) -> Vec<&RunFuture> {
        self.wait_for.iter().map(|run| &**run).collect()
    }
}

/// The contract's imports exist in a component alone.
fn only_in_wflow(name: &str) {
    if cfg!(not(target_family = "wasm")) {
        panic!("`{name}` was called outside of wflow, where nothing can run it");
    }
}

fn lowered(arguments: &mut [Argument]) -> Vec<runner::Argument<'_>> {
    arguments.iter_mut().map(lower).collect()
}

fn lower(argument: &mut Argument) -> runner::Argument<'_> {
    runner::Argument {
        // By position: the macros pass one argument for each parameter.
        name: String::new(),
        input: match argument {
            Argument::Value(value) => Input::Value(taken(value)),
            Argument::ResultOf(run) => Input::ResultOf(run),
        },
    }
}

/// The contract owns its values but borrows its futures.
fn taken(value: &mut Value) -> Value {
    mem::replace(value, Value::Bytes(Vec::new()))
}
