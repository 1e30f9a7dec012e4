//! Core modules that speak WASI preview 1, to components that speak WASI 0.2: wasmtime's adapter goes in.

use anyhow::{Context, Result, anyhow};
use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER,
    WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
};
use wit_component::ComponentEncoder;

/// How a core module is started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preview1 {
    /// It has functions to call.
    Reactor,
    /// It has a `_start`, which runs once: the component exports `wasi:cli/run`.
    Command,
}

/// The module's component. What it imports and exports besides WASI, it says in a section of its own.
///
/// # Errors
///
/// If it is no core module of that kind.
pub fn component_of_preview1(module: &[u8], kind: Preview1) -> Result<Vec<u8>> {
    let adapter = match kind {
        Preview1::Reactor => WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
        Preview1::Command => WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER,
    };
    let encoded = ComponentEncoder::default()
        .module(module)
        .and_then(|encoder| encoder.adapter(WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, adapter))
        .and_then(|encoder| encoder.encode());
    encoded
        .map_err(|error| anyhow!("{error:#}"))
        .context("the core module becomes no component")
}

/// Whether the bytes are a core module's.
pub fn is_core_module(wasm: &[u8]) -> bool {
    matches!(wasm, [0, b'a', b's', b'm', 1, 0, 0, 0, ..])
}
