//! What parameters take when a run is submitted: values, and futures of runs that return them.

use std::rc::Rc;

use crate::bindings::wflow::plugin::runner::RunFuture;
use crate::value::{Value, json};
use crate::{Future, Outcome, Parameter, Result};

/// An argument on its way to a new run.
#[doc(hidden)]
pub enum Argument {
    Value(Value),
    /// The new run waits for this one, and the host hands the result over.
    ResultOf(Rc<RunFuture>),
    ResultsOf(Vec<Rc<RunFuture>>),
    OutcomeOf(Rc<RunFuture>),
}

/// Reads the arguments of a submit, in the parameters' order, before they are handed over.
#[doc(hidden)]
pub struct Values<'a>(std::slice::Iter<'a, Argument>);

impl<'a> Values<'a> {
    pub fn new(arguments: &'a [Argument]) -> Self {
        Self(arguments.iter())
    }

    /// None if it is the result of a run.
    pub fn take<T: Parameter>(&mut self) -> Option<T> {
        match self.0.next()? {
            Argument::Value(value) => T::from_value(value.clone()).ok(),
            _ => None,
        }
    }
}

/// What a parameter of type `T` takes: a `T`, a `&T`, or the [`Future`] of a run that returns a `T`.
///
/// A `String` also takes a `&str`, a `Vec<T>` also a reference to a list of futures, and an
/// [`Outcome<T>`](crate::Outcome) a future in [`allow_failure`].
///
/// # Panics
///
/// `submit`, `map`, `start` and plain calls panic if JSON cannot hold the value.
#[diagnostic::on_unimplemented(
    message = "a parameter of type `{T}` does not take `{Self}`",
    label = "expected `{T}`, `&{T}` or `&Future<{T}>`"
)]
pub trait IntoArgument<T> {
    #[doc(hidden)]
    fn into_argument(self) -> Argument;
}

impl<T: Parameter> IntoArgument<T> for T {
    fn into_argument(self) -> Argument {
        written(self.into_value())
    }
}

impl<T: Parameter> IntoArgument<T> for &T {
    fn into_argument(self) -> Argument {
        written(self.to_value())
    }
}

impl IntoArgument<String> for &str {
    fn into_argument(self) -> Argument {
        written(json(self))
    }
}

impl<T: Parameter> IntoArgument<T> for &Future<T> {
    fn into_argument(self) -> Argument {
        Argument::ResultOf(Rc::clone(&self.run))
    }
}

impl<T: Parameter> IntoArgument<T> for Future<T> {
    fn into_argument(self) -> Argument {
        Argument::ResultOf(self.run)
    }
}

// Not for the list itself: `vec!["a".into()]` could then be one of strings or of futures.
impl<T: Parameter> IntoArgument<Vec<T>> for &Vec<Future<T>> {
    fn into_argument(self) -> Argument {
        self.as_slice().into_argument()
    }
}

impl<T: Parameter> IntoArgument<Vec<T>> for &[Future<T>] {
    fn into_argument(self) -> Argument {
        Argument::ResultsOf(self.iter().map(|run| Rc::clone(&run.run)).collect())
    }
}

/// A run that may fail; made by [`allow_failure`].
pub struct AllowFailure<T>(pub(crate) Future<T>);

/// Lets the new run start even if this one does not complete: as an argument for an
/// [`Outcome<T>`](crate::Outcome), or in `wait_for`.
pub fn allow_failure<T>(run: &Future<T>) -> AllowFailure<T> {
    AllowFailure(run.clone())
}

impl<T: Parameter> IntoArgument<Outcome<T>> for AllowFailure<T> {
    fn into_argument(self) -> Argument {
        Argument::OutcomeOf(self.0.run)
    }
}

/// A value that JSON cannot hold is a mistake in the program, which its first run shows.
fn written(value: Result<Value>) -> Argument {
    Argument::Value(value.unwrap_or_else(|failure| panic!("an argument: {failure}")))
}

/// What a parameter of type `T` takes in a `map`: anything to iterate over that gives what the
/// parameter takes in a `submit`, or one [`unmapped`] value.
#[diagnostic::on_unimplemented(
    message = "`map` cannot take a list of values of type `{T}` from `{Self}`",
    note = "give each run its value with a list, or all of them the same with `wflow::unmapped(value)`"
)]
pub trait IntoColumn<T> {
    #[doc(hidden)]
    fn into_column(self) -> Column;
}

/// The arguments of one parameter of a `map`.
#[doc(hidden)]
pub enum Column {
    Each(Vec<Argument>),
    Same(Argument),
}

impl<T, I: IntoIterator<Item: IntoArgument<T>>> IntoColumn<T> for I {
    fn into_column(self) -> Column {
        Column::Each(self.into_iter().map(IntoArgument::into_argument).collect())
    }
}

/// One value for all runs of a `map`; made by [`unmapped`].
pub struct Unmapped<V>(V);

/// Gives all runs of a `map` the same value, or the result of the same run.
pub fn unmapped<V>(value: V) -> Unmapped<V> {
    Unmapped(value)
}

impl<T, V: IntoArgument<T>> IntoColumn<T> for Unmapped<V> {
    fn into_column(self) -> Column {
        Column::Same(self.0.into_argument())
    }
}

/// Turns the columns, which have a name each, into one list of arguments per run.
///
/// # Panics
///
/// If the lists have different lengths, or there are none.
pub(crate) fn rows(task: &str, columns: Vec<(&str, Column)>) -> Vec<Vec<Argument>> {
    let count = common_length(task, &columns);
    let mut rows: Vec<Vec<_>> = (0..count)
        .map(|_| Vec::with_capacity(columns.len()))
        .collect();
    for (_, column) in columns {
        match column {
            Column::Each(arguments) => {
                for (row, argument) in rows.iter_mut().zip(arguments) {
                    row.push(argument);
                }
            }
            Column::Same(argument) => {
                for row in &mut rows {
                    row.push(argument.clone());
                }
            }
        }
    }
    rows
}

fn common_length(task: &str, columns: &[(&str, Column)]) -> usize {
    let mut lists = columns.iter().filter_map(|(name, column)| match column {
        Column::Each(arguments) => Some((name, arguments.len())),
        Column::Same(_) => None,
    });
    let Some((first, length)) = lists.next() else {
        panic!("`{task}::map`: every value is unmapped; one parameter needs a list");
    };
    for (name, other) in lists {
        assert!(
            other == length,
            "`{task}::map`: `{first}` has {length} values and `{name}` has {other}; \
             use `wflow::unmapped` for a value that all runs share"
        );
    }
    length
}

impl Clone for Argument {
    fn clone(&self) -> Self {
        match self {
            Self::Value(value) => Self::Value(value.clone()),
            Self::ResultOf(run) => Self::ResultOf(Rc::clone(run)),
            Self::ResultsOf(runs) => Self::ResultsOf(runs.clone()),
            Self::OutcomeOf(run) => Self::OutcomeOf(Rc::clone(run)),
        }
    }
}
