//! C: a file, or a folder with a `flow.c` and all the C files in it, to a component, by the clang that zig
//! brings along.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use wit_bindgen_core::Files;

use super::contract::{WORLD, contract, said};
use super::files::embedded;
use super::kept::{Inputs, Kept, digest, digest_of};
use super::preview1::{Preview1, component_of_preview1};
use super::pypi::{Package, run};
use super::{Built, Language, Workshop, files};

const ZIG: Package = Package {
    name: "ziglang",
    version: "0.17.1",
    requirements: include_str!("c/requirements.txt"),
    size: "100 MB",
    does: "compiles C",
};

/// The SDK and the contract, by their paths in the repository.
pub const FILES: &[(&str, &str)] = embedded![
    "guest-sdk/c/README.md",
    "guest-sdk/c/wflow.c",
    "guest-sdk/c/wflow.h",
    "wit/plugin.wit",
];

/// Comes before the C library's.
const WRITEV: (&str, &str) = ("writev.c", include_str!("c/writev.c"));

const TARGET: [&str; 2] = ["-target", "wasm32-wasi"];
const FLAGS: [&str; 4] = [
    "-mexec-model=reactor",
    "-Os",
    "-s",
    // A guest that recurses too deeply ends, whatever it does to its own memory.
    "-Wl,-z,stack-size=1048576",
];
/// The file of a project folder that names the flows and tasks.
const MAIN: &str = "flow.c";

pub(super) const LANGUAGE: Language = Language {
    name: "C",
    is_project: |target| is_source(target) && !target.is_dir() || target.join(MAIN).is_file(),
    marker: MAIN,
    runs_code: false,
    build,
    check: |workshop| ZIG.checks(workshop),
};

fn is_source(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "c")
}

fn build(target: &Path, workshop: &Workshop) -> Result<Built> {
    let sources = sources(target)?;
    let kept = Kept::of_sources(workshop.cache()?, target, &version(), &sources)?;
    kept.or_built(|component| {
        let sdk = sdk(workshop)?;
        let compiler = Compiler {
            python: ZIG.python(workshop)?,
            cache: workshop.tools()?.join("zig-cache"),
            writev: sdk.join(WRITEV.0),
            sdk: sdk.join("guest-sdk/c"),
            bindings: sdk.join("bindings"),
        };
        let _step = (workshop.tell)(&format!("Building {} ({})", target.display(), ZIG.title()));
        let inputs = compiler.inputs(target, &sources)?;
        let module = component.with_extension("module.draft");
        compiler.compile(target, &sources, &module)?;
        let core = fs::read(&module).context("the compiler left no module")?;
        // What is left is removed with the drafts.
        let _ = fs::remove_file(&module);
        let whole = component_of_preview1(&core, Preview1::Reactor)?;
        fs::write(component, whole).with_context(|| super::draft::unwritable(component))?;
        Ok(inputs)
    })
}

/// The file, or all of the folder.
fn sources(target: &Path) -> Result<Vec<PathBuf>> {
    if !target.is_dir() {
        return Ok(vec![target.to_owned()]);
    }
    let unread = || format!("cannot read {}", target.display());
    let entries = fs::read_dir(target).with_context(unread)?;
    let paths = entries.map(|entry| Ok(entry?.path()));
    let mut paths: Vec<_> = paths.collect::<Result<_>>().with_context(unread)?;
    paths.retain(|path| is_source(path) && path.is_file());
    paths.sort();
    Ok(paths)
}

/// The tools and the SDK, by their contents.
fn version() -> String {
    let files = FILES.iter().chain([&WRITEV]);
    let files = files.filter(|(path, _)| !path.ends_with(".md"));
    let files = files.flat_map(|&(path, text)| [path, text]);
    let all: Vec<_> = files.chain([ZIG.requirements]).chain(FLAGS).collect();
    digest(all.join("\0").as_bytes())
}

