//! What is counted: the real runner, with its events encoded as they are recorded, on an engine that
//! makes the same code everywhere.

use std::ffi::OsString;
use std::io::{Read, Write};
use std::path::Path;

use anyhow::Result;
use wasmtime::Engine;
use wflow_host::journal::Encoder;
use wflow_host::model::{Event, EventKind, Events, RunnerKind};
use wflow_host::wasm::{self, CompileLimits, Compiler, GuestEngine};

use crate::measure::runner::Host;

/// Without the features of this very processor.
const TARGET: &str = "x86_64-unknown-linux-gnu";
/// As much as a commit may hold; always as many, whatever the clock says.
const EVENTS: usize = 4096;
/// The word that makes this program a compiler.
pub(crate) const COMPILE: &str = "--compile";

/// Flows of the guest, and the parameter that says how many runs.
pub(crate) const SHAPES: [(&str, &str); 2] = [("noops", "count"), ("chain", "length")];

/// An engine without a pool, whose memory no valgrind could map; its epoch stands still, since how
/// often guests give way depends on the clock.
fn engine() -> Result<GuestEngine> {
    let mut config = wasm::config();
    config.target(TARGET)?;
    Ok(GuestEngine::new(Engine::new(&config)?))
}

/// Compiles the component in stdin to stdout.
pub(crate) fn compile() -> Result<()> {
    let mut component = Vec::new();
    std::io::stdin().read_to_end(&mut component)?;
    let code = engine()?.engine.precompile_component(&component)?;
    Ok(std::io::stdout().write_all(&code)?)
}

/// The guest, whose code is in the folder `cache` from then on.
pub(crate) fn load(guest: &str, cache: &Path) -> Result<Host> {
    let this = std::env::current_exe()?;
    let compiler = Compiler {
        command: vec![this.into(), OsString::from(COMPILE)],
        limits: CompileLimits::default(),
        tell: None,
    };
    Host::new(&engine()?, guest, Some(cache), &compiler)
}

/// One flow of a shape, with so many runs.
pub(crate) fn run(host: &Host, (flow, parameter): (&str, &str), runs: u64) -> Result<()> {
    let mut waiting: Vec<Event> = Vec::with_capacity(EVENTS);
    let mut encoder = Encoder::new()?;
    let encode = move |events: &Events| {
        for event in events.iter() {
            waiting.push(event.clone());
            let is_last = matches!(event.kind, EventKind::FlowRunFinished { .. });
            if is_last || waiting.len() == EVENTS {
                std::hint::black_box(encoder.encode(&waiting)?);
                waiting.clear();
            }
        }
        Ok(())
    };
    let parameters = [(parameter, runs)];
    let flow = (flow, &parameters[..]);
    host.run((RunnerKind::Concurrent, 1), flow, encode)?;
    Ok(())
}
