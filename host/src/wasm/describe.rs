//! Asks a component what it holds, and believes nothing: it has little time and memory to answer,
//! and what it answers is held to what the contract says.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail, ensure};
use bytesize::ByteSize;
use serde::de::IgnoredAny;
use wasmtime::{Engine, Store, UpdateDeadline};

use super::bindings::GuestPre;
use super::bindings::exports::wflow::plugin::plugin;
use super::compiler::one_line;
use super::outcome;
use super::replay::Seed;
use super::sandbox::Sandbox;
use crate::model::{
    Cap, Caps, Definition, Exceeded, Limits, Manifest, Options, Parameter, RunId, RunnerKind, SetBy,
};
use crate::runner::{Attempt, Call, Callee, Job, Mailbox, Meter, Target, TaskFuture};

const TIME: Duration = Duration::from_secs(10);
/// Bytes of linear memory.
const MEMORY: u64 = 256 << 20;
/// What it may hold of the host at the same time.
const HANDLES: usize = 1000;
/// Flows and tasks.
const DEFINITIONS: usize = 10_000;
/// Bytes of all that it says.
const TEXT: usize = 16 << 20;
/// Characters of a name.
const NAME: usize = 200;

/// What the component says that it holds, with nothing granted.
///
/// # Errors
///
/// If it does not answer, or what it answers is no manifest; on one line.
pub(super) async fn describe(engine: &Engine, guest: &GuestPre<Sandbox>) -> Result<Manifest> {
    let manifest = ask(engine, guest).await.and_then(checked);
    manifest.map_err(|error| anyhow!(one_line(&format!("{error:#}"))))
}

async fn ask(engine: &Engine, guest: &GuestPre<Sandbox>) -> Result<plugin::Manifest> {
    let mut store = store(engine);
    let answer = async {
        let instance = guest.instantiate_async(&mut store).await?;
        instance
            .wflow_plugin_plugin()
            .call_describe(&mut store)
            .await
    };
    // The epochs end a guest that is busy, this one that waits.
    let answer = tokio::time::timeout(TIME, answer).await;
    match answer.map_err(|_| too_slow())? {
        Ok(manifest) => Ok(manifest),
        Err(_) if store.data().refused_growth.is_some() => {
            bail!("it wants more memory than {}", ByteSize(MEMORY))
        }
        Err(error) if outcome::is_too_much(&error.root_cause().to_string()) => {
            bail!("it says more of itself than {TEXT} bytes")
        }
        Err(error) => match error.downcast_ref::<Exceeded>() {
            // Nobody can raise it here.
            Some(exceeded) => bail!("it {}", exceeded.what()),
            None => bail!(outcome::crash(&error, store.data())),
        },
    }
}

fn too_slow() -> anyhow::Error {
    anyhow!("it takes more than {} s", TIME.as_secs())
}

fn store(engine: &Engine) -> Store<Sandbox> {
    let mailbox = Mailbox::closed();
    let mut sandbox = Sandbox::new(&Arc::new(job()), &mailbox, &Arc::default(), Seed::default());
    sandbox.table.set_max_capacity(HANDLES);
    let mut store = Store::new(engine, sandbox);
    store.limiter(|sandbox| sandbox);
    store.set_max_component_handles(HANDLES);
    // Many strings of a guest can be the same piece of its memory. Lists count as well as texts.
    store.set_hostcall_fuel(2 * TEXT);
    store.set_epoch_deadline(1);
    let began = Instant::now();
    store.epoch_deadline_callback(move |_| match began.elapsed() < TIME {
        true => Ok(UpdateDeadline::Yield(1)),
        false => Err(wasmtime::format_err!("{}", too_slow())),
    });
    store
}

/// A call that belongs to no run.
fn job() -> Job {
    let run = RunId(uuid::Uuid::nil());
    let memory = Caps::from([(Cap::Memory, MEMORY)]);
    let limits = Limits::default().with(&memory, SetBy::Operator);
    let callee = Callee {
        target: Target::Task,
        origin: Arc::default(),
        name: "describe".into(),
        parameters: Arc::default(),
        pure: false,
        limits,
    };
    Job {
        attempt: Attempt {
            run,
            callee: Arc::new(callee),
            call: Call::Function,
            depth: 0,
            arguments: Vec::new(),
        },
        future: TaskFuture::new(run, "describe".into()),
        meter: Meter::new(),
        runner: RunnerKind::default(),
        log_prints: false,
        past: None,
        timeout: None,
        deadline: None,
    }
}

