//! What instances of a component are made of, on every engine that makes some.

use std::sync::{Arc, OnceLock};

use anyhow::Result;
use wasmtime::Engine;
use wasmtime::component::{Component, HasSelf, Linker};
use wasmtime_wasi::p2::bindings::CommandPre;

use super::bindings::{Guest, GuestPre};
use super::command::Program;
use super::compiled::{Kept, component_of};
use super::engine::GuestEngine;
use super::files;
use super::network;
use super::plugin::PluginPre;
use super::pure;
use super::replay;
use super::sandbox::Sandbox;

/// On one engine.
#[derive(Clone)]
pub(super) struct Guests {
    engine: GuestEngine,
    /// Where the code is that other engines take.
    kept: Option<Kept>,
    plain: Entry,
    /// Where the component has pure tasks: the same, with less within reach.
    pure: Option<Entry>,
    /// The same on the engine beyond.
    beyond: OnceLock<Option<Box<Guests>>>,
}

/// How instances are called.
#[derive(Clone)]
pub(super) enum Entry {
    /// By the contract.
    Plugin(PluginPre),
    Command(CommandPre<Sandbox>, Arc<Program>),
}

impl Entry {
    pub(super) fn engine(&self) -> &Engine {
        match self {
            Self::Plugin(plugin) => plugin.guest.engine(),
            Self::Command(command, _) => command.engine(),
        }
    }

    fn component(&self) -> &Component {
        match self {
            Self::Plugin(plugin) => plugin.guest.instance_pre().component(),
            Self::Command(command, _) => command.instance_pre().component(),
        }
    }

    /// The same of another engine's component, or with less within reach.
    fn again(&self, engine: &Engine, component: &Component, pure: bool) -> Result<Self> {
        Ok(match self {
            Self::Plugin(_) => Self::Plugin(prepare(engine, component, pure)?),
            Self::Command(_, program) => {
                Self::Command(prepare_command(engine, component, pure)?, program.clone())
            }
        })
    }
}

impl Guests {
    pub(super) fn new(
        guests: &GuestEngine,
        (component, kept): (&Component, Option<Kept>),
        plain: Entry,
        pure: bool,
    ) -> Result<Self> {
        let pure = match pure {
            true => Some(plain.again(&guests.engine, component, true)?),
            false => None,
        };
        Ok(Self {
            engine: guests.clone(),
            kept,
            plain,
            pure,
            beyond: OnceLock::new(),
        })
    }

    pub(super) fn engine(&self) -> &GuestEngine {
        &self.engine
    }

    /// For attempts that find no room: the same on the engine beyond, if there is one.
    pub(super) fn beyond(&self) -> Option<&Self> {
        let again = || {
            let guests = self.engine.beyond()?;
            Some(Box::new(self.on(guests).ok()?))
        };
        self.beyond.get_or_init(again).as_deref()
    }

    /// The same on another engine. Nothing is compiled again.
    ///
    /// # Errors
    ///
    /// If that engine has no room for what the component needs.
    pub(super) fn on(&self, guests: &GuestEngine) -> Result<Self> {
        let engine = &guests.engine;
        let kept = self.kept.as_ref();
        // A file that is mapped once more takes no more memory.
        let component = match kept.and_then(|kept| kept.component(engine)) {
            Some(component) => component,
            None => component_of(engine, &self.plain.component().serialize()?)?,
        };
        let plain = self.plain.again(engine, &component, false)?;
        let kept = self.kept.clone();
        Self::new(guests, (&component, kept), plain, self.pure.is_some())
    }

    /// For a pure task, or for anything else.
    pub(super) fn of(&self, pure: bool) -> &Entry {
        match &self.pure {
            Some(guest) if pure => guest,
            _ => &self.plain,
        }
    }
}

pub(super) fn prepare(engine: &Engine, component: &Component, pure: bool) -> Result<PluginPre> {
    let mut linker = wasi(engine)?;
    Guest::add_to_linker::<_, HasSelf<_>>(&mut linker, |sandbox| sandbox)?;
    if pure {
        pure::deny(&mut linker, engine, component)?;
    }
    let guest = GuestPre::new(linker.instantiate_pre(component)?)?;
    Ok(PluginPre::new(guest)?)
}

pub(super) fn prepare_command(
    engine: &Engine,
    component: &Component,
    pure: bool,
) -> Result<CommandPre<Sandbox>> {
    let mut linker = wasi(engine)?;
    if pure {
        pure::deny(&mut linker, engine, component)?;
    }
    Ok(CommandPre::new(linker.instantiate_pre(component)?)?)
}

fn wasi(engine: &Engine) -> Result<Linker<Sandbox>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    replay::add_to_linker(&mut linker)?;
    files::add_to_linker(&mut linker)?;
    network::add_to_linker(&mut linker)?;
    Ok(linker)
}
