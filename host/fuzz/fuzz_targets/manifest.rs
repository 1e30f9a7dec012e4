//! What a component says that it holds.

#![no_main]

use wflow_host::fuzzing::Described;

libfuzzer_sys::fuzz_target!(|input: (Vec<Described>, Vec<Described>)| {
    wflow_host::fuzzing::manifest(input.0, input.1)
});
