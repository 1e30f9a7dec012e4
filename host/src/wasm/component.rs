//! A component from its file to what can be instantiated: checked, compiled, asked what it holds.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail, ensure};
use sha2::{Digest, Sha256};
use wasmtime::component::{Component, HasSelf, Linker};
use wasmtime::{Engine, Store, UpdateDeadline};

use super::bindings::exports::wflow::plugin::plugin;
use super::bindings::{Guest, GuestPre};
use super::compiled::Kept;
use super::engine;
use super::pure;
use super::replay::{self, Seed};
use super::sandbox::Sandbox;
use crate::model::{Definition, Manifest, Options, Parameter, RunId, RunnerKind, hex};
use crate::runner::{Attempt, Call, Job, Mailbox, Meter, Target, TaskFuture};

const EXPORT: &str = "wflow:plugin/plugin@0.1.0";

/// A component that can be instantiated; cheap to clone.
#[derive(Clone)]
pub struct LoadedComponent {
    /// SHA-256 of the file, in hexadecimal digits.
    pub digest: String,
    /// The file.
    pub home: String,
    pub manifest: Manifest,
    pub(super) guests: Guests,
    wasm: Arc<[u8]>,
    cache: Option<PathBuf>,
}

/// What instances are made of.
#[derive(Clone)]
pub(super) struct Guests {
    plain: GuestPre<Sandbox>,
    /// Where the component has pure tasks: the same, with less within reach.
    pure: Option<GuestPre<Sandbox>>,
}

impl Guests {
    fn new(
        engine: &Engine,
        component: &Component,
        plain: GuestPre<Sandbox>,
        manifest: &Manifest,
    ) -> Result<Self> {
        let is_pure = |task: &Definition| task.options.pure == Some(true);
        let pure = match manifest.tasks.iter().any(is_pure) {
            true => Some(prepare(engine, component, true)?),
            false => None,
        };
        Ok(Self { plain, pure })
    }

    /// For a pure task, or for anything else.
    pub(super) fn of(&self, pure: bool) -> &GuestPre<Sandbox> {
        match &self.pure {
            Some(guest) if pure => guest,
            _ => &self.plain,
        }
    }
}

impl LoadedComponent {
    /// The same component on an engine whose instances are allocated on demand.
    pub(super) fn on_demand(&self) -> Result<Guests> {
        let engine = engine::on_demand()?;
        let kept = self.cache.as_ref();
        let kept = kept.map(|cache| Kept::new(cache, &engine, &self.digest));
        let component = compile(&engine, &self.wasm, kept.as_ref())?;
        let plain = prepare(&engine, &component, false)?;
        Guests::new(&engine, &component, plain, &self.manifest)
    }
}

/// Loads the component in `path`; its code and what it says of itself are kept in the folder `cache`.
///
/// # Errors
///
/// If there is no such file, it is not a component, or one that is not made for this wflow.
pub async fn load(engine: &Engine, path: &Path, cache: Option<&Path>) -> Result<LoadedComponent> {
    let shown = path.display();
    let wasm = std::fs::read(path).with_context(|| format!("cannot read {shown}"))?;
    check_kind(&wasm).with_context(|| format!("cannot run {shown}"))?;
    let digest = hex(&Sha256::digest(&wasm));
    let kept = cache.map(|cache| Kept::new(cache, engine, &digest));
    let component = compile(engine, &wasm, kept.as_ref())
        .with_context(|| format!("{shown} is not a valid component"))?;
    check_exports(engine, &component).with_context(|| format!("cannot run {shown}"))?;
    let guest = prepare(engine, &component, false).with_context(|| {
        format!("{shown} does not fit this wflow's contract; build it with this wflow's SDK")
    })?;
    let manifest = manifest(engine, &guest, kept.as_ref())
        .await
        .with_context(|| format!("{shown} could not say what it holds"))?;
    check_names(&manifest).with_context(|| format!("cannot run {shown}"))?;
    let guests = Guests::new(engine, &component, guest, &manifest)?;
    let home = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    Ok(LoadedComponent {
        digest,
        home: home.to_string_lossy().into_owned(),
        manifest,
        guests,
        wasm: wasm.into(),
        cache: cache.map(Path::to_owned),
    })
}

fn check_kind(wasm: &[u8]) -> Result<()> {
    match wasm {
        [] => bail!("the file is empty"),
        [0, b'a', b's', b'm', _, _, 1, 0, ..] => Ok(()),
        [0, b'a', b's', b'm', ..] => bail!(
            "it is a core WebAssembly module, not a component; build it for the target wasm32-wasip2"
        ),
        _ => bail!("it is not WebAssembly"),
    }
}

