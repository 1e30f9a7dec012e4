//! `wflow run`: wires the rooms together for one run.

use std::convert::Infallible;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;
use jiff::SignedDuration;

use super::audience::{Audience, DisplayArgs};
use super::config::Config;
use super::database::RecordArgs;
use super::parameters::ParameterArgs;
use super::settings::Settings;
use super::start::{Again, Start};
use super::{HostFault, build, compile, is_closed_pipe, machine, quotas};
use crate::build::Built;
use crate::journal::{Durability, Journal, Recorder, Recording, Request};
use crate::model::{Events, FailureKind, Limit, Most, Outcome, RunId, Scope};
use crate::runner::{Capacity, Mailbox, Part, Plan, Runner, Submit, TaskFuture};
use crate::scheduler::Input;
use crate::wasm::{self, LoadedComponent, WasmExecutor};

/// Flow runs have instances too.
const FLOW_INSTANCES: u32 = 64;
/// The exit code of a flow run that another process is to go on with.
const SUSPENDED: u8 = 5;
/// How often to look whether another process has begun a run.
const CLAIM: Duration = Duration::from_millis(10);

#[derive(Clone, Debug, Args)]
pub(super) struct RunArgs {
    /// A component (.wasm), or a project folder or source file, which is built first
    pub(super) target: PathBuf,
    /// The flow's name, where the component holds several
    pub(super) flow: Option<String>,
    #[command(flatten)]
    pub(super) parameters: ParameterArgs,
    /// The operator's settings and grants [default: wflow.toml in the current folder]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    pub(super) record: RecordArgs,
    #[command(flatten)]
    pub(super) display: DisplayArgs,
    #[command(flatten)]
    options: Config,
}

/// Components by the names that `wflow.toml` gives them; the target is the first, without a name.
pub(super) type Components<'a> = Vec<(&'a str, LoadedComponent)>;

pub(super) fn run(args: &RunArgs) -> Result<ExitCode> {
    let record = &args.record;
    if record.no_record {
        return execute(args, Start::Unrecorded);
    }
    let journal = record.database.open()?;
    match &record.id {
        Some(key) => run_once(args, journal, key),
        None => execute(args, Start::New(journal)),
    }
}

/// Whoever has the claim begins the run; the others find it recorded, or the claim free again.
fn run_once(args: &RunArgs, journal: Journal, key: &str) -> Result<ExitCode> {
    loop {
        let claim = journal.claim(key).context(HostFault)?;
        if let Some(run) = journal.with_key(key).context(HostFault)? {
            drop(claim);
            return super::runs::once(journal, run, args);
        }
        if claim.is_some() {
            return execute(args, Start::New(journal));
        }
        std::thread::sleep(CLAIM);
    }
}

pub(super) fn execute(args: &RunArgs, start: Start) -> Result<ExitCode> {
    allow_open_files();
    let settings = Settings::read(
        &args.options,
        args.config.as_deref(),
        &args.target,
        &args.record.database,
    )?;
    let _turn = quotas::turn(start.journal(), &settings)?;
    let target = build::component_of(&args.target)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context(HostFault)?;
    runtime.block_on(go(args, start, &settings, &target))
}

/// As many as there may be: all attempts have theirs open in this process, and a shell's soft limit is
/// made for single programs.
#[cfg(unix)]
fn allow_open_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let current = maximum;
    let _ = setrlimit(Resource::Nofile, Rlimit { current, maximum });
}

#[cfg(not(unix))]
fn allow_open_files() {}

async fn go(args: &RunArgs, start: Start, settings: &Settings, target: &Built) -> Result<ExitCode> {
    let grants = settings.grants()?;
    let components = load(settings, target).await?;
    let launch = start.launch(&components, &grants.secrets)?;
    let flow = start.flow(&components[0].1, args)?;
    let submit = Submit {
        name: flow.name.clone(),
        arguments: start.arguments(args, flow)?,
        wait_for: Vec::new(),
        options: Ok(Some(settings.options().into())),
    };
    let parts: Vec<_> = components.iter().map(part).collect();
    let capacity = Capacity {
        slots: settings.max_concurrency() as usize,
        limits: limits_of(settings, &parts),
        suspend_after: args
            .record
            .suspend_after
            .map(SignedDuration::try_from)
            .transpose()?,
        loop_alone: Durability::from(args.record.durability) == Durability::Strict,
        cores: machine::cores(),
        quotas: settings.quotas(quotas::spent(start.journal(), settings)?),
    };
    let workers = settings.workers(&flow.options);
    let limits = |target, title: &str| settings.limits(target, title);
    let plan = Plan::new(parts, settings.runner(), workers, limits);
    let past = start.past(&plan);
    let secrets = grants.secrets.clone();
    let cache = start.cache(&secrets);
    let loaded = components.into_iter().map(|(_, component)| component);
    let executor = WasmExecutor::new(loaded.collect(), grants, launch.seed);
    let (mut runner, mailbox) =
        Runner::new(plan, capacity, Arc::new(executor), cache).context(HostFault)?;
    let root = mailbox.start(submit, past);
    let recording = Recording {
        launch: serde_json::to_string(&launch)?,
        key: args.record.id.clone(),
        durability: args.record.durability.into(),
        storage: settings.storage(),
    };
    let recorder = recorder(start, recording, (&mailbox, root.id())).context(HostFault)?;
    let audience = Arc::new(Audience::new(args.display.reporter(), recorder, &secrets));
    let shown = show(audience.clone(), &mut runner, &mailbox, &root).await;
    let code = shown.context(HostFault)?;
    audience.finish().context(HostFault)?;
    Ok(code)
}

