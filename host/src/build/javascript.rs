//! JavaScript and TypeScript: a file, or a folder with a `flow.ts` or `flow.js`, to a component, by QuickJS.

mod node;
mod sdk;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Output;

use anyhow::{Context, Result, bail};
use serde_json::Value as Json;

use super::check::{Check, Found};
use super::kept::{Kept, digest};
use super::pypi::{last_line, run};
use super::script::built;
use super::{Built, Language, Workshop, files};
use node::Node;

pub use sdk::FILES;

/// What makes components, as npm calls it, and its version.
const COMPONENTIZE: &str = "componentize-qjs 0.4.5";
/// The tools, and the hashes of all that belongs to them.
const PACKAGES: [(&str, &str); 2] = [
    ("package.json", include_str!("javascript/package.json")),
    (
        "package-lock.json",
        include_str!("javascript/package-lock.json"),
    ),
];
/// Bundles the code and calls the tools; lies beside them.
const BUILD: [(&str, &str); 2] = [
    ("build.mjs", include_str!("javascript/build.mjs")),
    ("places.mjs", include_str!("javascript/places.mjs")),
];

pub(super) const LANGUAGE: Language = Language {
    name: "JavaScript",
    is_project: |target| main(target).is_some(),
    marker: MAINS[0],
    runs_code: false,
    build,
    check,
};

/// The files of a project folder that have the flows and tasks, or import them; the first that is there.
const MAINS: [&str; 4] = ["flow.ts", "flow.js", "flow.mts", "flow.mjs"];
const ENDINGS: [&str; 4] = ["ts", "js", "mts", "mjs"];

/// The script of a target that is in this language.
fn main(target: &Path) -> Option<PathBuf> {
    if target.is_dir() {
        let mut scripts = MAINS.iter().map(|name| target.join(name));
        return scripts.find(|script| script.is_file());
    }
    let ending = target.extension().and_then(OsStr::to_str)?;
    ENDINGS.contains(&ending).then(|| target.to_owned())
}

fn build(target: &Path, workshop: &Workshop) -> Result<Built> {
    let script = main(target).context("a project of JavaScript or TypeScript")?;
    Kept::of(workshop.cache()?, &script, version())?.or_built(|component| {
        let node = Node::get(workshop)?;
        let tools = tools(&node, workshop)?;
        let sdk = sdk(workshop)?;
        let _step = (workshop.tell)(&format!("Building {} ({COMPONENTIZE})", target.display()));
        let mut command = node.command();
        command
            .arg(tools.join(BUILD[0].0))
            .args([&script, &sdk, component]);
        built(target, &mut command)
    })
}

/// The tools and the SDK, by their contents.
fn version() -> String {
    let files = FILES.iter().filter(|(path, _)| !path.ends_with(".md"));
    let files = files.chain(&PACKAGES).chain(&BUILD);
    let all: Vec<_> = files.flat_map(|&(path, text)| [path, text]).collect();
    digest(all.join("\0").as_bytes())
}

/// The folder of the SDK, with the contract.
fn sdk(workshop: &Workshop) -> Result<PathBuf> {
    let name = format!("javascript-sdk-{}", &version()[..16]);
    workshop.tool(&name, |folder| files::write(folder, FILES.iter().copied()))
}

/// The folder of the tools, with the build script.
fn tools(node: &Node, workshop: &Workshop) -> Result<PathBuf> {
    // Some of them are programs for one platform.
    let name = format!("{}-{}", tool(), &digest(node.version.as_bytes())[..8]);
    workshop.tool(&name, |folder| set_up(node, workshop, folder))
}

/// How the folder's name begins.
fn tool() -> String {
    let all = PACKAGES.iter().chain(&BUILD);
    let all: Vec<_> = all.map(|&(_, text)| text).collect();
    let contents = digest(all.join("\0").as_bytes());
    format!("{}-{}", COMPONENTIZE.replace(' ', "-"), &contents[..8])
}

fn set_up(node: &Node, workshop: &Workshop, folder: &Path) -> Result<()> {
    let _step = (workshop.tell)(&format!(
        "Setting up {COMPONENTIZE} from npm (30 MB), once, in {}",
        workshop.tools()?.display()
    ));
    files::write(folder, PACKAGES.iter().chain(&BUILD).copied())?;
    // None of the packages gets to run code of its own.
    let mut install = node.npm();
    install
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .args(["--loglevel", "silent", "--json"])
        .current_dir(folder);
    let output = run(&mut install)?;
    if !output.status.success() {
        bail!(
            "cannot install {COMPONENTIZE}, which makes components of JavaScript; is npm's registry \
             within reach? npm says: {}",
            why(&output)
        );
    }
    Ok(())
}

/// Why npm could not: it says so as JSON.
fn why(output: &Output) -> String {
    let said: Option<Json> = serde_json::from_slice(&output.stdout).ok();
    let summary = said.and_then(|said| Some(said["error"]["summary"].as_str()?.trim().to_owned()));
    summary.unwrap_or_else(|| last_line(output))
}

fn check(workshop: &Workshop) -> Vec<Check> {
    let node = Node::check(workshop);
    let there = workshop.tool_that_is_there(&tool());
    let found = match (there, &node.found) {
        (Some(folder), _) => Found::There(folder.display().to_string()),
        (None, Found::Missing(how)) => Found::Missing(how.clone()),
        (None, _) => Found::SetUpLater(format!("{COMPONENTIZE} from npm, at the first build")),
    };
    let componentize = Check {
        what: "componentize-qjs",
        found,
    };
    vec![node, componentize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_and_folders_are_projects() {
        for script in ["a.ts", "b/c.js", "d.mjs", "e.mts"] {
            assert!(main(Path::new(script)).is_some(), "{script}");
        }
        for other in ["a.py", "a", "package.json", "."] {
            assert!(main(Path::new(other)).is_none(), "{other}");
        }
    }
}
