//! `wflow run`: wires the rooms together for one run.

use std::cell::RefCell;
use std::convert::Infallible;
use std::io::{BufWriter, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::config::Config;
use super::parameters::ParameterArgs;
use super::settings::Settings;
use super::{HostFault, build, home, is_closed_pipe, selection};
use crate::model::{FailureKind, Level, Limit, Most, Outcome, Scope};
use crate::report::{JsonReporter, MaskedReporter, Reporter, TerminalReporter, Terminals};
use crate::runner::{Capacity, Mailbox, Part, Plan, Runner, Submit, TaskFuture};
use crate::scheduler::Input;
use crate::wasm::{self, LoadedComponent, Secret, WasmExecutor};

/// Flow runs have instances too.
const FLOW_INSTANCES: u32 = 64;
/// Between two steps of a live display.
const TICK: Duration = Duration::from_millis(100);

#[derive(Debug, Args)]
pub(super) struct RunArgs {
    /// A component (.wasm), or a Cargo project folder, which is built first
    target: PathBuf,
    /// The flow's name, where the component holds several
    flow: Option<String>,
    #[command(flatten)]
    parameters: ParameterArgs,
    #[command(flatten)]
    options: Config,
    /// The operator's settings and grants [default: wflow.toml in the current folder]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print events on stdout, one JSON object a line
    #[arg(long)]
    json: bool,
    /// Log warnings and errors only
    #[arg(short, long)]
    quiet: bool,
    /// Log debug messages too
    #[arg(short, long)]
    verbose: bool,
}

/// Components by the names that `wflow.toml` gives them; the target is the first, without a name.
type Components<'a> = Vec<(&'a str, LoadedComponent)>;

pub(super) fn run(args: &RunArgs) -> Result<ExitCode> {
    let settings = Settings::read(&args.options, args.config.as_deref(), &args.target)?;
    let grants = settings.grants()?;
    let path = build::component_of(&args.target)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context(HostFault)?;
    runtime.block_on(async {
        let components = load(&settings, &path).await?;
        let manifest = &components[0].1.manifest;
        let flow = selection::flow(manifest, args.flow.as_deref())?;
        let submit = Submit {
            name: flow.name.clone(),
            arguments: args.parameters.arguments(flow)?,
            wait_for: Vec::new(),
            options: Ok(Some(settings.options())),
        };
        let parts: Vec<_> = components.iter().map(part).collect();
        let capacity = Capacity {
            slots: settings.max_concurrency() as usize,
            workers: settings.workers(&flow.options),
            limits: limits_of(&settings, &parts),
        };
        let reporter = masked(reporter(args, capacity.workers), &grants.secrets);
        let components = components.into_iter().map(|(_, component)| component);
        let executor = WasmExecutor::new(components.collect(), settings.limits()?, grants);
        let plan = Plan::new(parts, settings.runner());
        let (mut runner, mailbox) =
            Runner::new(plan, capacity, Arc::new(executor)).context(HostFault)?;
        let root = mailbox.start_flow(None, submit);
        let shown = show(reporter, &mut runner, &mailbox, &root).await;
        shown.context(HostFault)
    })
}

async fn load<'a>(settings: &'a Settings, target: &Path) -> Result<Components<'a>> {
    let cache = home::cache();
    let instances = settings.max_concurrency().saturating_add(FLOW_INSTANCES);
    let engine = wasm::engine(instances, cache.as_deref()).context(HostFault)?;
    let mut components = vec![("", wasm::load(&engine, target, cache.as_deref()).await?)];
    for (name, path) in settings.components() {
        let loaded = wasm::load(&engine, path, cache.as_deref()).await;
        let loaded = loaded.with_context(|| format!("the component '{name}'"))?;
        components.push((name, loaded));
    }
    Ok(components)
}

fn part((name, component): &(&str, LoadedComponent)) -> Part {
    Part {
        name: (*name).to_owned(),
        digest: component.digest.clone(),
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
        .shared_limits()
        .into_iter()
        .chain(declared)
        .collect()
}

/// Shows the run until it ends. A closed stdout cancels the run, as Ctrl-C does.
async fn show(
    reporter: Box<dyn Reporter>,
    runner: &mut Runner,
    mailbox: &Mailbox,
    root: &TaskFuture,
) -> Result<ExitCode> {
    let reporter = RefCell::new(reporter);
    let mut closed = false;
    let shown = runner.run(|event| {
        if closed {
            return Ok(());
        }
        let shown = match event {
            Some(event) => reporter.borrow_mut().show(event),
            None => reporter.borrow_mut().flush(),
        };
        match shown {
            Err(error) if is_closed_pipe(&error) => {
                closed = true;
                cancel(mailbox, root, "stdout was closed");
                Ok(())
            }
            shown => shown,
        }
    });
    tokio::select! {
        // First of all: what the run shows may make somebody press Ctrl-C.
        biased;
        never = interrupts(mailbox, root) => match never {},
        shown = shown => shown?,
        never = ticks(&reporter) => match never {},
    }
    Ok(exit_code(root.outcome()))
}

/// Moves a live display on.
async fn ticks(reporter: &RefCell<Box<dyn Reporter>>) -> Infallible {
    let mut interval = tokio::time::interval(TICK);
    loop {
        interval.tick().await;
        // A terminal that is gone is noticed by whatever is shown next.
        let _ = reporter.borrow_mut().tick(Timestamp::now());
    }
}

fn exit_code(outcome: Option<&Outcome>) -> ExitCode {
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

fn reporter(args: &RunArgs, workers: usize) -> Box<dyn Reporter> {
    let out = BufWriter::new(std::io::stdout());
    if args.json {
        return Box::new(JsonReporter::new(out));
    }
    let level = match (args.quiet, args.verbose) {
        (true, _) => Level::Warning,
        (_, true) => Level::Debug,
        _ => Level::Info,
    };
    let log = BufWriter::new(std::io::stderr());
    let terminals = Terminals {
        stdout: std::io::stdout().is_terminal(),
        stderr: std::io::stderr().is_terminal(),
        colours: console::colors_enabled_stderr(),
    };
    let zone = TimeZone::system();
    Box::new(TerminalReporter::new(
        out, log, terminals, zone, workers, level,
    ))
}

/// Where there are secrets, every event passes by their masks.
fn masked(reporter: Box<dyn Reporter>, secrets: &[Secret]) -> Box<dyn Reporter> {
    match secrets {
        [] => reporter,
        secrets => {
            let values = secrets.iter().map(|secret| &*secret.value);
            Box::new(MaskedReporter::new(reporter, values))
        }
    }
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
