//! What to say to whom files are refused, with the grant that would be needed.

use std::fmt;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use crate::model::Unit;

/// No folder that is granted holds the path, which is that of a folder or of something in one.
pub(super) fn not_granted(path: &str, is_folder: bool, writes: bool) -> String {
    let path = from_the_root(path);
    let folder = match is_folder {
        true => &path,
        false => path.parent().unwrap_or(&path),
    };
    let suffix = if writes { "" } else { ":ro" };
    format!(
        "no folder is granted for {}; grant it with --dir HOST::{}{suffix}",
        path.display(),
        folder.display()
    )
}

/// As a guest's own library has it: every path starts at the root, and nothing is above that.
fn from_the_root(path: &str) -> PathBuf {
    let mut whole = PathBuf::from("/");
    for part in Path::new(path).components() {
        match part {
            Component::Normal(name) => whole.push(name),
            Component::ParentDir => {
                whole.pop();
            }
            _ => {}
        }
    }
    whole
}

pub(super) fn read_only(folder: &str) -> String {
    format!("folder '{folder}' is granted read-only; grant it with --dir HOST::{folder}")
}

pub(super) fn leads_out(path: &str, folder: &str) -> String {
    format!(
        "'{path}' leads out of the granted folder '{folder}'; grant the folder to which it leads with --dir"
    )
}

/// A write that is beyond the quota of its folder.
#[derive(Clone, Debug)]
pub(super) struct OverQuota {
    pub(super) folder: Arc<str>,
    /// In bytes.
    pub(super) most: u64,
}

impl fmt::Display for OverQuota {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { folder, most } = self;
        let most = Unit::Bytes.shown(*most);
        write!(
            f,
            "folder '{folder}' has a quota of {most}, which is used up; raise it with --dir \
             HOST::{folder}:max=SIZE"
        )
    }
}

impl std::error::Error for OverQuota {}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, is_folder: bool, writes: bool, says: &str) {
        let said = not_granted(path, is_folder, writes);
        assert_eq!(said, format!("no folder is granted for {says}"));
    }

    #[test]
    fn refusals_name_the_folder_that_would_do() {
        check(
            "etc/passwd",
            false,
            false,
            "/etc/passwd; grant it with --dir HOST::/etc:ro",
        );
        check(
            "out/a",
            false,
            true,
            "/out/a; grant it with --dir HOST::/out",
        );
        check(
            "etc",
            true,
            false,
            "/etc; grant it with --dir HOST::/etc:ro",
        );
        check(
            "../.././secret",
            false,
            false,
            "/secret; grant it with --dir HOST::/:ro",
        );
        check(".", true, false, "/; grant it with --dir HOST::/:ro");
    }
}
