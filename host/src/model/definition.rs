//! What a component says that it holds: its flows and tasks, their parameters and options.

use serde::{Deserialize, Serialize};

use super::Options;

/// The flows and tasks of a component.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    pub flows: Vec<Definition>,
    pub tasks: Vec<Definition>,
}

/// A flow or a task.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Definition {
    pub name: String,
    /// For people; the first line is a summary.
    pub description: String,
    pub parameters: Vec<Parameter>,
    /// JSON Schema of the result; empty means any value.
    pub result: String,
    /// What the code declares.
    pub options: Options,
}

/// A parameter of a flow or task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameter {
    pub name: String,
    /// JSON Schema of the value; empty means any value.
    pub schema: String,
    /// JSON text of the default; without one the parameter is required.
    pub default: Option<String>,
}
