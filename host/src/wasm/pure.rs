//! What a pure task may call: nothing that tells it more than its arguments do.

use std::fmt;

use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, Linker, Val};
use wasmtime::{Engine, Result};

use super::sandbox::Sandbox;

/// As wasmtime's WASI names its interfaces; a component may have been built for an older one.
pub(super) const WASI: &str = "@0.2.12";

/// A call that the sandbox of a pure task denies. It ends the attempt.
#[derive(Debug)]
pub(super) struct Denied {
    what: &'static str,
    called: String,
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, called } = self;
        write!(f, "a pure task has no {what}; it called {called}")
    }
}

impl std::error::Error for Denied {}

/// Puts a denial in the place of every function that the component imports and a pure task may not
/// call.
pub(super) fn deny(
    linker: &mut Linker<Sandbox>,
    engine: &Engine,
    component: &Component,
) -> Result<()> {
    linker.allow_shadowing(true);
    let ty = component.component_type();
    for (import, item) in ty.imports(engine) {
        let ComponentItem::ComponentInstance(instance) = item.ty else {
            continue;
        };
        let name = import.split('@').next().unwrap_or(import);
        let linked = match name.starts_with("wasi:") {
            true => format!("{name}{WASI}"),
            false => import.to_owned(),
        };
        for (function, item) in instance.exports(engine) {
            if is_empty(name, function) {
                linker
                    .instance(&linked)?
                    .func_new(function, |_, _, _, results| {
                        results[0] = Val::List(Vec::new());
                        Ok(())
                    })?;
                continue;
            }
            if let (ComponentItem::ComponentFunc(_), Some(what)) = (item.ty, denied(name, function))
            {
                let called = format!("{name}.{function}");
                linker
                    .instance(&linked)?
                    .func_new(function, move |_, _, _, _| {
                        let called = called.clone();
                        Err(Denied { what, called }.into())
                    })?;
            }
        }
    }
    Ok(())
}

/// What there is nothing of: some languages read all of it at every start, whether the task wants it or not.
fn is_empty(interface: &str, function: &str) -> bool {
    interface == "wasi:cli/environment" && ["get-environment", "get-arguments"].contains(&function)
}

/// What the function would give to the task; none for those that give nothing that differs from one
/// run to another. The seed of hash maps does not: the sandbox makes it a constant.
fn denied(interface: &str, function: &str) -> Option<&'static str> {
    let (package, interface) = interface.split_once('/')?;
    match (package, interface) {
        ("wasi:clocks", _) => Some("clock"),
        ("wasi:random", "insecure-seed") => None,
        ("wasi:random", _) => Some("random numbers"),
        // The sandbox of a pure task has one folder, in which there is nothing: C's library asks for it.
        ("wasi:filesystem", "preopens") => None,
        ("wasi:filesystem", "types") if is_of_any_folder(function) => None,
        ("wasi:filesystem", _) => Some("files"),
        ("wasi:sockets" | "wasi:http", _) => Some("network"),
        ("wasi:cli", "environment") => Some("environment"),
        ("wasi:cli" | "wasi:io", _) => None,
        ("wflow:plugin", "runner") => match function {
            "log" | "create-artifact" => None,
            "variable" => Some("variables"),
            "secret" => Some("secrets"),
            _ => Some("runs of its own"),
        },
        ("wflow:plugin", _) => None,
        _ => Some("other imports"),
    }
}

fn is_of_any_folder(function: &str) -> bool {
    [
        "[method]descriptor.get-type",
        "[method]descriptor.get-flags",
    ]
    .contains(&function)
}
