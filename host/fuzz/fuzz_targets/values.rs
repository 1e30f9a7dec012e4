//! Two values of guests, as JSON text.

#![no_main]

libfuzzer_sys::fuzz_target!(|lines: &str| {
    let (one, other) = lines.split_once('\n').unwrap_or((lines, ""));
    wflow_host::fuzzing::values(one, other);
});
