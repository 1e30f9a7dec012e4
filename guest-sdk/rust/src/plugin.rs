//! What the component offers to the host: everything that `#[flow]` and `#[task]` registered.

use std::io::Write;

use crate::bindings::exports::wflow::plugin::plugin::{Definition, Manifest};
use crate::bindings::wflow::plugin::types::Error;
use crate::{Failure, Result};

pub use crate::bindings::exports::wflow::plugin::plugin::Parameter as ParameterDefinition;
pub use crate::bindings::wflow::plugin::types::Value;
pub use crate::submit::{flow, map, task};

/// A flow or a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Flow,
    Task,
}

/// A registered function.
pub struct Registered {
    pub kind: Kind,
    pub name: &'static str,
    pub description: &'static str,
    pub parameters: fn() -> Vec<ParameterDefinition>,
    /// JSON Schema of the result.
    pub result: fn() -> String,
    /// The declared options, as JSON.
    pub options: &'static str,
    pub run: fn(Arguments) -> Result<Value>,
}

inventory::collect!(Registered);

/// The arguments of a run, taken in the parameters' order.
pub struct Arguments(std::vec::IntoIter<Value>);

impl Arguments {
    /// # Errors
    ///
    /// If the argument is not of the parameter's type.
    pub fn take<T: crate::Parameter>(&mut self, parameter: &str) -> Result<T> {
        let missing = || Failure::permanent(format!("parameter `{parameter}` is missing"));
        let value = self.0.next().ok_or_else(missing)?;
        T::from_value(value)
            .map_err(|failure| Failure::permanent(format!("parameter `{parameter}`: {failure}")))
    }
}

/// # Errors
///
/// If the result cannot be written as JSON.
pub fn to_value<T: crate::Parameter>(result: &T) -> Result<Value> {
    result.to_value()
}

fn registered(kind: Kind) -> impl Iterator<Item = &'static Registered> {
    inventory::iter::<Registered>
        .into_iter()
        .filter(move |r| r.kind == kind)
}

pub(crate) fn describe() -> Manifest {
    let definitions = |kind| {
        let mut definitions: Vec<_> = registered(kind).map(definition).collect();
        definitions.sort_by(|a, b| a.name.cmp(&b.name));
        definitions
    };
    Manifest {
        flows: definitions(Kind::Flow),
        tasks: definitions(Kind::Task),
    }
}

fn definition(registered: &Registered) -> Definition {
    Definition {
        name: registered.name.to_owned(),
        description: registered.description.to_owned(),
        parameters: (registered.parameters)(),
        result: (registered.result)(),
        options: registered.options.to_owned(),
    }
}

pub(crate) fn run(kind: Kind, name: &str, arguments: Vec<Value>) -> Result<Value, Error> {
    std::panic::set_hook(Box::new(|panic| {
        eprintln!("{}", panic.to_string().replace(":\n", ": "));
        let _ = std::io::stdout().flush();
    }));
    let found = registered(kind).find(|r| r.name == name);
    let unknown = || Failure::permanent(format!("the component has no `{name}`"));
    let returned = found
        .ok_or_else(unknown)
        .and_then(|r| (r.run)(Arguments(arguments.into_iter())));
    let _ = std::io::stdout().flush();
    returned.map_err(|failure| Error {
        message: failure.message().to_owned(),
        retryable: failure.is_retryable(),
    })
}
