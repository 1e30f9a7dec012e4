//! Components that were built before, for as long as what they were built from stays the same.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Built;
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
    /// SHA-256 of it, in hexadecimal digits.
    digest: String,
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

    /// The same where a source that is added to these makes another component, too.
    ///
    /// # Errors
    ///
    /// As [`Kept::of`].
    pub(super) fn of_sources(
        cache: &Path,
        target: &Path,
        version: &str,
        sources: &[PathBuf],
    ) -> Result<Self> {
        let names = sources.iter().map(|path| path.as_os_str());
        let names = names.map(OsStr::as_encoded_bytes);
        let all: Vec<_> = [version.as_bytes()].into_iter().chain(names).collect();
        Self::of(cache, target, digest(&all.join(&0)))
    }

    /// The component as it is kept, or as `build` makes it at the given place, which tells what it was made
    /// from.
    ///
    /// # Errors
    ///
    /// If it does not build, or cannot be kept.
    pub(super) fn or_built(self, build: impl FnOnce(&Path) -> Result<Inputs>) -> Result<Built> {
        if let Some(component) = self.fresh() {
            return Ok(component);
        }
        let _lock = self.lock()?;
        // Another process may have built it meanwhile.
        if let Some(component) = self.fresh() {
            return Ok(component);
        }
        let draft = self.draft();
        let inputs = build(draft.path())?;
        self.keep(draft, inputs)
    }

    /// The component, unless something has changed since it was built.
    fn fresh(&self) -> Option<Built> {
        let record = fs::read(self.record()).ok()?;
        let record: Record = serde_json::from_slice(&record).ok()?;
        let is_same = |(file, known): (&PathBuf, &Option<String>)| digest_of(file) == *known;
        let path = self.folder.join(&record.component);
        let fresh =
            record.version == self.version && record.inputs.iter().all(is_same) && path.is_file();
        fresh.then_some(Built {
            path,
            digest: Some(record.digest),
        })
    }

    /// One process at a time builds the target.
    fn lock(&self) -> Result<Lock> {
        lock(&self.folder, "build")
    }

    /// Where the build is to put the component.
    fn draft(&self) -> Draft {
        remove_drafts(&self.folder);
        Draft::of(&self.folder.join("component"))
    }

    /// Keeps a component that was built from these files, in the place of the one before.
    fn keep(&self, draft: Draft, inputs: Inputs) -> Result<Built> {
        let digest = digest_of(draft.path()).context("the build left no component")?;
        let record = Record {
            version: self.version.clone(),
            component: format!("{}.wasm", uuid::Uuid::now_v7()),
            digest,
            inputs,
        };
        let path = self.folder.join(&record.component);
        draft.becomes(&path)?;
        let written = Draft::of(&self.record());
        fs::write(written.path(), serde_json::to_vec(&record)?)
            .with_context(|| unwritable(written.path()))?;
        written.becomes(&self.record())?;
        self.forget_others(&path);
        Ok(Built {
            path,
            digest: Some(record.digest),
        })
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
pub(super) fn digest_of(file: &Path) -> Option<String> {
    Some(digest(&fs::read(file).ok()?))
}

pub(super) fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch;

    struct Place(PathBuf);

    impl Place {
        fn new(name: &str) -> Self {
            let folder = scratch::folder(&format!("kept-{name}"));
            fs::create_dir_all(&folder).expect("a temporary folder");
            let place = Self(folder);
            place.write("flow.py", "1");
            place
        }

        fn write(&self, name: &str, text: &str) {
            fs::write(self.0.join(name), text).expect("written");
        }

        fn kept(&self, version: &str) -> Kept {
            let target = self.0.join("flow.py");
            Kept::of(&self.0.join("cache"), &target, version.to_owned()).expect("a target")
        }

        /// Builds from `flow.py`, and from a `part.py` that is not there.
        fn build(&self) -> Built {
            let kept = self.kept("1");
            let _lock = kept.lock().expect("a lock");
            let draft = kept.draft();
            fs::write(draft.path(), "component").expect("written");
            let inputs = ["flow.py", "part.py"].map(|name| {
                let file = self.0.join(name);
                let digest = digest_of(&file);
                (file, digest)
            });
            kept.keep(draft, inputs.into()).expect("kept")
        }
    }

    impl Drop for Place {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_component_is_fresh_until_something_changes() {
        let place = Place::new("fresh");
        assert_eq!(place.kept("1").fresh(), None);
        let component = place.build();
        assert_eq!(component.digest, digest_of(&component.path));
        assert_eq!(place.kept("1").fresh(), Some(component));
        assert_eq!(place.kept("2").fresh(), None);
        place.write("part.py", "it was not there");
        assert_eq!(place.kept("1").fresh(), None);
        fs::remove_file(place.0.join("part.py")).expect("there");
        assert!(place.kept("1").fresh().is_some());
        place.write("flow.py", "2");
        assert_eq!(place.kept("1").fresh(), None);
    }

    #[test]
    fn a_component_outlives_the_next_build_while_somebody_may_open_it() {
        let place = Place::new("next");
        let first = place.build();
        let second = place.build();
        let [first, second] = [first, second].map(|built| built.path);
        assert!(first.exists() && second.exists() && first != second);
        let old = fs::File::options().write(true).open(&first).expect("there");
        let modified = std::time::SystemTime::now() - IN_USE * 2;
        old.set_modified(modified).expect("times can be set");
        let third = place.build().path;
        assert!(!first.exists() && second.exists() && third.exists());
    }

    #[test]
    fn half_a_build_is_no_component_and_is_removed() {
        let place = Place::new("half");
        let kept = place.kept("1");
        let _lock = kept.lock().expect("a lock");
        fs::write(kept.draft().path(), "half").expect("written");
        let killed = kept.folder.join("component.1.draft");
        fs::write(&killed, "half").expect("written");
        assert_eq!(kept.fresh(), None);
        drop(kept.draft());
        assert!(!killed.exists());
        let left: Vec<_> = fs::read_dir(&kept.folder).expect("a folder").collect();
        assert_eq!(left.len(), 1, "the lock alone: {left:?}");
    }
}