fn check_exports(engine: &Engine, component: &Component) -> Result<()> {
    let ty = component.component_type();
    let names: Vec<_> = ty
        .exports(engine)
        .map(|(name, _)| name.to_owned())
        .collect();
    if names.iter().any(|name| name == EXPORT) {
        return Ok(());
    }
    match names
        .iter()
        .find(|name| name.starts_with("wflow:plugin/plugin@"))
    {
        Some(other) => bail!(
            "it is made for another version of wflow: it exports {other}, and this wflow runs {EXPORT}"
        ),
        None => bail!("it holds no flows or tasks: it does not export {EXPORT}"),
    }
}

/// A name that two flows or two tasks share would say which one runs to nobody.
fn check_names(manifest: &Manifest) -> Result<()> {
    let flows = manifest.flows.iter().map(|flow| ("flows", &flow.name));
    let tasks = manifest.tasks.iter().map(|task| ("tasks", &task.name));
    let mut seen = HashSet::new();
    for (kind, name) in flows.chain(tasks) {
        ensure!(
            seen.insert((kind, name)),
            "it holds two {kind} with the name '{name}'; rename one"
        );
    }
    Ok(())
}

fn prepare(engine: &Engine, component: &Component, pure: bool) -> Result<GuestPre<Sandbox>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    replay::add_to_linker(&mut linker)?;
    Guest::add_to_linker::<_, HasSelf<_>>(&mut linker, |sandbox| sandbox)?;
    if pure {
        pure::deny(&mut linker, engine, component)?;
    }
    Ok(GuestPre::new(linker.instantiate_pre(component)?)?)
}

fn compile(engine: &Engine, wasm: &[u8], kept: Option<&Kept>) -> Result<Component> {
    Ok(match kept {
        Some(kept) => kept.component(engine, wasm)?,
        None => Component::new(engine, wasm)?,
    })
}

/// What the component holds: as it said before, or says now.
async fn manifest(
    engine: &Engine,
    guest: &GuestPre<Sandbox>,
    kept: Option<&Kept>,
) -> Result<Manifest> {
    if let Some(manifest) = kept.and_then(Kept::manifest) {
        return Ok(manifest);
    }
    let manifest = describe(engine, guest).await?;
    if let Some(kept) = kept {
        kept.keep(&manifest);
    }
    Ok(manifest)
}

/// Asks the component, with nothing granted, for 10 seconds at most.
async fn describe(engine: &Engine, guest: &GuestPre<Sandbox>) -> Result<Manifest> {
    let mailbox = Mailbox::closed();
    let run = RunId(uuid::Uuid::nil());
    let job = Job {
        attempt: Attempt {
            run,
            component: Arc::default(),
            target: Target::Task,
            call: Call::Function,
            name: "describe".into(),
            pure: false,
            limits: Arc::default(),
            depth: 0,
            arguments: Vec::new(),
        },
        future: TaskFuture::new(run, "describe".into()),
        meter: Meter::new().into(),
        origin: Arc::default(),
        runner: RunnerKind::default(),
        log_prints: false,
        past: None,
        timeout: None,
        deadline: None,
    };
    let sandbox = Sandbox::new(&job, &mailbox, &Arc::default(), Seed::default());
    let mut store = Store::new(engine, sandbox);
    store.limiter(|sandbox| sandbox);
    store.set_epoch_deadline(1);
    let mut ticks = 1000;
    store.epoch_deadline_callback(move |_| {
        ticks -= 1;
        match ticks {
            0 => Err(wasmtime::format_err!("it takes more than 10 s")),
            _ => Ok(UpdateDeadline::Yield(1)),
        }
    });
    let instance = guest.instantiate_async(&mut store).await?;
    let manifest = instance
        .wflow_plugin_plugin()
        .call_describe(&mut store)
        .await?;
    Ok(Manifest {
        flows: definitions(Target::Flow, manifest.flows)?,
        tasks: definitions(Target::Task, manifest.tasks)?,
    })
}

fn definitions(target: Target, definitions: Vec<plugin::Definition>) -> Result<Vec<Definition>> {
    let definition = |plugin: plugin::Definition| {
        let name = plugin.name.clone();
        definition(target, plugin).with_context(|| format!("the options of {target} '{name}'"))
    };
    definitions.into_iter().map(definition).collect()
}

fn definition(target: Target, definition: plugin::Definition) -> Result<Definition> {
    let options: Options = match &*definition.options {
        "" => Options::default(),
        json => serde_json::from_str(json)?,
    };
    let misplaced = match target {
        Target::Flow => options.has_any_of_tasks(),
        Target::Task => options.runner.is_some() || options.max_workers.is_some(),
    };
    ensure!(
        !misplaced,
        "a {target} has no such option: {}",
        definition.options
    );
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
