//! Artifacts: things to look at that a run leaves behind, or that tell how far it is.

use serde::Serialize;

use crate::bindings::wflow::plugin::runner::{self, ArtifactKind};
use crate::value::{Value, json};
use crate::{Bytes, Failure, Result};

/// Attaches a text in Markdown to the run. An artifact of the same key takes the place of an earlier
/// one, here and below.
///
/// # Errors
///
/// If the host does not take the artifact, here and below.
pub fn markdown(key: &str, description: &str, text: &str) -> Result<()> {
    create(ArtifactKind::Markdown, key, description, json(text)?)
}

/// Attaches a table: each row is an object of columns, a struct or a map.
pub fn table<Row: Serialize>(key: &str, description: &str, rows: &[Row]) -> Result<()> {
    create(ArtifactKind::Table, key, description, json(rows)?)
}

/// Attaches a link.
pub fn link(key: &str, description: &str, url: &str) -> Result<()> {
    create(ArtifactKind::Link, key, description, json(url)?)
}

/// Tells how far the run is, from 0 to 100: `wflow run` shows it in its progress line.
pub fn progress(key: &str, description: &str, percent: f64) -> Result<()> {
    create(ArtifactKind::Progress, key, description, json(&percent)?)
}

/// Attaches an image, such as a PNG.
pub fn image(key: &str, description: &str, image: Bytes) -> Result<()> {
    create(ArtifactKind::Image, key, description, Value::Bytes(image.0))
}

fn create(kind: ArtifactKind, key: &str, description: &str, data: Value) -> Result<()> {
    let artifact = runner::Artifact {
        kind,
        key: key.to_owned(),
        description: description.to_owned(),
        data,
    };
    runner::create_artifact(&artifact).map_err(Failure::of_host)
}
