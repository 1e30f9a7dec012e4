//! What holds for any input: a function for each target in `host/fuzz`. The rooms say it of what is
//! their own, in files of this name.

pub use crate::commands::fuzzing::{config, parameters, spellings};
pub use crate::report::fuzzing::{masks, prints};
pub use crate::runner::fuzzing::{submits, values};
pub use crate::wasm::fuzzing::{Described, component};
use crate::{commands, journal, report, wasm};

/// Whatever a component says that it holds.
pub fn manifest(flows: Vec<Described>, tasks: Vec<Described>) {
    if let Some(manifest) = wasm::fuzzing::manifest(flows, tasks) {
        commands::fuzzing::inspected(&manifest);
    }
}

/// Whatever the lines of a record hold.
pub fn events(lines: &[u8]) {
    if let Some(events) = journal::fuzzing::events(lines) {
        report::fuzzing::shown(&events);
    }
}
