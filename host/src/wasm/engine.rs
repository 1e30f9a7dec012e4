//! The wasmtime engine: pooled instances, and epochs that make guests give way.

use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use anyhow::{Context, Result};
use wasmtime::{
    Config, Enabled, Engine, EngineWeak, InstanceAllocationStrategy, PoolingAllocationConfig,
};

/// How long a busy guest runs before it gives way to others.
const EPOCH: Duration = Duration::from_millis(10);

/// Instances of the first pool. Setting a place aside and giving it back takes 7 µs, and each start pays for
/// all of them; few runs need more at once.
const FIRST: u32 = 64;

/// An engine for guests, and the one for those that find no room in it.
#[derive(Clone)]
pub struct GuestEngine {
    pub engine: Engine,
    stack: Option<usize>,
    /// How it allocates instances, and how those beyond it do.
    allocations: Vec<Allocation>,
    epochs: Epochs,
    beyond: Arc<OnceLock<Option<GuestEngine>>>,
}

/// How an engine allocates instances.
#[derive(Clone, Copy)]
enum Allocation {
    /// From a pool of so many.
    Pool(u32),
    /// Each costs more, and there is no bound to their number.
    OnDemand,
}

/// Bytes of stack that the host's own functions have when guests call them.
const HOST_STACK: usize = 1536 << 10;

/// An engine for so many live instances, whose guests have so many bytes of stack, or 512 KiB.
///
/// # Errors
///
/// If wasmtime cannot work on this machine. A pool that cannot be reserved is no error: instances
/// are then allocated on demand.
pub fn engine(instances: u32, stack: Option<usize>) -> Result<GuestEngine> {
    let first = instances.min(FIRST);
    let mut allocations = vec![Allocation::Pool(first)];
    if instances > first {
        allocations.push(Allocation::Pool(instances - first));
    }
    allocations.push(Allocation::OnDemand);
    ticking(stack, &allocations)
}

fn ticking(stack: Option<usize>, allocations: &[Allocation]) -> Result<GuestEngine> {
    let epochs = Epochs::default();
    let made = made(stack, allocations, &epochs)?;
    epochs.start()?;
    Ok(made)
}

/// The first engine that can be made of these.
fn made(stack: Option<usize>, allocations: &[Allocation], epochs: &Epochs) -> Result<GuestEngine> {
    let (first, rest) = allocations
        .split_first()
        .context("nothing is left to try")?;
    match Engine::new(&first.config(stack)) {
        Ok(engine) => {
            epochs.add(&engine);
            Ok(GuestEngine {
                stack,
                allocations: allocations.to_vec(),
                epochs: epochs.clone(),
                ..GuestEngine::new(engine)
            })
        }
        Err(error) if rest.is_empty() => Err(error.into()),
        Err(_) => made(stack, rest, epochs),
    }
}

impl GuestEngine {
    /// One that was made with [`config`] and whatever else. Nothing advances its epoch: guests that
    /// are busy do not give way. There is none beyond it, and no other one like it.
    pub fn new(engine: Engine) -> Self {
        Self {
            engine,
            stack: None,
            allocations: Vec::new(),
            epochs: Epochs::default(),
            beyond: Arc::default(),
        }
    }

    /// Another one like it, whose epochs advance with its own.
    pub(super) fn again(&self) -> Option<Self> {
        made(self.stack, &self.allocations, &self.epochs).ok()
    }

    /// The one for instances that find no room in it.
    pub(super) fn beyond(&self) -> Option<&Self> {
        let make = || ticking(self.stack, self.allocations.get(1..)?).ok();
        self.beyond.get_or_init(make).as_ref()
    }
}

impl Allocation {
    fn config(self, stack: Option<usize>) -> Config {
        let mut config = with_stack(stack);
        if let Self::Pool(instances) = self {
            config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(instances)));
        }
        config
    }
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
/// and of a larger one it takes half.
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

/// Engines whose epochs advance together, for as long as one of them lives.
#[derive(Clone, Default)]
struct Epochs(Arc<Mutex<Vec<EngineWeak>>>);

impl Epochs {
    fn add(&self, engine: &Engine) {
        let mut engines = self.0.lock().expect("never held across a panic");
        engines.push(engine.weak());
    }

    fn start(self) -> Result<()> {
        std::thread::Builder::new()
            .name("epochs".to_owned())
            .spawn(move || {
                while self.advance() {
                    std::thread::sleep(EPOCH);
                }
            })
            .context("cannot start the epoch thread")?;
        Ok(())
    }

    /// Whether there are engines left.
    fn advance(&self) -> bool {
        let mut engines = self.0.lock().expect("never held across a panic");
        engines.retain(|engine| {
            let engine = engine.upgrade();
            engine.inspect(Engine::increment_epoch).is_some()
        });
        !engines.is_empty()
    }
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
