//! The lines of a record: read, written, shown.

#![no_main]

libfuzzer_sys::fuzz_target!(|lines: &[u8]| wflow_host::fuzzing::events(lines));
