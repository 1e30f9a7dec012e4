//! Files that are part of wflow, such as SDKs: builds need nothing but a language's own tools.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::draft::{make_folder, unwritable};

/// Pairs each path in the repository with the file's text.
macro_rules! embedded {
    ($($path:literal,)*) => {
        &[$(($path, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../", $path)))),*]
    };
}
pub(crate) use embedded;

/// Writes files into a folder, by their paths there.
///
/// # Errors
///
/// If the folder cannot be written.
pub(super) fn write<'a>(
    folder: &Path,
    files: impl IntoIterator<Item = (&'a str, impl AsRef<[u8]>)>,
) -> Result<()> {
    for (path, contents) in files {
        let file = folder.join(path);
        make_folder(file.parent().unwrap_or(folder))
            .and_then(|()| fs::write(&file, contents))
            .with_context(|| unwritable(&file))?;
    }
    Ok(())
}