pub(super) fn checked(manifest: plugin::Manifest) -> Result<Manifest> {
    let both = || manifest.flows.iter().chain(&manifest.tasks);
    let count = both().count();
    ensure!(
        count <= DEFINITIONS,
        "it holds {count} flows and tasks, and may hold {DEFINITIONS}"
    );
    let text: usize = both().map(text).sum();
    ensure!(
        text <= TEXT,
        "it says {text} bytes of itself, and may say {TEXT}"
    );
    Ok(Manifest {
        flows: definitions(Target::Flow, manifest.flows)?,
        tasks: definitions(Target::Task, manifest.tasks)?,
    })
}

/// Bytes that the definition takes.
fn text(definition: &plugin::Definition) -> usize {
    let of_parameter = |p: &plugin::Parameter| {
        p.name.len() + p.schema.len() + p.default.as_ref().map_or(0, String::len)
    };
    let parameters: usize = definition.parameters.iter().map(of_parameter).sum();
    parameters
        + definition.name.len()
        + definition.description.len()
        + definition.result.len()
        + definition.options.len()
}

/// A name that two flows or two tasks share would say which one runs to nobody.
fn definitions(target: Target, definitions: Vec<plugin::Definition>) -> Result<Vec<Definition>> {
    let mut seen = HashSet::new();
    let definition = |plugin: plugin::Definition| {
        let name = plugin.name.clone();
        check_name(&name).with_context(|| format!("the name of a {target}"))?;
        let definition = definition(target, plugin);
        let definition = definition.with_context(|| format!("{target} '{name}'"))?;
        ensure!(
            seen.insert(name),
            "it holds two {target}s with the name '{}'; rename one",
            definition.name
        );
        Ok(definition)
    };
    definitions.into_iter().map(definition).collect()
}

/// Names are words of command lines, logs and other components.
fn check_name(name: &str) -> Result<()> {
    ensure!(!name.is_empty(), "it is empty");
    let length = name.chars().count();
    ensure!(
        length <= NAME,
        "it has {length} characters, and may have {NAME}"
    );
    ensure!(
        !name.contains(|char: char| char.is_control() || char == '/'),
        "it has a slash or a control character: '{}'",
        name.escape_debug()
    );
    Ok(())
}

fn definition(target: Target, definition: plugin::Definition) -> Result<Definition> {
    let mut seen = HashSet::new();
    for parameter in &definition.parameters {
        let name = &*parameter.name;
        check_name(name).context("the name of a parameter")?;
        ensure!(
            seen.insert(name),
            "it has two parameters with the name '{name}'"
        );
        check_schema(&parameter.schema).with_context(|| format!("the schema of '{name}'"))?;
        if let Some(default) = &parameter.default {
            let default = serde_json::from_str::<IgnoredAny>(default);
            default.with_context(|| format!("the default of '{name}' is not valid JSON"))?;
        }
    }
    check_schema(&definition.result).context("the schema of its result")?;
    let options = options(target, &definition.options).context("its options")?;
    let parameter = |p: plugin::Parameter| Parameter {
        name: p.name,
        schema: p.schema,
        default: p.default,
    };
    Ok(Definition {
        name: definition.name,
        description: definition.description,
        parameters: definition.parameters.into_iter().map(parameter).collect(),
        result: definition.result,
        options,
    })
}

/// What is JSON and no schema is refused where a value is held against it.
fn check_schema(text: &str) -> Result<()> {
    if !text.is_empty() {
        serde_json::from_str::<IgnoredAny>(text).context("it is not valid JSON")?;
    }
    Ok(())
}

