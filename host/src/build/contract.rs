//! The contract, for languages whose bindings are generated when an SDK is set up.

use anyhow::{Context, Error, Result, anyhow};
use wit_parser::{Resolve, WorldId};

/// The world of guests.
pub(super) const WORLD: &str = "guest";

/// The contract among the files of an SDK, and its world.
///
/// # Errors
///
/// If it is not among them, or no contract.
pub(super) fn contract(files: &[(&str, &str)]) -> Result<(Resolve, WorldId)> {
    let contract = files.iter().find(|(path, _)| path.ends_with(".wit"));
    let (path, text) = contract.context("no contract")?;
    let mut resolve = Resolve::default();
    let package = resolve
        .push_source(path, text)
        .map_err(|error| said(&error))?;
    let world = resolve.select_world(&[package], Some(WORLD));
    let world = world.map_err(|error| said(&error))?;
    Ok((resolve, world))
}

/// The error with its causes.
pub(super) fn said(error: &dyn std::fmt::Display) -> Error {
    anyhow!("{error:#}")
}
