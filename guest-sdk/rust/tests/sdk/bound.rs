//! What `wflow bind` writes takes values and futures, and gives calls that return what the component says.

use wflow::remote::Call;
use wflow::{Bytes, Future, Json};

#[path = "../../../../tests/bound/images.rs"]
#[rustfmt::skip]
#[expect(unreachable_pub, reason = "it is written for whoever calls the component")]
mod images;

#[test]
fn values_fit() {
    let _: Call<Vec<Json>> = images::thumbnails();
    let _: Call<Bytes> = images::resize(Bytes::from(vec![0xff]), 160_u64);
}

/// There is no host here that would give any.
#[expect(dead_code, reason = "it need only compile")]
fn futures_fit(image: &Future<Bytes>, width: Future<u64>) -> Call<Bytes> {
    images::resize(image, width)
}