fn options(target: Target, text: &str) -> Result<Options> {
    let options: Options = match text {
        "" => Options::default(),
        json => serde_json::from_str(json)?,
    };
    let misplaced = match target {
        Target::Flow => options.has_any_of_tasks(),
        Target::Task => options.runner.is_some() || options.max_workers.is_some(),
    };
    ensure!(!misplaced, "a {target} has no such option: {text}");
    Ok(options)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> plugin::Definition {
        plugin::Definition {
            name: name.to_owned(),
            description: String::new(),
            parameters: Vec::new(),
            result: String::new(),
            options: String::new(),
        }
    }

    fn with(name: &str, schema: &str, default: Option<&str>) -> plugin::Definition {
        let parameter = plugin::Parameter {
            name: name.to_owned(),
            schema: schema.to_owned(),
            default: default.map(str::to_owned),
        };
        plugin::Definition {
            parameters: vec![parameter],
            ..named("t")
        }
    }

    fn refusal(flows: Vec<plugin::Definition>, tasks: Vec<plugin::Definition>) -> Option<String> {
        let checked = checked(plugin::Manifest { flows, tasks });
        checked.err().map(|error| format!("{error:#}"))
    }

    #[track_caller]
    fn check(task: plugin::Definition, expected: Option<&str>) {
        assert_eq!(refusal(vec![], vec![task]).as_deref(), expected);
    }

    #[test]
    fn names_are_words() {
        check(named("größe.v2 (new)"), None);
        check(named(&"ß".repeat(NAME)), None);
        check(named(""), Some("the name of a task: it is empty"));
        let long = "the name of a task: it has 201 characters, and may have 200";
        check(named(&"ß".repeat(NAME + 1)), Some(long));
        let slash = "the name of a task: it has a slash or a control character: 'a/b'";
        check(named("a/b"), Some(slash));
        let control = r"the name of a task: it has a slash or a control character: 'a\u{1b}[1m'";
        check(named("a\x1b[1m"), Some(control));
        let parameter = "task 't': the name of a parameter: it is empty";
        check(with("", "", None), Some(parameter));
    }

    #[test]
    fn names_are_of_one_flow_or_task() {
        let two = |name| vec![named("a"), named(name)];
        assert_eq!(refusal(two("b"), two("b")), None);
        let says = "it holds two flows with the name 'a'; rename one";
        assert_eq!(refusal(two("a"), two("b")).as_deref(), Some(says));
        let mut twice = with("n", "", None);
        twice.parameters.extend(with("n", "", None).parameters);
        let says = "task 't': it has two parameters with the name 'n'";
        check(twice, Some(says));
    }

    #[test]
    fn schemas_and_defaults_are_json() {
        check(with("n", r#"{"type": "integer"}"#, Some("1")), None);
        let why = "is not valid JSON: EOF while parsing an object at line 1 column 1";
        let schema = format!("task 't': the schema of 'n': it {why}");
        check(with("n", "{", None), Some(&schema));
        let default = format!("task 't': the default of 'n' {why}");
        check(with("n", "", Some("{")), Some(&default));
        let mut task = named("t");
        task.result = "{".to_owned();
        let result = format!("task 't': the schema of its result: it {why}");
        check(task, Some(&result));
    }

    #[test]
    fn options_are_those_of_the_contract() {
        let flow = |options: &str| {
            let mut flow = named("f");
            flow.options = options.to_owned();
            refusal(vec![flow], vec![])
        };
        assert_eq!(flow(r#"{"retries": 1}"#), None);
        let says = |options, words| flow(options).is_some_and(|why| why.contains(words));
        assert!(says("[", "flow 'f': its options: EOF"));
        assert!(says(r#"{"colour": 1}"#, "unknown field `colour`"));
        assert!(says(r#"{"pure": true}"#, "a flow has no such option"));
    }

    #[test]
    fn what_it_says_has_an_end() {
        let many = |count| (0..count).map(|index| named(&index.to_string())).collect();
        assert_eq!(refusal(many(DEFINITIONS - 1), many(1)), None);
        let says = "it holds 10001 flows and tasks, and may hold 10000";
        assert_eq!(refusal(many(DEFINITIONS), many(1)).as_deref(), Some(says));
        let mut task = named("t");
        task.description = "x".repeat(TEXT - 1);
        check(task.clone(), None);
        task.description += "x";
        let says = "it says 16777217 bytes of itself, and may say 16777216";
        check(task, Some(says));
    }
}
