//! Builds components from source. A TARGET is a component, or a file or folder of one of the languages:
//! each has a file here and a row in [`LANGUAGES`].

mod c;
mod cargo;
mod check;
mod contract;
mod draft;
mod files;
mod go;
mod javascript;
mod kept;
mod preview1;
mod pypi;
mod python;
mod script;
mod tools;

use std::any::Any;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

pub use c::FILES as C_SDK;
pub use check::{Check, Found};
pub(crate) use files::embedded;
pub use go::FILES as GO_SDK;
pub use javascript::FILES as JAVASCRIPT_SDK;
pub use preview1::{Preview1, component_of_preview1, is_core_module};
pub use python::FILES as PYTHON_SDK;

/// What components are built from.
struct Language {
    name: &'static str,
    /// Whether the file or folder is one of its projects.
    is_project: fn(&Path) -> bool,
    /// What a project folder of the language holds.
    marker: &'static str,
    /// Whether a project's own code runs on this machine when it is built.
    runs_code: bool,
    /// The component of a project.
    build: fn(&Path, &Workshop) -> Result<Built>,
    /// What it needs, and whether that is there.
    check: fn(&Workshop) -> Vec<Check>,
}

const LANGUAGES: [Language; 5] = [
    cargo::LANGUAGE,
    python::LANGUAGE,
    javascript::LANGUAGE,
    c::LANGUAGE,
    go::LANGUAGE,
];

/// A component's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Built {
    pub path: PathBuf,
    /// SHA-256 of it, in hexadecimal digits, where that is known: only wflow writes the file.
    pub digest: Option<String>,
}

impl From<PathBuf> for Built {
    fn from(path: PathBuf) -> Self {
        Self { path, digest: None }
    }
}

/// Where builds happen, and who is told about them.
pub struct Workshop<'a> {
    /// The folder for tools and for components that are kept; none where the platform has none.
    pub cache: Option<PathBuf>,
    /// Is told what takes long, in a line; what it returns is dropped when that is done.
    pub tell: &'a dyn Fn(&str) -> Box<dyn Any>,
}

impl Workshop<'_> {
    /// The component of TARGET: the file itself, or what it is the source of, built if that has changed.
    ///
    /// # Errors
    ///
    /// If it does not build, with the language's own message, or a tool is missing that cannot be had.
    pub fn component_of(&self, target: &Path) -> Result<Built> {
        match language(target) {
            Some(language) => (language.build)(target, self),
            None if target.is_dir() => bail!(
                "{} is no project: it has none of {}",
                target.display(),
                LANGUAGES.map(|language| language.marker).join(", ")
            ),
            None => Ok(target.to_owned().into()),
        }
    }

    /// The component of a TARGET that nobody named on the command line: no file starts code on this
    /// machine by naming its source.
    ///
    /// # Errors
    ///
    /// As [`Workshop::component_of`].
    pub fn component_named_in_file(&self, target: &Path) -> Result<Built> {
        if let Some(language) = language(target).filter(|language| language.runs_code) {
            bail!(
                "{target} is source of {}, whose build runs code of its own; build it first and name the \
                 component: wflow build {target} -o FILE",
                language.name,
                target = target.display(),
            );
        }
        self.component_of(target)
    }

    /// What the languages need, and whether it is there, by their names.
    pub fn checks(&self) -> Vec<(&'static str, Vec<Check>)> {
        let checks = |language: &Language| (language.name, (language.check)(self));
        LANGUAGES.iter().map(checks).collect()
    }

    fn say(&self, line: &str) {
        drop((self.tell)(line));
    }
}

fn language(target: &Path) -> Option<&'static Language> {
    LANGUAGES
        .iter()
        .find(|language| (language.is_project)(target))
}
