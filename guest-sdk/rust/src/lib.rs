//! Write wflow flows and tasks in Rust.
//!
//! ```ignore
//! use wflow::prelude::*;
//!
//! #[task(retries = 2, retry_delay = "500ms")]
//! fn double(n: u64) -> u64 {
//!     2 * n
//! }
//!
//! #[flow]
//! fn doubled(n: u64) -> Result<u64> {
//!     let once = double::submit(n); // returns at once
//!     double::submit(&once).result() // waits; the host hands the first result over
//! }
//! ```

mod bindings;
mod failure;
mod future;
mod logging;
pub mod plugin;
mod submit;
mod value;

pub use failure::{Failure, FailureKind, Result};
pub use future::{Future, State, as_completed};
pub use logging::{Level, log};
pub use submit::Options;
pub use value::{Argument, Bytes, IntoArgument, Parameter};
pub use wflow_macros::{flow, task};

/// What a flow or task file usually needs.
pub mod prelude {
    pub use crate::{Bytes, Failure, Future, Result, as_completed, flow, task};
}

/// What the macros' output names.
#[doc(hidden)]
pub mod __private {
    pub use inventory;
}
