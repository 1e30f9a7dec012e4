//! What a command reads: an argument, or a file in a granted folder.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use bytes::Bytes;

use super::super::grants::{FolderGrant, option};
use super::super::sandbox::Sandbox;
use crate::model::{Cap, Value};

/// Bytes as they are, a text without its quotation marks, other JSON as JSON.
pub(super) fn of(value: &Value) -> Bytes {
    match value {
        Value::Bytes(bytes) => bytes.clone(),
        Value::Json(json) => match serde_json::from_str::<String>(json) {
            Ok(text) => text.into(),
            Err(_) => Bytes::copy_from_slice(json.as_bytes()),
        },
    }
}

/// The file that guests see under this path.
pub(super) fn read(path: &str, sandbox: &Sandbox) -> Result<Bytes, String> {
    let path = path.trim_start_matches('/');
    let folders = sandbox.grants.folders.iter().map(|folder| &folder.grant);
    let found = folders.filter_map(|grant| Some((grant, within(grant, path)?)));
    // The innermost one.
    let found = found.max_by_key(|(grant, _)| grant.guest.len());
    let Some((grant, rest)) = found else {
        let folder = Path::new(path).parent().unwrap_or(Path::new(""));
        let how = option("--dir", &format!("HOST::{}:ro", folder.display()));
        return Err(format!(
            "no folder is granted for {path}; grant it with {how}"
        ));
    };
    let unread = |error| format!("cannot read {path}: {error}");
    let file = open(&grant.host, rest).map_err(unread)?;
    let most = sandbox.limits().size(Cap::Arguments);
    let mut bytes = Vec::new();
    let read = file.take(most as u64 + 1).read_to_end(&mut bytes);
    read.map_err(unread)?;
    match bytes.len() > most {
        true => Err(sandbox.limits().exceeded(Cap::Arguments).to_string()),
        false => Ok(bytes.into()),
    }
}

/// What is left of the path inside of the folder.
fn within<'a>(grant: &FolderGrant, path: &'a str) -> Option<&'a str> {
    let guest = grant.guest.trim_matches('/');
    let rest = path.strip_prefix(guest)?;
    match guest.is_empty() {
        true => Some(rest),
        false => rest.strip_prefix('/'),
    }
}

/// Nothing outside of the folder, wherever links lead.
#[cfg(target_os = "linux")]
fn open(folder: &Path, path: &str) -> std::io::Result<File> {
    use rustix::fs::{Mode, OFlags, ResolveFlags, openat2};
    let folder = File::open(folder)?;
    let how = OFlags::RDONLY | OFlags::CLOEXEC;
    let file = openat2(&folder, path, how, Mode::empty(), ResolveFlags::BENEATH)?;
    Ok(file.into())
}

#[cfg(not(target_os = "linux"))]
fn open(_: &Path, _: &str) -> std::io::Result<File> {
    let why = "stdin-file takes a system that opens files beneath a folder: Linux";
    Err(std::io::Error::new(std::io::ErrorKind::Unsupported, why))
}
