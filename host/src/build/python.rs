//! Python: a file, or a folder with a `flow.py`, to a component, by componentize-py.

mod sdk;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::kept::{Kept, digest};
use super::pypi::Package;
use super::script::built;
use super::{Built, Language, Workshop, files};

pub use sdk::FILES;

const COMPONENTIZE: Package = Package {
    name: "componentize-py",
    version: "0.25.1",
    requirements: include_str!("python/requirements.txt"),
    size: "20 MB",
    does: "makes components of Python",
};
/// Finds what the code imports, and calls componentize-py.
const BUILD: &str = include_str!("python/build.py");

pub(super) const LANGUAGE: Language = Language {
    name: "Python",
    is_project: |target| is_script(target) || target.join(MAIN).is_file(),
    marker: MAIN,
    runs_code: false,
    build,
    check: |workshop| COMPONENTIZE.checks(workshop),
};

/// The file of a project folder that has the flows and tasks, or imports them.
const MAIN: &str = "flow.py";

fn is_script(target: &Path) -> bool {
    target.extension().is_some_and(|ending| ending == "py") && !target.is_dir()
}

fn build(target: &Path, workshop: &Workshop) -> Result<Built> {
    let script = match target.is_dir() {
        true => target.join(MAIN),
        false => target.to_owned(),
    };
    Kept::of(workshop.cache()?, &script, version())?.or_built(|component| {
        let python = COMPONENTIZE.python(workshop)?;
        let sdk = sdk(workshop)?;
        let title = COMPONENTIZE.title();
        let _step = (workshop.tell)(&format!("Building {} ({title})", target.display()));
        let mut command = Command::new(python);
        command
            .arg(sdk.join("build.py"))
            .args([&script, &sdk, component]);
        built(target, &mut command)
    })
}

/// The tools and the SDK, by their contents.
fn version() -> String {
    let is_built = |path: &str| path.ends_with(".py") || path.ends_with(".wit");
    let files = FILES.iter().filter(|(path, _)| is_built(path));
    let files = files.flat_map(|&(path, text)| [path, text]);
    let all: Vec<_> = files.chain([COMPONENTIZE.requirements, BUILD]).collect();
    digest(all.join("\0").as_bytes())
}

/// The folder of the SDK, with the contract and the build script.
fn sdk(workshop: &Workshop) -> Result<PathBuf> {
    let files = || FILES.iter().copied().chain([("build.py", BUILD)]);
    workshop.tool(&format!("python-sdk-{}", &version()[..16]), |folder| {
        files::write(folder, files())
    })
}
