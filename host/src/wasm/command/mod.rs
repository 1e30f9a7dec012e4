//! WASI commands as tasks, without an SDK: arguments by a template, stdin from a parameter or a granted
//! file, stdout as the result, the exit code as the outcome.

mod stdin;
mod template;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use wasmtime::Store;
use wasmtime_wasi::I32Exit;
use wasmtime_wasi::p2::bindings::CommandPre;
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;

use super::Returned;
use super::bindings::exports::wflow::plugin::plugin::{self, Error};
use super::describe;
use super::sandbox::Sandbox;
use crate::model::{Cap, Manifest, Value};
use crate::runner::Job;
use template::Template;

/// The one task of a command.
const TASK: &str = "run";

/// How a command is called, as `wflow.toml` says it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CommandLine {
    /// A component that exports `wasi:cli/run`, or a module of WASI preview 1.
    pub component: PathBuf,
    #[serde(default)]
    args: Vec<String>,
    /// The parameter whose bytes or text it reads.
    stdin: Option<String>,
    /// The file that it reads, as guests see it: a template.
    stdin_file: Option<String>,
    #[serde(default)]
    result: CommandResult,
    /// Of parameters that need not be given.
    #[serde(default)]
    defaults: BTreeMap<String, Json>,
    #[serde(default)]
    description: String,
    /// As the code of a task declares them.
    #[serde(default)]
    options: BTreeMap<String, Json>,
}

/// What is made of stdout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum CommandResult {
    #[default]
    Text,
    Bytes,
    Json,
}

/// A command line that can be filled in.
#[derive(Debug)]
pub(super) struct Program {
    name: String,
    args: Vec<Template>,
    stdin: Option<String>,
    stdin_file: Option<Template>,
    result: CommandResult,
    /// In the order of the arguments of runs.
    parameters: Vec<String>,
}

/// What one instance of a command is started with, and where its stdout goes.
#[derive(Clone)]
pub(super) struct Call {
    pub(super) args: Vec<String>,
    pub(super) stdin: Bytes,
    pub(super) stdout: MemoryOutputPipe,
}

impl CommandLine {
    /// The command as a component with one task.
    ///
    /// # Errors
    ///
    /// If a template, a default or an option is not what it has to be.
    pub(super) fn prepared(&self, name: &str) -> Result<(Arc<Program>, Manifest)> {
        let args = self.args.iter().map(|arg| Template::parse(arg));
        let args = args.collect::<Result<Vec<_>>>().context("its args")?;
        let stdin_file = self.stdin_file.as_deref().map(Template::parse);
        let stdin_file = stdin_file.transpose().context("its stdin-file")?;
        ensure!(
            self.stdin.is_none() || stdin_file.is_none(),
            "it has both stdin and stdin-file; one of them is what it reads"
        );
        let places = args.iter().chain(&stdin_file).flat_map(Template::places);
        let mut parameters: Vec<String> = Vec::new();
        for place in places.chain(self.stdin.as_deref()) {
            if parameters.iter().all(|known| known != place) {
                parameters.push(place.to_owned());
            }
        }
        for name in self.defaults.keys() {
            ensure!(
                parameters.contains(name),
                "it has a default of '{name}', which none of its args names"
            );
        }
        let manifest = describe::checked(self.manifest(&parameters)?)?;
        let program = Program {
            name: name.to_owned(),
            args,
            stdin: self.stdin.clone(),
            stdin_file,
            result: self.result,
            parameters,
        };
        Ok((Arc::new(program), manifest))
    }

    fn manifest(&self, parameters: &[String]) -> Result<plugin::Manifest> {
        let parameter = |name: &String| plugin::Parameter {
            name: name.clone(),
            schema: self.schema(name).to_string(),
            default: self.defaults.get(name).map(Json::to_string),
        };
        let options = match self.options.is_empty() {
            true => String::new(),
            false => serde_json::to_string(&self.options)?,
        };
        let task = plugin::Definition {
            name: TASK.to_owned(),
            description: self.description.clone(),
            parameters: parameters.iter().map(parameter).collect(),
            result: self.result.schema().to_string(),
            options,
        };
        Ok(plugin::Manifest {
            flows: Vec::new(),
            tasks: vec![task],
        })
    }

