//! What a guest prints on a terminal, in pieces.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: (Vec<u8>, Vec<u8>)| wflow_host::fuzzing::prints(
    &input.0, &input.1
));
