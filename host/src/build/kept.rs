//! Components that were built before, for as long as what they were built from stays the same.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::draft::{Draft, Lock, lock, remove_drafts, unwritable};
use crate::model::hex;

/// A process that has just been told of a component may open it within this time.
const IN_USE: Duration = Duration::from_secs(60 * 60);

/// What is kept of one TARGET.
pub(super) struct Kept {
    folder: PathBuf,
    /// What goes into a component beside its sources: the versions of the tools and the SDK.
    version: String,
}

/// What the component was built from.
#[derive(Debug, Serialize, Deserialize)]
struct Record {
    version: String,
    /// The component's file name.
    component: String,
    inputs: Inputs,
}

/// SHA-256 of each file, in hexadecimal digits; none of one that was looked for and not there.
pub(super) type Inputs = BTreeMap<PathBuf, Option<String>>;

impl Kept {
    /// # Errors
    ///
    /// If there is no such target.
    pub(super) fn of(cache: &Path, target: &Path, version: String) -> Result<Self> {
        let whole = fs::canonicalize(target);
        let whole = whole.with_context(|| format!("cannot read {}", target.display()))?;
        let name = digest(whole.as_os_str().as_encoded_bytes());
        Ok(Self {
            folder: cache.join("built").join(name),
            version,
        })
    }

    /// The component, unless something has changed since it was built.
    pub(super) fn fresh(&self) -> Option<PathBuf> {
        let record = fs::read(self.record()).ok()?;
        let record: Record = serde_json::from_slice(&record).ok()?;
        let is_same = |(file, known): (&PathBuf, &Option<String>)| digest_of(file) == *known;
        let component = self.folder.join(&record.component);
        let fresh = record.version == self.version
            && record.inputs.iter().all(is_same)
            && component.is_file();
        fresh.then_some(component)
    }

    /// One process at a time builds the target.
    pub(super) fn lock(&self) -> Result<Lock> {
        lock(&self.folder, "build")
    }

    /// Where the build is to put the component.
    pub(super) fn draft(&self) -> Draft {
        remove_drafts(&self.folder);
        Draft::of(&self.folder.join("component"))
    }

    /// Keeps a component that was built from these files, in the place of the one before.
    pub(super) fn keep(&self, draft: Draft, inputs: Inputs) -> Result<PathBuf> {
        let record = Record {
            version: self.version.clone(),
            component: format!("{}.wasm", uuid::Uuid::now_v7()),
            inputs,
        };
        let component = self.folder.join(&record.component);
        draft.becomes(&component)?;
        let written = Draft::of(&self.record());
        fs::write(written.path(), serde_json::to_vec(&record)?)
            .with_context(|| unwritable(written.path()))?;
        written.becomes(&self.record())?;
        self.forget_others(&component);
        Ok(component)
    }

    fn record(&self) -> PathBuf {
        self.folder.join("inputs.json")
    }

    fn forget_others(&self, component: &Path) {
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let is_old = || {
                let modified = entry.metadata().and_then(|file| file.modified()).ok()?;
                Some(modified.elapsed().ok()? > IN_USE)
            };
            let is_wasm = path.extension().is_some_and(|ending| ending == "wasm");
            if is_wasm && path != component && is_old() == Some(true) {
                // Nothing depends on its being gone.
                let _ = fs::remove_file(path);
            }
        }
    }
}

/// None where there is no such file.
fn digest_of(file: &Path) -> Option<String> {
    Some(digest(&fs::read(file).ok()?))
}

pub(super) fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}
