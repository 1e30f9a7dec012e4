//! How a run is submitted, and what a submit can override.

use std::collections::BTreeMap;
use std::mem;
use std::rc::Rc;
use std::time::Duration;

use crate::argument::{AllowFailure, Argument, Column, rows};
use crate::bindings::wflow::plugin::runner::{self, Input, RunFuture};
use crate::plugin::Kind;
use crate::value::Value;
use crate::{Future, Limit, Parameter};

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

    /// The run's name instead of the one that the host makes; `{parameter}` in it stands for an
    /// argument.
    #[must_use]
    fn name(mut self, name: impl Into<String>) -> Self {
        self.options().set("run_name", name.into());
        self
    }

    /// How long one attempt may take, in whole milliseconds; of a flow, its runs included.
    #[must_use]
    fn timeout(mut self, timeout: Duration) -> Self {
        self.options().set("timeout_ms", milliseconds(timeout));
        self
    }

    /// How often a failed attempt is followed by another.
    #[must_use]
    fn retries(mut self, retries: u32) -> Self {
        self.options().set("retries", retries);
        self
    }

    /// How long to wait before each retry, in whole milliseconds.
    #[must_use]
    fn retry_delay(self, delay: Duration) -> Self {
        self.retry_delays([delay])
    }

    /// How long to wait before the first retry, the second, and so on; the last one stands for those
    /// that follow.
    #[must_use]
    fn retry_delays(mut self, delays: impl IntoIterator<Item = Duration>) -> Self {
        let delays: Vec<_> = delays.into_iter().map(milliseconds).collect();
        self.options().set("retry_delay_ms", delays);
        self
    }

    /// What each delay after the last one given is multiplied with: 2 doubles it each time.
    #[must_use]
    fn retry_backoff(mut self, factor: f64) -> Self {
        self.options().set("retry_backoff", factor);
        self
    }

    /// How much longer a delay may be, at random: 0.5 is up to half.
    #[must_use]
    fn retry_jitter(mut self, factor: f64) -> Self {
        self.options().set("retry_jitter", factor);
        self
    }

    /// Adds a tag to those that the code declares.
    #[must_use]
    fn tag(mut self, tag: impl Into<String>) -> Self {
        self.options().add_tag(tag.into());
        self
    }

    /// Lowers a limit of its attempts, to an amount in bytes, in milliseconds or of things. What is
    /// higher than the operator's or the code's changes nothing.
    ///
    /// ```no_run
    /// # use wflow::{Limit, prelude::*};
    /// # #[task] fn load(path: String) -> Bytes { Bytes(vec![]) }
    /// # fn example() {
    /// let run = load::with().limit(Limit::Memory, 64 << 20).submit("a.png");
    /// # }
    /// # fn main() {}
    /// ```
    #[must_use]
    fn limit(mut self, limit: Limit, amount: u64) -> Self {
        self.options().add_limit(limit, amount);
        self
    }

    /// Has the run wait for another one of which it takes no result. It does not start if that one
    /// does not complete, unless this is [`allow_failure`](crate::allow_failure).
    #[must_use]
    fn wait_for(mut self, run: impl Dependency) -> Self {
        self.options().wait_for.push(run.dependency());
        self
    }
}

/// What `t::with()` of a task `t` has besides [`Configure`].
pub trait ConfigureTask: Configure {
    /// What runs must have in common to share a result, as in the attribute:
    /// `"inputs - debug + task-source"`, or `"none"`.
    #[must_use]
    fn cache_policy(mut self, policy: &str) -> Self {
        self.options().set("cache_policy", words(policy));
        self
    }

    /// A text that runs must have in common to share a result.
    #[must_use]
    fn cache_key(mut self, key: impl Into<String>) -> Self {
        self.options().set("cache_key", key.into());
        self
    }

    /// How long the result is kept, in whole milliseconds.
    #[must_use]
    fn cache_expiration(mut self, time: Duration) -> Self {
        self.options()
            .set("cache_expiration_ms", milliseconds(time));
        self
    }

    /// Whether the run executes although there may be a result, whose place its own takes.
    #[must_use]
    fn refresh_cache(mut self, refresh: bool) -> Self {
        self.options().set("refresh_cache", refresh);
        self
    }

    /// `"read-committed"`, or `"serializable"`: the run waits while another one executes whose result
    /// it could have.
    #[must_use]
    fn cache_isolation(mut self, isolation: &str) -> Self {
        self.options().set("cache_isolation", isolation);
        self
    }

    /// Runs of a higher priority start first; 0 is what others have.
    #[must_use]
    fn priority(mut self, priority: i32) -> Self {
        self.options().set("priority", priority);
        self
    }
}

/// What `f::with()` of a flow `f` has besides [`Configure`].
pub trait ConfigureFlow: Configure {
    /// `"sequential"`, `"concurrent"` or `"thread-pool"`.
    #[must_use]
    fn runner(mut self, runner: &str) -> Self {
        self.options().set("runner", runner);
        self
    }
}

/// What [`Configure::wait_for`] takes: a `&Future<T>`, or one in
/// [`allow_failure`](crate::allow_failure).
pub trait Dependency {
    #[doc(hidden)]
    fn dependency(self) -> (Rc<RunFuture>, bool);
}