/// Starts the record, through which other processes reach the run.
fn recorder(
    start: Start,
    recording: Recording,
    (mailbox, root): (&Mailbox, RunId),
) -> Result<Option<Recorder>> {
    let mailbox = mailbox.clone();
    let ask = move |request| match request {
        Request::Cancel(reason) => {
            mailbox.send(Input::CancelRequested { run: root, reason });
        }
        Request::Answer { run, json } => mailbox.answer(run, &json),
    };
    match start {
        Start::Unrecorded => Ok(None),
        Start::New(journal) => Recorder::start(&journal, recording, ask).map(Some),
        Start::Again(again) => {
            let Again {
                journal,
                run,
                owner,
                rebuilt,
                ..
            } = *again;
            if rebuilt {
                journal.relaunch(&run, &recording.launch)?;
            }
            Recorder::resume(&journal, recording, (&run, owner), ask).map(Some)
        }
    }
}

async fn load<'a>(settings: &'a Settings, target: &Built) -> Result<Components<'a>> {
    let cache = settings.cache();
    let instances = settings.max_concurrency().saturating_add(FLOW_INSTANCES);
    let engine = wasm::engine(instances, settings.stack()).context(HostFault)?;
    let compiler = compile::compiler(&settings.compile())?;
    let load = async |built: &Built| wasm::load(&engine, built, cache.as_deref(), &compiler).await;
    let mut components = vec![("", load(target).await?)];
    for (name, path) in settings.components() {
        let loaded = match build::workshop().component_named_in_file(path) {
            Ok(built) => load(&built).await,
            Err(error) => Err(error),
        };
        let loaded = loaded.with_context(|| format!("the component '{name}'"))?;
        components.push((name, loaded));
    }
    for (name, line) in settings.commands() {
        let line = (name, line);
        let loaded = wasm::load_command(&engine, line, cache.as_deref(), &compiler).await;
        components.push((
            name,
            loaded.with_context(|| format!("the command '{name}'"))?,
        ));
    }
    Ok(components)
}

fn part((name, component): &(&str, LoadedComponent)) -> Part {
    Part {
        name: (*name).to_owned(),
        digest: component.digest.clone(),
        home: component.home.clone(),
        manifest: component.manifest.clone(),
    }
}

/// The operator's and the project's limits, and those that the tasks' code declares.
fn limits_of(settings: &Settings, parts: &[Part]) -> Vec<Limit> {
    let tasks = parts
        .iter()
        .flat_map(|part| part.manifest.tasks.iter().map(move |task| (part, task)));
    let declared = tasks.filter_map(|(part, task)| {
        Some(Limit {
            scope: Scope::Task(part.title(&task.name).into()),
            most: Most::AtOnce(task.options.max_concurrency?),
        })
    });
    settings
        .concurrency_limits()
        .into_iter()
        .chain(declared)
        .collect()
}

/// Shows the run until it ends. A closed stdout cancels the run, as Ctrl-C does.
async fn show(
    audience: Arc<Audience>,
    runner: &mut Runner,
    mailbox: &Mailbox,
    root: &TaskFuture,
) -> Result<ExitCode> {
    let mut closed = false;
    let (told, sender, shown_run) = (audience.clone(), mailbox.clone(), root.clone());
    let tell = move |events: &Events| match told.tell(events) {
        Err(error) if is_closed_pipe(&error) => {
            if !std::mem::replace(&mut closed, true) {
                cancel(&sender, &shown_run, "stdout was closed");
            }
            Ok(())
        }
        shown => shown,
    };
    tokio::select! {
        // First of all: what the run shows may make somebody press Ctrl-C.
        biased;
        never = interrupts(mailbox, root) => match never {},
        shown = runner.run(Box::new(tell)) => shown?,
        never = audience.ticks() => match never {},
    }
    match runner.is_suspended() {
        true => Ok(ExitCode::from(SUSPENDED)),
        false => Ok(exit_code(root.outcome())),
    }
}

pub(super) fn exit_code(outcome: Option<&Outcome>) -> ExitCode {
    let code = match outcome {
        Some(Outcome::Completed(_)) => 0,
        Some(Outcome::Failed(failure)) => match failure.kind {
            FailureKind::Failed | FailureKind::UpstreamFailed | FailureKind::Denied => 1,
            FailureKind::InvalidInput => 2,
            FailureKind::Crashed | FailureKind::TimedOut => 3,
            FailureKind::Cancelled => 130,
        },
        None => 4,
    };
    ExitCode::from(code)
}

fn cancel(mailbox: &Mailbox, root: &TaskFuture, reason: &str) {
    let run = root.id();
    let reason = reason.to_owned();
    mailbox.send(Input::CancelRequested { run, reason });
}

/// The first Ctrl-C cancels the run, the second ends the process.
async fn interrupts(mailbox: &Mailbox, root: &TaskFuture) -> Infallible {
    if tokio::signal::ctrl_c().await.is_ok() {
        cancel(mailbox, root, "interrupted");
    }
    match tokio::signal::ctrl_c().await {
        Ok(()) => std::process::exit(130),
        Err(_) => std::future::pending().await,
    }
}
