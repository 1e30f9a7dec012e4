//! Where wflow keeps what it can make again.

use std::path::PathBuf;

use directories::ProjectDirs;

/// `$WFLOW_HOME/cache`, or the platform's cache folder; none where neither is known.
pub(super) fn cache() -> Option<PathBuf> {
    match std::env::var_os("WFLOW_HOME") {
        Some(home) => Some(std::path::absolute(home).ok()?.join("cache")),
        None => ProjectDirs::from("", "", "wflow").map(|dirs| dirs.cache_dir().to_owned()),
    }
}
