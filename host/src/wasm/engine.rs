//! The wasmtime engine: pooled instances, epochs that make guests give way, compiled code on disk.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use wasmtime::{
    Cache, CacheConfig, Config, Enabled, Engine, InstanceAllocationStrategy,
    PoolingAllocationConfig,
};

/// How long a busy guest runs before it gives way to others.
const EPOCH: Duration = Duration::from_millis(10);

/// An engine with room for so many live instances.
///
/// # Errors
///
/// If wasmtime cannot work on this machine. A pool that cannot be reserved is no error: instances
/// are then allocated on demand.
pub fn engine(instances: u32, cache: Option<&Path>) -> Result<Engine> {
    match Engine::new(&config(Some(instances), cache)?) {
        Ok(engine) => ticking(engine),
        Err(_) => on_demand(cache),
    }
}

/// An engine without a pool: each instance costs more, and there is no bound to their number.
pub(super) fn on_demand(cache: Option<&Path>) -> Result<Engine> {
    ticking(Engine::new(&config(None, cache)?)?)
}

fn config(pooled: Option<u32>, cache: Option<&Path>) -> Result<Config> {
    let mut config = Config::new();
    config.epoch_interruption(true).concurrency_support(false);
    if let Some(folder) = cache {
        let mut settings = CacheConfig::new();
        settings.with_directory(folder.join("compiled"));
        let cache = Cache::new(settings)
            .map_err(anyhow::Error::from)
            .with_context(|| format!("cannot use the cache folder {}", folder.display()))?;
        config.cache(Some(cache));
    }
    if let Some(instances) = pooled {
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(instances)));
    }
    Ok(config)
}

/// A component built from Rust has three core instances; zeroing a kept page by hand pays only
/// where the kernel tells which pages were written.
fn pool(instances: u32) -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(instances)
        .total_core_instances(instances * 4)
        .total_memories(instances)
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
