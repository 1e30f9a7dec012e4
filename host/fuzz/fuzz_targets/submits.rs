//! What a task declares, and what a submit overrides and hands over.

#![no_main]

libfuzzer_sys::fuzz_target!(|lines: &str| {
    let mut lines = lines.lines();
    let (declared, overridden) = (lines.next().unwrap_or(""), lines.next().unwrap_or(""));
    let arguments: Vec<_> = lines.filter_map(|line| line.split_once('=')).collect();
    wflow_host::fuzzing::submits(declared, overridden, &arguments);
});
