//! Tools from PyPI, each in an environment of its own, in the version and with the hashes that are part of
//! wflow.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result, bail};

use super::Workshop;
use super::check::{Check, Found, printed};
use super::draft::unwritable;
use super::kept::digest;

/// The oldest Python that the tools run on.
const OLDEST: (u32, u32) = (3, 9);
const HOW: &str = "install Python 3.9 or newer as python3";

/// A package of PyPI.
pub(super) struct Package {
    pub(super) name: &'static str,
    pub(super) version: &'static str,
    /// The tool and the hashes of its files, for every platform that has one.
    pub(super) requirements: &'static str,
    /// What is fetched.
    pub(super) size: &'static str,
    /// What it is for: it …
    pub(super) does: &'static str,
}

impl Package {
    pub(super) fn title(&self) -> String {
        format!("{} {}", self.name, self.version)
    }

    /// A Python that can import the package.
    ///
    /// # Errors
    ///
    /// If there is no Python here, or no PyPI within reach.
    pub(super) fn python(&self, workshop: &Workshop) -> Result<PathBuf> {
        let python = system_python();
        let (version, which) = python.with_context(|| {
            format!(
                "no Python is installed, with which {} {}: {HOW}",
                self.name, self.does
            )
        })?;
        // Another Python needs an environment of its own.
        let name = format!(
            "{}-{}-python-{version}-{}",
            self.name,
            self.version,
            &digest(which.as_bytes())[..8]
        );
        let folder = workshop.tool(&name, |folder| self.set_up(&which, workshop, folder))?;
        Ok(interpreter(&folder))
    }

    fn set_up(&self, python: &str, workshop: &Workshop, folder: &Path) -> Result<()> {
        let title = self.title();
        let _step = (workshop.tell)(&format!(
            "Setting up {title} from PyPI ({}), once, in {}",
            self.size,
            workshop.tools()?.display()
        ));
        let output = run(Command::new(python).args(["-m", "venv"]).arg(folder))?;
        if !output.status.success() {
            bail!(
                "this Python makes no environments; install what is missing (on Debian and Ubuntu: \
                 apt-get install python3-venv): {}",
                last_line(&output)
            );
        }
        let requirements = folder.join("requirements.txt");
        fs::write(&requirements, self.requirements).with_context(|| unwritable(&requirements))?;
        let mut install = Command::new(interpreter(folder));
        install
            .args(["-m", "pip", "--disable-pip-version-check", "install"])
            .args(["--quiet", "--no-deps", "--only-binary=:all:"])
            .args(["--require-hashes", "--requirement"])
            .arg(&requirements);
        let output = run(&mut install)?;
        if !output.status.success() {
            bail!(
                "cannot install {title}, which {}; is PyPI, or the index that PIP_INDEX_URL names, within \
                 reach? pip says: {}",
                self.does,
                last_line(&output)
            );
        }
        Ok(())
    }

    /// The folder of a module of the package.
    ///
    /// # Errors
    ///
    /// As [`Package::python`].
    pub(super) fn folder(&self, module: &str, workshop: &Workshop) -> Result<PathBuf> {
        let code = format!(
            "import os, {module}; print(os.path.dirname(os.path.abspath({module}.__file__)), end='')"
        );
        let output = run(Command::new(self.python(workshop)?).args(["-c", &code]))?;
        if !output.status.success() {
            bail!("{} has no {module}: {}", self.title(), last_line(&output));
        }
        Ok(String::from_utf8(output.stdout)?.into())
    }

    /// Whether there is a Python, and the package.
    pub(super) fn checks(&self, workshop: &Workshop) -> Vec<Check> {
        let python = found_python();
        let package = Check {
            what: self.name,
            found: self.found(workshop, &python),
        };
        let python = Check {
            what: "python3",
            found: python,
        };
        vec![python, package]
    }

    /// Whether it is there, or can be where this is what there is of Python.
    pub(super) fn found(&self, workshop: &Workshop, python: &Found) -> Found {
        let start = format!("{}-{}", self.name, self.version);
        match (workshop.tool_that_is_there(&start), python) {
            (Some(folder), _) => Found::There(folder.display().to_string()),
            (None, Found::Missing(how)) => Found::Missing(how.clone()),
            (None, _) => {
                Found::SetUpLater(format!("{} from PyPI, at the first build", self.title()))
            }
        }
    }
}

pub(super) fn found_python() -> Found {
    match system_python() {
        Some((version, which)) => Found::There(format!("{version} ({which})")),
        None => Found::Missing(HOW.to_owned()),
    }
}

/// Its version and path.
fn system_python() -> Option<(String, String)> {
    let code = "import sys; print(*sys.version_info[:3], sep='.', end=' '); print(sys.executable)";
    let told = ["python3", "python"]
        .into_iter()
        .find_map(|python| printed(&[python, "-c", code]))?;
    let (version, which) = told.split_once(' ')?;
    let mut numbers = version.split('.').map(|number| number.parse().ok());
    let version_is = (numbers.next()??, numbers.next()??);
    (version_is >= OLDEST).then(|| (version.to_owned(), which.to_owned()))
}

fn interpreter(environment: &Path) -> PathBuf {
    match cfg!(windows) {
        true => environment.join("Scripts/python.exe"),
        false => environment.join("bin/python"),
    }
}

/// What a tool says and how it ends.
///
/// # Errors
///
/// If it does not start.
pub(super) fn run(command: &mut Command) -> Result<Output> {
    let output = command.stdin(Stdio::null()).output();
    output.with_context(|| format!("cannot start {}", command.get_program().display()))
}

/// What a tool says last is most often why.
pub(super) fn last_line(output: &Output) -> String {
    let all = [&output.stdout[..], &output.stderr].concat();
    let all = String::from_utf8_lossy(&all);
    let mut lines = all.lines().rev().map(str::trim);
    let said = lines.find(|line| !line.is_empty()).unwrap_or("nothing");
    said.trim_start_matches("ERROR: ").to_owned()
}
