//! Flows and tasks of the component `images`, as it describes itself; written by `wflow bind`.

use wflow::IntoArgument;
use wflow::remote::{self, Call};

/// Writes a thumbnail of each picture in one folder to another.
///
/// Has defaults of `images` ("images"), `out` ("out"), `width` (160); `given` gives others.
pub fn thumbnails() -> Call<Vec<wflow::Json>> {
    remote::flow("images/thumbnails")
}

/// Scales a JPEG or PNG picture to a width in pixels, as a JPEG.
pub fn resize(image: impl IntoArgument<wflow::Bytes>, width: impl IntoArgument<u64>) -> Call<wflow::Bytes> {
    remote::task("images/resize")
        .given("image", image)
        .given("width", width)
}
