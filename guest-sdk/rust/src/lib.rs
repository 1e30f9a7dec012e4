//! Write wflow flows and tasks in Rust.
//!
//! ```no_run
//! use wflow::prelude::*;
//!
//! /// Doubles a number, in a sandbox of its own.
//! #[task(retries = 2, retry_delay = "500ms", timeout = "10s")]
//! fn double(n: u64) -> u64 {
//!     2 * n
//! }
//!
//! #[flow]
//! fn redoubled(n: u64) -> Result<u64> {
//!     let once = double::submit(n); // returns at once
//!     let twice = double::submit(&once); // the host hands the first result over
//!     wflow::info!("submitted {}", twice.name());
//!     twice.result() // waits
//! }
//! # fn main() {}
//! ```
//!
//! A crate of type `cdylib` that depends on this one and is built for `wasm32-wasip2` is a component
//! that `wflow run` takes: nothing else needs to be said. [`macro@task`] and [`macro@flow`] list the
//! options; [`Future`] is what a submit returns; [`Failure`] is how a run ends that does not complete.

mod argument;
pub mod artifact;
mod bindings;
mod executor;
mod failure;
mod future;
mod granted;
mod hook;
mod join;
mod limit;
mod logging;
mod pause;
mod plugin;
pub mod remote;
mod submit;
mod value;

pub use argument::{AllowFailure, IntoArgument, IntoColumn, Unmapped, allow_failure, unmapped};
pub use executor::sleep;
pub use failure::{Failure, FailureKind, Outcome, Result};
pub use future::{AsCompleted, Awaited, Future, State, as_completed, wait};
pub use granted::{Secret, secret, variable};
pub use hook::{EndedRun, HookResult};
pub use join::join_all;
pub use limit::Limit;
pub use logging::{Level, log};
pub use pause::{pause, pause_for_input};
pub use submit::{Configure, ConfigureFlow, ConfigureTask, Dependency};
pub use value::{Bytes, Parameter};
pub use wflow_macros::{flow, task};

/// Any JSON value, for what no type describes.
///
/// An alias and no re-export: with the enum's variants in this crate, a `String` is no longer the
/// only one that compilers know, and each of their messages says `std::string::String`.
pub type Json = serde_json::Value;

/// What a file of flows and tasks usually needs.
pub mod prelude {
    pub use crate::{Bytes, Failure, Future, Outcome, Result, flow, task};
    pub use crate::{Configure as _, ConfigureFlow as _, ConfigureTask as _};
}

/// What the attributes' output names; no part of the interface.
#[doc(hidden)]
pub mod __private {
    pub use inventory;

    pub use crate::argument::{Argument, Values};
    pub use crate::executor::block_on;
    pub use crate::hook::Hook;
    pub use crate::plugin::{Arguments, Declared, Kind, Registered, default, parameter};
    pub use crate::plugin::{describe, holds, retry_if, run, run_hook};
    pub use crate::submit::{CacheKey, RunOptions};
    pub use crate::value::{Fallible, Returned, Value};
}

/// The README's example compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
