//! A component from its file to what can be instantiated: checked, compiled, asked what it holds.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail, ensure};
use bytesize::ByteSize;
use sha2::{Digest, Sha256};
use wasmtime::Engine;
use wasmtime::component::Component;

use super::bindings::GuestPre;
use super::command::CommandLine;
use super::compiled::{Kept, component_of};
use super::compiler::{Compiler, one_line};
use super::describe::describe;
use super::engine::GuestEngine;
use super::guests::{Entry, Guests, prepare, prepare_command};
use super::plugin::EXPORT;
use super::sandbox::Sandbox;
use crate::build::{Built, is_core_module};
use crate::model::{Definition, Manifest, hex};

/// Bytes by which a component is known.
const HEADER: u64 = 8;

/// A component that can be instantiated; cheap to clone.
#[derive(Clone)]
pub struct LoadedComponent {
    /// SHA-256 of the file, in hexadecimal digits.
    pub digest: String,
    /// The file.
    pub home: String,
    pub manifest: Manifest,
    /// The interfaces that it imports, as it names them.
    pub imports: Vec<String>,
    pub(super) guests: Guests,
}

/// Loads a component; its code and what it says of itself are kept in the folder `cache`.
///
/// # Errors
///
/// If there is no such file, it is not a component, one that is not made for this wflow, or one that
/// takes more than the compiler grants; a [`CompilerFault`](super::CompilerFault) if nobody can compile it.
pub async fn load(
    guests: &GuestEngine,
    component: &Built,
    cache: Option<&Path>,
    compiler: &Compiler,
) -> Result<LoadedComponent> {
    let engine = &guests.engine;
    let Built { path, digest } = component;
    let shown = path.display();
    let mut wasm = Wasm::open(path, compiler.limits.size, false)?;
    let digest = match digest {
        Some(digest) => digest.clone(),
        None => hex(&Sha256::digest(wasm.whole()?)),
    };
    let kept = cache.map(|cache| Kept::new(cache, engine, &digest));
    let component = compiled(engine, wasm, kept.as_ref(), compiler)
        .await
        .with_context(|| format!("cannot run {shown}"))?;
    check_exports(engine, &component).with_context(|| format!("cannot run {shown}"))?;
    let plugin = prepare(engine, &component, false).with_context(|| {
        format!("{shown} does not fit this wflow's contract; build it with this wflow's SDK")
    })?;
    let manifest = manifest(engine, &plugin.guest, kept.as_ref())
        .await
        .with_context(|| format!("{shown} could not say what it holds"))?;
    let entry = Entry::Plugin(plugin);
    loaded(guests, (&component, kept), entry, (path, digest, manifest))
}

/// Loads a WASI command, a component or a core module, which has one task: to be called like that. Its code
/// is kept in the folder `cache` from then on.
///
/// # Errors
///
/// As [`load`]; or if the command line cannot be.
pub async fn load_command(
    guests: &GuestEngine,
    (name, line): (&str, &CommandLine),
    cache: Option<&Path>,
    compiler: &Compiler,
) -> Result<LoadedComponent> {
    let engine = &guests.engine;
    let path = &*line.component;
    let (program, manifest) = line.prepared(name)?;
    let cannot = || format!("cannot run {}", path.display());
    let mut wasm = Wasm::open(path, compiler.limits.size, true)?;
    let code = Sha256::digest(wasm.whole()?);
    let kept = cache.map(|cache| Kept::new(cache, engine, &hex(&code)));
    let component = compiled(engine, wasm, kept.as_ref(), compiler);
    let component = component.await.with_context(cannot)?;
    let command = prepare_command(engine, &component, false)
        .context("it is no WASI command: none that exports wasi:cli/run, and imports WASI alone")
        .with_context(cannot)?;
    // What is called otherwise is something else.
    let digest = Sha256::new().chain_update(code);
    let digest = digest.chain_update(serde_json::to_vec(line)?).finalize();
    let entry = Entry::Command(command, program);
    loaded(
        guests,
        (&component, kept),
        entry,
        (path, hex(&digest), manifest),
    )
}

fn loaded(
    guests: &GuestEngine,
    (component, kept): (&Component, Option<Kept>),
    entry: Entry,
    (path, digest, manifest): (&Path, String, Manifest),
) -> Result<LoadedComponent> {
    let engine = &guests.engine;
    let ty = component.component_type();
    let imports = ty.imports(engine).map(|(name, _)| name.to_owned());
    let imports = imports.collect();
    let is_pure = |task: &Definition| task.options.pure == Some(true);
    let pure = manifest.tasks.iter().any(is_pure);
    let home = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    Ok(LoadedComponent {
        digest,
        home: home.to_string_lossy().into_owned(),
        manifest,
        imports,
        guests: Guests::new(guests, (component, kept), entry, pure)?,
    })
}

