//! Grants and limits, as options and `wflow.toml` spell them.

#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| wflow_host::fuzzing::spellings(text));
