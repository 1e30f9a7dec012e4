//! What all benchmarks share: their options, rounds of samples, and the three ways to execute runs:
//! wasmtime alone, the runner in this process, and the command.

pub(crate) mod bare;
pub(crate) mod command;
pub(crate) mod options;
pub(crate) mod runner;
pub(crate) mod samples;
pub(crate) mod table;

#[path = "../../../tests/harness.rs"]
pub(crate) mod harness;

/// The guest of all benchmarks, built once.
pub(crate) fn guest() -> String {
    harness::example("shapes")
}

/// Threads of the widest runner.
pub(crate) fn cores() -> u32 {
    let cores = std::thread::available_parallelism();
    cores.map_or(1, |cores| cores.get().try_into().unwrap_or(u32::MAX))
}
