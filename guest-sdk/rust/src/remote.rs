//! Flows and tasks of other components, which are called by name.

use std::marker::PhantomData;
use std::rc::Rc;

use serde::Serialize;

use crate::argument::Argument;
use crate::plugin::Kind;
use crate::submit::RunOptions;
use crate::value::json;
use crate::{Configure, Future, IntoArgument, Parameter, Result};

/// A task that returns a `T`: `images/resize` is the task `resize` of the component that `wflow.toml`
/// calls `images`.
///
/// ```no_run
/// # fn example(path: wflow::Future<String>) -> wflow::Result<u32> {
/// wflow::remote::task("images/resize").arg("width", 64).result_of("path", &path).call()
/// # }
/// ```
pub fn task<T: Parameter>(name: impl Into<String>) -> Call<T> {
    Call::new(Kind::Task, name.into())
}

/// A flow that returns a `T`, likewise.
pub fn flow<T: Parameter>(name: impl Into<String>) -> Call<T> {
    Call::new(Kind::Flow, name.into())
}

/// A run of a flow or task of another component; [`Configure`] overrides its options.
#[must_use = "nothing runs before `submit` or `call`"]
pub struct Call<T> {
    kind: Kind,
    name: String,
    arguments: Vec<(String, Argument)>,
    options: RunOptions,
    result: PhantomData<fn() -> T>,
}

impl<T: Parameter> Call<T> {
    fn new(kind: Kind, name: String) -> Self {
        Self {
            kind,
            name,
            arguments: Vec::new(),
            options: RunOptions::default(),
            result: PhantomData,
        }
    }

    /// Gives a parameter a value.
    ///
    /// # Panics
    ///
    /// If JSON cannot hold the value.
    pub fn arg(mut self, parameter: &str, value: impl Serialize) -> Self {
        let value = json(&value).unwrap_or_else(|failure| panic!("an argument: {failure}"));
        self.arguments
            .push((parameter.to_owned(), Argument::Value(value)));
        self
    }

    /// Gives a parameter of type `A` a value, or the result of another run: what `wflow bind` writes.
    ///
    /// # Panics
    ///
    /// If JSON cannot hold the value.
    pub fn given<A>(mut self, parameter: &str, value: impl IntoArgument<A>) -> Self {
        self.arguments
            .push((parameter.to_owned(), value.into_argument()));
        self
    }

    /// Gives a parameter the result of another run.
    pub fn result_of<R>(mut self, parameter: &str, run: &Future<R>) -> Self {
        let result = Argument::ResultOf(Rc::clone(&run.run));
        self.arguments.push((parameter.to_owned(), result));
        self
    }

    /// Returns the run's future at once.
    pub fn submit(self) -> Future<T> {
        self.options
            .submit_named(self.kind, &self.name, self.arguments)
    }

    /// Waits for the run's result.
    ///
    /// # Errors
    ///
    /// How the run ended if it did not complete.
    pub fn call(self) -> Result<T> {
        self.submit().result()
    }
}

impl<T> Configure for Call<T> {
    fn options(&mut self) -> &mut RunOptions {
        &mut self.options
    }
}
