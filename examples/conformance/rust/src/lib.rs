//! The flows of the conformance suite in Rust; `tests/conformance.rs` says what each has to do.

mod ends;
mod futures;
mod granted;
mod kept;
mod runs;
mod said;
mod timed;
mod values;
