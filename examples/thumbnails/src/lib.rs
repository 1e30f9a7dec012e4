//! Thumbnails of all pictures in a folder: pictures travel between the runs as bytes, and only the
//! flow needs files.

use std::fs;
use std::io::Cursor;
use std::path::Path;

use image::{GenericImageView, ImageFormat};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wflow::prelude::*;

/// A thumbnail that was written.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Thumbnail {
    name: String,
    /// In pixels, as is the height.
    width: u32,
    height: u32,
    /// The size of the file.
    bytes: usize,
}

/// Scales a JPEG or PNG picture to a width in pixels, as a JPEG.
#[task(timeout = "30s")]
fn resize(image: Bytes, width: u32) -> Result<Bytes> {
    let image = image::load_from_memory(&image)?;
    let height = (image.height() * width).div_ceil(image.width());
    let small = image.thumbnail(width, height).into_rgb8();
    let mut jpeg = Cursor::new(Vec::new());
    small.write_to(&mut jpeg, ImageFormat::Jpeg)?;
    Ok(jpeg.into_inner().into())
}

/// Writes a thumbnail of each picture in one folder to another.
#[flow(runner = "thread-pool")]
fn thumbnails(
    #[default("images")] images: String,
    #[default("out")] out: String,
    /// Of the thumbnails, in pixels.
    #[default(160)]
    width: u32,
) -> Result<Vec<Thumbnail>> {
    let names = pictures(&images)?;
    let mut runs = Vec::new();
    for name in &names {
        let image: Bytes = fs::read(Path::new(&images).join(name))?.into();
        runs.push(resize::submit(image, width));
    }
    let written = names.iter().zip(&runs);
    written
        .map(|(name, run)| write(&out, name, &run.result()?))
        .collect()
}

/// The names of the folder's JPEG and PNG files, sorted.
fn pictures(folder: &str) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".jpg") || name.ends_with(".png") {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

fn write(folder: &str, name: &str, jpeg: &Bytes) -> Result<Thumbnail> {
    let path = Path::new(folder).join(name).with_extension("jpg");
    fs::write(path, &**jpeg)?;
    let (width, height) = image::load_from_memory(jpeg)?.dimensions();
    Ok(Thumbnail {
        name: name.to_owned(),
        width,
        height,
        bytes: jpeg.len(),
    })
}
