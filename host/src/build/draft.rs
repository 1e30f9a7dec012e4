//! Folders and files that are whole or not there: made beside and renamed, by one process at a time.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use uuid::Uuid;

const DRAFT: &str = "draft";

/// Held by the one process that makes something; ends with it, however that ends.
pub(super) struct Lock {
    _file: File,
}

/// Waits until no other process has the lock.
///
/// # Errors
///
/// If the folder cannot be written.
pub(super) fn lock(folder: &Path, name: &str) -> Result<Lock> {
    let path = folder.join(format!("{name}.lock"));
    let file = make_folder(folder).and_then(|()| File::create(&path));
    let file = file.with_context(|| unwritable(&path))?;
    file.lock()
        .with_context(|| format!("cannot lock {}", path.display()))?;
    Ok(Lock { _file: file })
}

/// A place for something that is not whole yet. It is removed unless it becomes what it was made for.
pub(super) struct Draft {
    path: PathBuf,
}

impl Draft {
    /// Where `whole` is going to be, and a draft of which nothing is there.
    pub(super) fn of(whole: &Path) -> Self {
        let name = whole.file_name().unwrap_or_default().to_string_lossy();
        let name = format!("{name}.{}.{DRAFT}", Uuid::now_v7());
        Self {
            path: whole.with_file_name(name),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// # Errors
    ///
    /// If the folder cannot be written.
    pub(super) fn becomes(self, whole: &Path) -> Result<()> {
        fs::rename(&self.path, whole).with_context(|| unwritable(whole))
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        remove(&self.path);
    }
}

/// Removes what processes that were killed had begun. For whoever holds the lock.
pub(super) fn remove_drafts(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if is_draft(&path) {
            remove(&path);
        }
    }
}

pub(super) fn is_draft(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == DRAFT)
}

/// Nothing depends on its being gone.
fn remove(path: &Path) {
    let _ = match path.is_dir() {
        true => fs::remove_dir_all(path),
        false => fs::remove_file(path),
    };
}

/// For the user alone: what is in it is executed.
pub(super) fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

pub(super) fn unwritable(path: &Path) -> String {
    format!(
        "cannot write {}; choose another folder with WFLOW_HOME",
        path.display()
    )
}
