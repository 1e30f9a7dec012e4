//! Where wflow keeps what it can make again, and what it records.

use std::path::PathBuf;

use directories::ProjectDirs;

use super::tenant::Tenant;

/// `$WFLOW_HOME/cache`, or the platform's cache folder; none where neither is known.
pub(super) fn cache() -> Option<PathBuf> {
    place("cache", |dirs| dirs.cache_dir().to_owned())
}

/// The run database, `$WFLOW_HOME/data/wflow.db` or in the platform's data folder; a tenant's in a
/// folder below.
pub(super) fn database(tenant: Option<&Tenant>) -> Option<PathBuf> {
    let data = data()?;
    let folder = match tenant {
        Some(tenant) => tenant.folder(data),
        None => data,
    };
    Some(folder.join("wflow.db"))
}

/// The folder of the run databases.
pub(super) fn data() -> Option<PathBuf> {
    place("data", |dirs| dirs.data_dir().to_owned())
}

fn place(name: &str, of_platform: fn(&ProjectDirs) -> PathBuf) -> Option<PathBuf> {
    match std::env::var_os("WFLOW_HOME") {
        Some(home) => Some(std::path::absolute(home).ok()?.join(name)),
        None => ProjectDirs::from("", "", "wflow").map(|dirs| of_platform(&dirs)),
    }
}
