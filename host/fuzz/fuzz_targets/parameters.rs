//! A schema that a guest wrote, and text that is given for it: as a parameter, and as an answer.

#![no_main]

libfuzzer_sys::fuzz_target!(|lines: &str| {
    let (schema, text) = lines.split_once('\n').unwrap_or((lines, ""));
    wflow_host::fuzzing::parameters(schema, text);
});