    fn schema(&self, parameter: &str) -> Json {
        match self.stdin.as_deref() == Some(parameter) {
            true => json!({"description": "Bytes or text to read from stdin"}),
            false => json!({"type": ["string", "number", "boolean", "array"]}),
        }
    }
}

impl CommandResult {
    fn schema(self) -> Json {
        match self {
            Self::Text => json!({"type": "string"}),
            Self::Bytes => json!({"type": "string", "format": "binary"}),
            Self::Json => json!({}),
        }
    }

    fn of(self, stdout: Bytes) -> Result<Value, String> {
        let text = || str::from_utf8(&stdout).map_err(|error| format!("printed no UTF-8: {error}"));
        Ok(match self {
            Self::Text => Value::Json(json!(text()?).to_string().into()),
            Self::Json => Value::Json(text()?.trim().into()),
            Self::Bytes => Value::Bytes(stdout),
        })
    }
}

impl Program {
    /// What to start it with for these arguments.
    ///
    /// # Errors
    ///
    /// What is wrong with an argument, or with the file to read.
    fn call(&self, sandbox: &Sandbox) -> Result<Call, String> {
        let arguments = &sandbox.job.attempt.arguments;
        let values = arguments.iter().map(|value| match value {
            Value::Json(json) => serde_json::from_str(json).unwrap_or_default(),
            Value::Bytes(_) => Json::Null,
        });
        let values: Vec<Json> = values.collect();
        let place = |name: &str| self.parameters.iter().position(|known| known == name);
        let value = |name: &str| place(name).map_or(&Json::Null, |place| &values[place]);
        let filled = self.args.iter().map(|arg| arg.filled(value));
        let filled: Vec<_> = filled.collect::<Result<_, _>>()?;
        let stdin = match (&self.stdin, &self.stdin_file) {
            (Some(name), _) => place(name).map_or(Bytes::new(), |it| stdin::of(&arguments[it])),
            (None, Some(file)) => stdin::read(&file.filled(value)?.concat(), sandbox)?,
            (None, None) => Bytes::new(),
        };
        // One byte more tells what is too much from what is just enough.
        let most = sandbox.limits().size(Cap::Result).saturating_add(1);
        Ok(Call {
            args: [self.name.clone()]
                .into_iter()
                .chain(filled.into_iter().flatten())
                .collect(),
            stdin,
            stdout: MemoryOutputPipe::new(most),
        })
    }

    /// Runs an instance to its end.
    pub(super) async fn execute(
        &self,
        command: &CommandPre<Sandbox>,
        job: &Job,
        store: &mut Store<Sandbox>,
    ) -> wasmtime::Result<Returned> {
        let call = match self.call(store.data()) {
            Ok(call) => call,
            Err(message) => return Ok(Err(permanent(message))),
        };
        store.data_mut().call = Some(call.clone());
        job.meter.given(call.stdin.len());
        let began = Instant::now();
        let instance = command.instantiate_async(&mut *store).await?;
        job.meter.started(began.elapsed());
        let status = match instance.wasi_cli_run().call_run(&mut *store).await {
            Ok(Ok(())) => 0,
            Ok(Err(())) => 1,
            Err(error) => match error.downcast_ref() {
                Some(I32Exit(status)) => *status,
                None => return Err(error),
            },
        };
        let stdout = call.stdout.contents();
        if stdout.len() > store.data().limits().size(Cap::Result) {
            // Whatever it did when it could print no more: the result is refused for its size.
            return Ok(Ok(Value::Bytes(stdout).into()));
        }
        Ok(match status {
            0 => match self.result.of(stdout) {
                Ok(value) => Ok(value.into()),
                Err(message) => Err(permanent(message)),
            },
            status => Err(Error {
                message: exited(status, store.data()),
                retryable: true,
            }),
        })
    }
}

fn permanent(message: String) -> Error {
    Error {
        message,
        retryable: false,
    }
}

/// What it said last is most often why.
fn exited(status: i32, sandbox: &Sandbox) -> String {
    let printed = sandbox.printed.lock().expect("never held across a panic");
    match &*printed.last_words() {
        "" => format!("exited with status {status}"),
        words => format!("exited with status {status}: {words}"),
    }
}
