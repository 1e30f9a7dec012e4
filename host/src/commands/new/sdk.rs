//! The Rust SDK, which new projects get a copy of: no registry has it.

use crate::build::embedded;

/// Of every copy.
pub(super) const LICENCES: &[(&str, &str)] = embedded!["LICENSE-APACHE", "LICENSE-MIT",];

const FILES: &[(&str, &str)] = embedded![
    "guest-sdk/rust/Cargo.toml",
    "guest-sdk/rust/README.md",
    "guest-sdk/rust/macros/Cargo.toml",
    "guest-sdk/rust/macros/src/amount.rs",
    "guest-sdk/rust/macros/src/attribute.rs",
    "guest-sdk/rust/macros/src/expand.rs",
    "guest-sdk/rust/macros/src/function.rs",
    "guest-sdk/rust/macros/src/lib.rs",
    "guest-sdk/rust/macros/src/limits.rs",
    "guest-sdk/rust/macros/src/needs.rs",
    "guest-sdk/rust/macros/src/options.rs",
    "guest-sdk/rust/macros/src/policy.rs",
    "guest-sdk/rust/macros/src/value.rs",
    "guest-sdk/rust/macros/src/words.rs",
    "guest-sdk/rust/src/argument.rs",
    "guest-sdk/rust/src/artifact.rs",
    "guest-sdk/rust/src/bindings.rs",
    "guest-sdk/rust/src/executor.rs",
    "guest-sdk/rust/src/failure.rs",
    "guest-sdk/rust/src/future.rs",
    "guest-sdk/rust/src/granted.rs",
    "guest-sdk/rust/src/hook.rs",
    "guest-sdk/rust/src/join.rs",
    "guest-sdk/rust/src/lib.rs",
    "guest-sdk/rust/src/limit.rs",
    "guest-sdk/rust/src/logging.rs",
    "guest-sdk/rust/src/pause.rs",
    "guest-sdk/rust/src/plugin.rs",
    "guest-sdk/rust/src/remote.rs",
    "guest-sdk/rust/src/submit.rs",
    "guest-sdk/rust/src/value.rs",
    "wit/plugin.wit",
];

/// The files of the copy. The SDK's tests stay behind, and so does what only they depend on.
pub(super) fn files() -> impl Iterator<Item = (&'static str, &'static str)> {
    FILES.iter().map(|&(path, text)| (path, needed(text)))
}

/// The text up to the development dependencies, which are the last section of a Cargo.toml.
fn needed(text: &str) -> &str {
    text.split_once("\n[dev-dependencies]\n")
        .map_or(text, |(needed, _)| needed)
}