/// The folder of the SDK and of the contract's bindings.
fn sdk(workshop: &Workshop) -> Result<PathBuf> {
    workshop.tool(&format!("c-sdk-{}", &version()[..16]), |folder| {
        files::write(folder, FILES.iter().copied().chain([WRITEV]))?;
        let bindings = bindings().context("the contract has no bindings for C")?;
        files::write(&folder.join("bindings"), bindings.iter())
    })
}

/// What C calls the contract by: a header, its functions, and an object from which the component learns its
/// type.
fn bindings() -> Result<Files> {
    let (mut resolve, world) = contract(FILES)?;
    let mut files = Files::default();
    let mut generator = wit_bindgen_c::Opts::default().build();
    let generated = generator.generate(&mut resolve, world, &mut files);
    generated.map_err(|error| said(&error))?;
    Ok(files)
}

/// Clang, as part of zig.
struct Compiler {
    python: PathBuf,
    /// Where zig keeps the C library that it compiles once.
    cache: PathBuf,
    writev: PathBuf,
    sdk: PathBuf,
    bindings: PathBuf,
}

impl Compiler {
    fn command(&self) -> Command {
        let mut command = Command::new(&self.python);
        command
            .args(["-m", "ziglang", "cc"])
            .args(TARGET)
            .arg("-I")
            .arg(&self.sdk)
            .arg("-I")
            .arg(&self.bindings)
            .env("ZIG_GLOBAL_CACHE_DIR", &self.cache)
            .env("ZIG_LOCAL_CACHE_DIR", &self.cache);
        command
    }

    fn compile(&self, target: &Path, sources: &[PathBuf], module: &Path) -> Result<()> {
        let mut command = self.command();
        command
            .args(FLAGS)
            .arg(&self.writev)
            .args(sources)
            .arg(self.sdk.join("wflow.c"))
            .arg(self.bindings.join(format!("{WORLD}.c")))
            .arg(self.bindings.join(format!("{WORLD}_component_type.o")))
            .arg("-o")
            .arg(module);
        printed(target, &mut command).map(drop)
    }

    /// The files that the sources are, and that they include.
    fn inputs(&self, target: &Path, sources: &[PathBuf]) -> Result<Inputs> {
        let mut command = self.command();
        // This way zig does not know where the C library's own headers are.
        command.args(["-MM", "-MG"]).args(sources);
        let rules = printed(target, &mut command)?;
        let own = |file: &PathBuf| file.exists() && !file.starts_with(&self.sdk);
        let files = prerequisites(&rules)
            .into_iter()
            .chain(sources.iter().cloned());
        let mut inputs = Inputs::new();
        for file in files.filter(own) {
            let whole = fs::canonicalize(&file);
            let whole = whole.with_context(|| format!("cannot read {}", file.display()))?;
            let digest = digest_of(&whole);
            inputs.insert(whole, digest);
        }
        Ok(inputs)
    }
}

/// What the compiler prints on stdout.
fn printed(target: &Path, command: &mut Command) -> Result<String> {
    let output = run(command)?;
    if !output.status.success() {
        let why = String::from_utf8_lossy(&output.stderr);
        bail!("{} does not build:\n{}", target.display(), why.trim_end());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The files behind the colons of rules for make, in which a space of a name has a backslash.
fn prerequisites(rules: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for rule in rules.replace("\\\n", " ").lines() {
        let Some((_, names)) = rule.split_once(": ") else {
            continue;
        };
        let names = names.replace("\\ ", "\0");
        let names = names.split_whitespace().map(|name| name.replace('\0', " "));
        files.extend(names.map(PathBuf::from));
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_name_files() {
        let rules = "flow.o: flow.c \\\n  a\\ b.h ../c.h\nmore.o: more.c\n";
        let files = ["flow.c", "a b.h", "../c.h", "more.c"].map(PathBuf::from);
        assert_eq!(prerequisites(rules), files);
    }

    #[test]
    fn the_contract_has_bindings() {
        let bindings = bindings().expect("bindings");
        let names: Vec<_> = bindings.iter().map(|(name, _)| name.to_owned()).collect();
        assert_eq!(names, ["guest.c", "guest.h", "guest_component_type.o"]);
    }
}
