//! `wflow run`: wires the rooms together for one run.

use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use bytesize::ByteSize;
use clap::{Args, ValueEnum};
use jiff::tz::TimeZone;

use super::{build, home, selection};
use crate::model::{Definition, FailureKind, FlowOptions, Level, Manifest, Outcome, RunnerKind};
use crate::report::{JsonReporter, Reporter, TerminalReporter};
use crate::runner::{Capacity, Mailbox, Overrides, Plan, Runner, TaskFuture};
use crate::scheduler::Input;
use crate::wasm::{self, FolderGrant, Grants, Limits, WasmExecutor};

/// Flow runs have instances too.
const FLOW_INSTANCES: u32 = 64;

#[derive(Debug, Args)]
pub(super) struct RunArgs {
    /// A component (.wasm), or a Cargo project folder, which is built first
    target: PathBuf,
    /// The flow's name, where the component holds several
    flow: Option<String>,
    /// A parameter of the flow: JSON, or plain text
    #[arg(short, long = "param", value_name = "NAME=VALUE")]
    params: Vec<String>,
    /// How task runs are executed
    #[arg(long)]
    runner: Option<RunnerArg>,
    /// Worker threads of the thread-pool runner [default: the number of cores]
    #[arg(long, value_name = "N")]
    max_workers: Option<usize>,
    /// Task runs that execute at the same time
    #[arg(long, value_name = "N", default_value_t = 1000)]
    max_concurrency: u32,
    /// Memory that one flow or task run may use
    #[arg(long, value_name = "SIZE", default_value = "256MiB")]
    memory: ByteSize,
    /// How long the flow run may take, e.g. 30s
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    timeout: Option<Duration>,
    /// A folder that guests see; read-only with `:ro`
    #[arg(long = "dir", value_name = "HOST::GUEST[:ro]", value_parser = folder_grant)]
    folders: Vec<FolderGrant>,
    /// A variable that guests see
    #[arg(long = "env", value_name = "NAME=VALUE", value_parser = variable)]
    environment: Vec<(String, String)>,
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

#[derive(Clone, Copy, Debug, ValueEnum)]
enum RunnerArg {
    Sequential,
    Concurrent,
    ThreadPool,
}

pub(super) fn run(args: &RunArgs) -> Result<ExitCode> {
    let path = build::component_of(&args.target)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let cache = home::cache();
        let instances = args.max_concurrency.saturating_add(FLOW_INSTANCES);
        let engine = wasm::engine(instances, cache.as_deref())?;
        let component = Arc::new(wasm::load(&engine, &path, cache.as_deref()).await?);
        let flow = selection::flow(&component.manifest, args.flow.as_deref())?;
        let arguments = selection::arguments(flow, &args.params)?;
        let plan = plan(args, &component.manifest, flow, &component.digest);
        let capacity = capacity(args, plan.runner, flow.options.max_workers);
        let name = flow.name.clone();
        let limits = Limits {
            memory: usize::try_from(args.memory.as_u64())?,
        };
        let grants = Grants {
            folders: args.folders.clone(),
            environment: args.environment.clone(),
        };
        let executor = WasmExecutor::new(engine, component.clone(), limits, grants);
        let (mut runner, mailbox) = Runner::new(plan, capacity, Arc::new(executor))?;
        let overrides = Overrides {
            timeout: args.timeout,
            ..Overrides::default()
        };
        let root = mailbox.start_flow(None, &name, arguments, &[], overrides);
        tokio::spawn(interrupts(mailbox.clone(), root.clone()));
        show(args, capacity.workers, &mut runner, &mailbox, &root).await
    })
}

/// Shows the run until it ends. A closed stdout cancels the run, as Ctrl-C does.
async fn show(
    args: &RunArgs,
    workers: usize,
    runner: &mut Runner,
    mailbox: &Mailbox,
    root: &TaskFuture,
) -> Result<ExitCode> {
    let mut reporter = reporter(args, workers);
    let mut closed = false;
    runner
        .run(|event| {
            if closed {
                return Ok(());
            }
            let shown = match event {
                Some(event) => reporter.show(event),
                None => reporter.flush(),
            };
            match shown {
                Err(error) if is_closed_pipe(&error) => {
                    closed = true;
                    cancel(mailbox, root, "stdout was closed");
                    Ok(())
                }
                shown => shown,
            }
        })
        .await?;
    Ok(exit_code(root.outcome()))
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
    Box::new(TerminalReporter::new(
        out,
        log,
        TimeZone::system(),
        workers,
        level,
    ))
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let io =
        |cause: &(dyn std::error::Error + 'static)| match cause.downcast_ref::<std::io::Error>() {
            Some(error) => Some(error.kind()),
            None => cause
                .downcast_ref::<serde_json::Error>()
                .and_then(serde_json::Error::io_error_kind),
        };
    error
        .chain()
        .filter_map(io)
        .any(|kind| kind == std::io::ErrorKind::BrokenPipe)
}

fn cancel(mailbox: &Mailbox, root: &TaskFuture, reason: &str) {
    let run = root.id();
    let reason = reason.to_owned();
    mailbox.send(Input::CancelRequested { run, reason });
}

/// The first Ctrl-C cancels the run, the second ends the process.
async fn interrupts(mailbox: Mailbox, root: TaskFuture) {
    if tokio::signal::ctrl_c().await.is_ok() {
        cancel(&mailbox, &root, "interrupted");
    }
    if tokio::signal::ctrl_c().await.is_ok() {
        let _ = std::io::stderr().flush();
        std::process::exit(130);
    }
}

fn plan(args: &RunArgs, manifest: &Manifest, flow: &Definition<FlowOptions>, digest: &str) -> Plan {
    let asked = args.runner.map(|runner| match runner {
        RunnerArg::Sequential => RunnerKind::Sequential,
        RunnerArg::Concurrent => RunnerKind::Concurrent,
        RunnerArg::ThreadPool => RunnerKind::ThreadPool,
    });
    Plan {
        manifest: manifest.clone(),
        key: digest[..8].to_owned(),
        runner: asked.or(flow.options.runner).unwrap_or_default(),
    }
}

fn capacity(args: &RunArgs, runner: RunnerKind, declared: Option<usize>) -> Capacity {
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    let workers = match runner {
        RunnerKind::ThreadPool => args.max_workers.or(declared).unwrap_or_else(cores).max(1),
        RunnerKind::Sequential | RunnerKind::Concurrent => 1,
    };
    let slots = args.max_concurrency as usize;
    Capacity { slots, workers }
}

fn folder_grant(text: &str) -> Result<FolderGrant, String> {
    let (text, read_only) = match text.strip_suffix(":ro") {
        Some(text) => (text, true),
        None => (text, false),
    };
    let (host, guest) = text.split_once("::").unwrap_or((text, text));
    let host = PathBuf::from(host);
    if !host.is_dir() {
        return Err(format!("there is no folder {}", host.display()));
    }
    let guest = guest.to_owned();
    Ok(FolderGrant {
        host,
        guest,
        read_only,
    })
}

fn variable(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}
