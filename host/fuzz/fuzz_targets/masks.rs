//! Secrets, and text in pieces that may hold them.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: (Vec<String>, Vec<(String, u8)>, Vec<u8>)| {
    wflow_host::fuzzing::masks(&input.0, &input.1, &input.2)
});
