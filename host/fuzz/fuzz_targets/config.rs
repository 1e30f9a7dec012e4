//! The text of a `wflow.toml`.

#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| wflow_host::fuzzing::config(text));
