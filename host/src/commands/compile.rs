//! `wflow compile`: what wflow starts to compile a component, in a process that bounds itself. It
//! reads the component from stdin and writes the code to stdout.

use std::io::{Read, Write};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;

use super::config::CompileOptions;
use super::{HostFault, build, machine};
use crate::wasm::{self, CompileLimits, Compiler};

#[derive(Debug, Args)]
pub(super) struct CompileArgs {
    /// Bytes of memory that this process may use
    #[arg(long)]
    memory: u64,
    /// Seconds of CPU time that this process may use
    #[arg(long)]
    cpu: u64,
}

pub(super) fn compile(args: &CompileArgs) -> Result<ExitCode> {
    bound(args).context(HostFault)?;
    let mut wasm = Vec::new();
    let read = std::io::stdin().read_to_end(&mut wasm);
    read.context(HostFault)?;
    let code = wasm::compile(&wasm)?;
    std::io::stdout().write_all(&code).context(HostFault)?;
    Ok(ExitCode::SUCCESS)
}

/// A compiler that is this program once more.
///
/// # Errors
///
/// If the system does not say where this program is.
pub(super) fn compiler(options: &CompileOptions) -> Result<Compiler> {
    let default = CompileLimits::default();
    let limits = CompileLimits {
        size: options.size.map_or(default.size, |size| size.as_u64()),
        time: options.time.unwrap_or(default.time),
        memory: options.memory.map_or(default.memory, |size| size.as_u64()),
    };
    let program = std::env::current_exe().context(HostFault)?;
    let memory = format!("--memory={}", limits.memory);
    let cpu = format!("--cpu={}", cpu_seconds(limits.time));
    let command = vec!["compile".into(), memory.into(), cpu.into()];
    Ok(Compiler {
        command: [vec![program.into()], command].concat(),
        limits,
        tell: Some(build::tell),
    })
}

/// What all threads of the process may use together, should nobody be there to end it in time.
fn cpu_seconds(time: Duration) -> u64 {
    let seconds = time.as_secs().saturating_add(1);
    seconds.saturating_mul(machine::cores() as u64)
}

/// From here on the system holds this process to its limits.
#[cfg(unix)]
fn bound(args: &CompileArgs) -> Result<()> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    // On Linux, memory that is written to; what threads reserve for later would count as well in
    // the size of the address space, and they reserve a lot.
    #[cfg(target_os = "linux")]
    let memory = Resource::Data;
    #[cfg(not(target_os = "linux"))]
    let memory = Resource::As;
    for (resource, most) in [
        (memory, args.memory),
        (Resource::Cpu, args.cpu),
        (Resource::Core, 0),
    ] {
        // Nobody may have more than there is already.
        let maximum = getrlimit(resource).maximum;
        let most = Some(maximum.map_or(most, |maximum| maximum.min(most)));
        let limit = Rlimit {
            current: most,
            maximum: most,
        };
        setrlimit(resource, limit)?;
    }
    // Whoever asked for the code is gone: so is this process.
    #[cfg(target_os = "linux")]
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
    Ok(())
}

#[cfg(not(unix))]
fn bound(_: &CompileArgs) -> Result<()> {
    Ok(())
}