impl<T> Dependency for &Future<T> {
    fn dependency(self) -> (Rc<RunFuture>, bool) {
        (Rc::clone(&self.run), false)
    }
}

impl<T> Dependency for AllowFailure<T> {
    fn dependency(self) -> (Rc<RunFuture>, bool) {
        (self.0.run, true)
    }
}

/// A policy in the contract's words; the host tells what is wrong with them.
fn words(policy: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut sign = "";
    for token in policy.split_whitespace().filter(|token| *token != "none") {
        match token {
            "+" | "-" => sign = token.trim_matches('+'),
            word => words.push(format!("{}{word}", mem::take(&mut sign))),
        }
    }
    words
}

pub(crate) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// The overrides of one submit.
#[derive(Clone, Default)]
pub struct RunOptions {
    /// In the contract's spelling.
    json: serde_json::Map<String, serde_json::Value>,
    /// Those in `json`.
    limits: BTreeMap<Limit, u64>,
    /// Runs to wait for, and whether they may fail.
    wait_for: Vec<(Rc<RunFuture>, bool)>,
    /// What the code makes keys of results with.
    cache_key: Option<CacheKey>,
}

/// None where an argument is no value yet.
pub type CacheKey = fn(&[Argument]) -> Option<String>;

impl RunOptions {
    pub fn new(cache_key: Option<CacheKey>) -> Self {
        Self {
            cache_key,
            ..Self::default()
        }
    }

    pub fn submit<T: Parameter>(mut self, task: &str, mut arguments: Vec<Argument>) -> Future<T> {
        only_in_wflow(task);
        self.add_cache_key(&arguments);
        let arguments = lowered(&mut arguments);
        Future::new(runner::submit(
            task,
            &arguments,
            &self.wait_for(),
            &self.json(),
        ))
    }

    pub(crate) fn submit_named<T: Parameter>(
        self,
        kind: Kind,
        name: &str,
        mut arguments: Vec<(String, Argument)>,
    ) -> Future<T> {
        only_in_wflow(name);
        let named = arguments
            .iter_mut()
            .map(|(parameter, argument)| runner::Argument {
                name: parameter.clone(),
                ..lower(argument)
            });
        let arguments: Vec<_> = named.collect();
        let submit = match kind {
            Kind::Flow => runner::start_flow,
            Kind::Task => runner::submit,
        };
        Future::new(submit(name, &arguments, &self.wait_for(), &self.json()))
    }

    pub fn map<T: Parameter>(self, task: &str, columns: Vec<(&str, Column)>) -> Vec<Future<T>> {
        let mut runs = rows(task, columns);
        only_in_wflow(task);
        if self.makes_cache_keys() {
            // Each run has a key of its own, and so a submit of its own.
            let submit = |row| self.clone().submit(task, row);
            return runs.into_iter().map(submit).collect();
        }
        let runs: Vec<_> = runs.iter_mut().map(|row| lowered(row)).collect();
        let futures = runner::submit_many(task, &runs, &self.wait_for(), &self.json());
        futures.into_iter().map(Future::new).collect()
    }

    pub fn start<T: Parameter>(self, flow: &str, mut arguments: Vec<Argument>) -> Future<T> {
        only_in_wflow(flow);
        let arguments = lowered(&mut arguments);
        Future::new(runner::start_flow(
            flow,
            &arguments,
            &self.wait_for(),
            &self.json(),
        ))
    }

    fn makes_cache_keys(&self) -> bool {
        let chosen = ["cache_key", "cache_policy"];
        self.cache_key.is_some() && !chosen.iter().any(|option| self.json.contains_key(*option))
    }

    fn add_cache_key(&mut self, arguments: &[Argument]) {
        if self.makes_cache_keys()
            && let Some(key) = self.cache_key.and_then(|key| key(arguments))
        {
            self.set("cache_key", key);
        }
    }

    fn set(&mut self, option: &str, value: impl Into<serde_json::Value>) {
        self.json.insert(option.to_owned(), value.into());
    }

    fn add_tag(&mut self, tag: String) {
        let tags = self
            .json
            .entry("tags")
            .or_insert_with(|| Vec::<String>::new().into());
        if let serde_json::Value::Array(tags) = tags {
            tags.push(tag.into());
        }
    }

    fn add_limit(&mut self, limit: Limit, amount: u64) {
        self.limits.insert(limit, amount);
        let limits = serde_json::to_value(&self.limits);
        self.set("limits", limits.expect("words and numbers are JSON"));
    }

    fn json(&self) -> String {
        match self.json.is_empty() {
            true => String::new(),
            false => serde_json::to_string(&self.json).expect("words and numbers are JSON"),
        }
    }

    fn wait_for(&self) -> Vec<runner::Dependency<'_>> {
        let waited_for = self.wait_for.iter();
        waited_for
            .map(|(run, allow_failure)| runner::Dependency {
                run,
                allow_failure: *allow_failure,
            })
            .collect()
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
            Argument::ResultsOf(runs) => Input::ResultsOf(runs.iter().map(|run| &**run).collect()),
            Argument::OutcomeOf(run) => Input::OutcomeOf(run),
        },
    }
}

/// The contract owns its values but borrows its futures.
fn taken(value: &mut Value) -> Value {
    mem::replace(value, Value::Bytes(Vec::new()))
}
