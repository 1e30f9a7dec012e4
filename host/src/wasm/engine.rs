//! The wasmtime engine: pooled instances, and epochs that make guests give way.

use std::time::Duration;

use anyhow::{Context, Result};
use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

/// How long a busy guest runs before it gives way to others.
const EPOCH: Duration = Duration::from_millis(10);

/// An engine for guests, and what another one for the same guests has to have in common with it.
#[derive(Clone)]
pub struct GuestEngine {
    pub engine: Engine,
    stack: Option<usize>,
}

/// Bytes of stack that the host's own functions have when guests call them.
const HOST_STACK: usize = 1536 << 10;

/// An engine with room for so many live instances, whose guests have so many bytes of stack, or
/// 512 KiB.
///
/// # Errors
///
/// If wasmtime cannot work on this machine. A pool that cannot be reserved is no error: instances
/// are then allocated on demand.
pub fn engine(instances: u32, stack: Option<usize>) -> Result<GuestEngine> {
    let mut config = with_stack(stack);
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(instances)));
    match Engine::new(&config) {
        Ok(engine) => Ok(GuestEngine {
            engine: ticking(engine)?,
            stack,
        }),
        Err(_) => on_demand(stack),
    }
}

impl GuestEngine {
    /// One that was made with [`config`] and whatever else. Nothing advances its epoch: guests that
    /// are busy do not give way.
    pub fn new(engine: Engine) -> Self {
        let stack = None;
        Self { engine, stack }
    }

    /// Another one, without a pool.
    pub(super) fn on_demand(&self) -> Result<Self> {
        on_demand(self.stack)
    }
}

/// An engine without a pool: each instance costs more, and there is no bound to their number.
pub(super) fn on_demand(stack: Option<usize>) -> Result<GuestEngine> {
    let engine = ticking(Engine::new(&with_stack(stack))?)?;
    Ok(GuestEngine { engine, stack })
}

fn with_stack(stack: Option<usize>) -> Config {
    let mut config = config();
    if let Some(stack) = stack {
        config
            .max_wasm_stack(stack)
            .async_stack_size(stack.saturating_add(HOST_STACK));
    }
    config
}

/// With or without a pool, engines can share compiled code.
pub fn config() -> Config {
    let mut config = Config::new();
    config.epoch_interruption(true).concurrency_support(false);
    // A flow that is resumed, and a pure task, do on any machine what they did on another.
    config
        .cranelift_nan_canonicalization(true)
        .relaxed_simd_deterministic(true);
    config
}

/// Core instances of one component, of which one built from Rust has 3 and one from Python 14. They are
/// counted, and nothing is set aside for them.
const CORE_INSTANCES: u32 = 20;

/// Memories beside the one of each instance. One built from JavaScript has 2: so the smallest pool takes it,
/// and of a larger one it takes half; those that find no room are allocated on demand.
const MORE_MEMORIES: u32 = 3;

/// Zeroing a kept page by hand pays only where the kernel tells which pages were written.
fn pool(instances: u32) -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(instances)
        .total_core_instances(instances.saturating_mul(CORE_INSTANCES))
        .total_memories(instances.saturating_add(MORE_MEMORIES))
        .total_tables(instances * 4)
        .total_stacks(instances)
        .pagemap_scan(Enabled::Auto);
    if PoolingAllocationConfig::is_pagemap_scan_available() {
        pool.linear_memory_keep_resident(2 << 20)
            .table_keep_resident(64 << 10);
    }
    pool
}

/// Advances the epoch for as long as the engine lives.
fn ticking(engine: Engine) -> Result<Engine> {
    let weak = engine.weak();
    std::thread::Builder::new()
        .name("epochs".to_owned())
        .spawn(move || {
            while let Some(engine) = weak.upgrade() {
                engine.increment_epoch();
                drop(engine);
                std::thread::sleep(EPOCH);
            }
        })
        .context("cannot start the epoch thread")?;
    Ok(engine)
}

#[cfg(test)]
mod tests {
    use wasmtime::Store;
    use wasmtime::component::{Component, Linker};

    use super::*;

    #[test]
    fn the_smallest_pool_takes_a_component_of_many_core_instances() {
        let parts = "(core instance (instantiate $part))".repeat(CORE_INSTANCES as usize);
        let wasm = wat::parse_str(format!("(component (core module $part) {parts})"));
        let GuestEngine { engine, .. } = engine(1, None).expect("an engine");
        let component = Component::new(&engine, wasm.expect("a component"));
        let mut store = Store::new(&engine, ());
        let linker = Linker::<()>::new(&engine);
        let instance = linker.instantiate(&mut store, &component.expect("a component"));
        instance.expect("there is room");
    }
}
