//! What a component says that it holds: its flows and tasks, their parameters and options.

use serde::{Deserialize, Serialize};

/// The flows and tasks of a component.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub flows: Vec<Definition<FlowOptions>>,
    pub tasks: Vec<Definition<TaskOptions>>,
}

/// A flow or a task, with the options that its code declares.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition<Options> {
    pub name: String,
    /// For people; the first line is a summary.
    pub description: String,
    pub parameters: Vec<Parameter>,
    /// JSON Schema of the result; empty means any value.
    pub result: String,
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

/// What a task's code declares about its runs, in the spelling of the contract.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TaskOptions {
    /// How often a failed attempt is followed by another.
    pub retries: u32,
    /// The pause before each retry, in milliseconds.
    pub retry_delay_ms: u64,
    /// How long one attempt may take, in milliseconds.
    pub timeout_ms: Option<u64>,
    pub tags: Vec<String>,
}

/// What a flow's code declares about its runs, in the spelling of the contract.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FlowOptions {
    pub runner: Option<RunnerKind>,
    /// Worker threads of a thread-pool runner.
    pub max_workers: Option<usize>,
    /// How long the flow run may take, in milliseconds.
    pub timeout_ms: Option<u64>,
}

/// Which task runner a flow run uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunnerKind {
    /// A submit runs the task to its end before it returns.
    Sequential,
    /// Task runs interleave on one worker thread.
    #[default]
    Concurrent,
    /// Task runs interleave on several worker threads.
    ThreadPool,
}