/// A component's file, whose bytes are read when they are needed: there are many, and their code may be kept.
struct Wasm<'a> {
    path: &'a Path,
    /// Bytes that it may have.
    most: u64,
    bytes: Vec<u8>,
    /// What is not read yet.
    rest: Option<File>,
}

impl<'a> Wasm<'a> {
    /// A component or, where that will do, a `core` module. What is neither, or too large for one, is not read
    /// to its end.
    fn open(path: &'a Path, most: u64, core: bool) -> Result<Self> {
        let shown = path.display();
        let unread = || format!("cannot read {shown}");
        let mut file = File::open(path).with_context(unread)?;
        let mut bytes = Vec::new();
        let header = Read::by_ref(&mut file).take(HEADER).read_to_end(&mut bytes);
        header.with_context(unread)?;
        if !core || !is_core_module(&bytes) {
            check_kind(&bytes).with_context(|| format!("cannot run {shown}"))?;
        }
        let size = file.metadata().with_context(unread)?.len();
        check_size(size, most).with_context(|| format!("cannot run {shown}"))?;
        Ok(Self {
            path,
            most,
            bytes,
            rest: Some(file),
        })
    }

    fn whole(&mut self) -> Result<&[u8]> {
        if let Some(file) = self.rest.take() {
            let shown = self.path.display();
            // What is no plain file does not say how large it is, or grows meanwhile.
            let rest = file.take(self.most).read_to_end(&mut self.bytes);
            rest.with_context(|| format!("cannot read {shown}"))?;
            let size = self.bytes.len() as u64;
            check_size(size, self.most).with_context(|| format!("cannot run {shown}"))?;
        }
        Ok(&self.bytes)
    }
}

fn check_size(size: u64, most: u64) -> Result<()> {
    ensure!(
        size <= most,
        "it has {}, and a component may have {}; raise it with --component-size",
        ByteSize(size),
        ByteSize(most)
    );
    Ok(())
}

fn check_kind(header: &[u8]) -> Result<()> {
    match header {
        [] => bail!("the file is empty"),
        [0, b'a', b's', b'm', _, _, 1, 0] => Ok(()),
        [0, b'a', b's', b'm', ..] => bail!(
            "it is a core WebAssembly module, not a component; build it for the target wasm32-wasip2"
        ),
        _ => bail!("it is not WebAssembly"),
    }
}

fn check_exports(engine: &Engine, component: &Component) -> Result<()> {
    let ty = component.component_type();
    let names: Vec<_> = ty
        .exports(engine)
        .map(|(name, _)| name.to_owned())
        .collect();
    if names.iter().any(|name| name == EXPORT) {
        return Ok(());
    }
    match names
        .iter()
        .find(|name| name.starts_with("wflow:plugin/plugin@"))
    {
        Some(other) => bail!(
            "it is made for another version of wflow: it exports {other}, and this wflow runs {EXPORT}"
        ),
        None if names.iter().any(|name| name.starts_with("wasi:cli/run@")) => bail!(
            "it is a WASI command, which can be a task of a flow: name it under [commands] in wflow.toml"
        ),
        None => bail!("it holds no flows or tasks: it does not export {EXPORT}"),
    }
}

/// Compiles the component, unless that was done before.
async fn compiled(
    engine: &Engine,
    mut wasm: Wasm<'_>,
    kept: Option<&Kept>,
    compiler: &Compiler,
) -> Result<Component> {
    if let Some(component) = kept.and_then(|kept| kept.component(engine)) {
        return Ok(component);
    }
    let _turn = kept.and_then(Kept::turn);
    // Another process may have compiled it meanwhile.
    if let Some(component) = kept.and_then(|kept| kept.component(engine)) {
        return Ok(component);
    }
    let code = compiler.compile(wasm.whole()?).await?;
    let component = component_of(engine, &code);
    let component = component.map_err(|error| anyhow!(one_line(&format!("{error:#}"))))?;
    if let Some(kept) = kept {
        kept.keep_code(&code);
    }
    Ok(component)
}

/// What the component holds: as it said before, or says now.
async fn manifest(
    engine: &Engine,
    guest: &GuestPre<Sandbox>,
    kept: Option<&Kept>,
) -> Result<Manifest> {
    if let Some(manifest) = kept.and_then(Kept::manifest) {
        return Ok(manifest);
    }
    let manifest = describe(engine, guest).await?;
    if let Some(kept) = kept {
        kept.keep(&manifest);
    }
    Ok(manifest)
}
