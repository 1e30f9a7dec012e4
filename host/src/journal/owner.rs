//! Who executes a run: a locked file beside the database, which the system unlocks when its process
//! ends, however it does.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::model::{RunId, hex};

/// While it lives, no other process executes the run.
#[derive(Debug)]
pub struct Owner {
    path: PathBuf,
    _file: File,
}

impl Owner {
    /// Takes the run, unless another process has it.
    ///
    /// # Errors
    ///
    /// If the file beside the database cannot be made.
    pub(super) fn take(database: &Path, run: RunId) -> Result<Option<Self>> {
        Self::lock(database, place(database, run))
    }

    /// Takes what only one process may do, unless another one does it.
    ///
    /// # Errors
    ///
    /// If the file beside the database cannot be made.
    pub(super) fn claim(database: &Path, key: &str) -> Result<Option<Self>> {
        let name = hex(&Sha256::digest(key.as_bytes()));
        Self::lock(database, folder(database).join(name))
    }

    fn lock(database: &Path, path: PathBuf) -> Result<Option<Self>> {
        let made = || -> std::io::Result<File> {
            std::fs::create_dir_all(folder(database))?;
            File::options()
                .create(true)
                .truncate(false)
                .write(true)
                .open(&path)
        };
        loop {
            let file = made().with_context(|| format!("cannot make {}", path.display()))?;
            match file.try_lock() {
                Ok(()) if is_in_place(&file, &path) => return Ok(Some(Self { path, _file: file })),
                // The one before removed it between our two steps.
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(error)) => {
                    return Err(error).with_context(|| format!("cannot lock {}", path.display()));
                }
            }
        }
    }

    /// Whether some process executes the run.
    pub(super) fn is_alive(database: &Path, run: RunId) -> bool {
        let Ok(file) = File::open(place(database, run)) else {
            return false;
        };
        matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        // One that stays behind is unlocked, and says nothing.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Whether the path still leads to the file.
#[cfg(unix)]
fn is_in_place(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let place = |metadata: std::fs::Metadata| (metadata.dev(), metadata.ino());
    let found = std::fs::metadata(path).map(place);
    matches!((file.metadata().map(place), found), (Ok(own), Ok(found)) if own == found)
}

/// Elsewhere, a file that is open is not removed.
#[cfg(not(unix))]
fn is_in_place(_file: &File, _path: &Path) -> bool {
    true
}

fn folder(database: &Path) -> PathBuf {
    let mut name = database.file_name().unwrap_or_default().to_owned();
    name.push("-running");
    database.with_file_name(name)
}

fn place(database: &Path, run: RunId) -> PathBuf {
    folder(database).join(run.to_string())
}
