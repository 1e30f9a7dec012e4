//! Folders of unit tests.

use std::path::PathBuf;

/// Where nothing is, for one test of this process.
pub(crate) fn folder(name: &str) -> PathBuf {
    let process = std::process::id();
    let folder = std::env::temp_dir().join(format!("wflow-{name}-{process}"));
    let _ = std::fs::remove_dir_all(&folder);
    folder
}
