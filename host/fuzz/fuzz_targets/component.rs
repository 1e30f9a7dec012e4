//! The file of a component, loaded and asked what it holds.

#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};

static SMALLEST: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/smallest.wasm"));

fuzz_target!(|wasm: &[u8]| wflow_host::fuzzing::component(wasm));

// Chance alone finds no component: it starts from one.
fuzz_mutator!(
    |data: &mut [u8], size: usize, max_size: usize, _seed: u32| {
        let is_component = data[..size].starts_with(b"\0asm");
        let size = match data.get_mut(..SMALLEST.len()) {
            Some(start) if !is_component => {
                start.copy_from_slice(SMALLEST);
                SMALLEST.len()
            }
            _ => size,
        };
        fuzzer_mutate(data, size, max_size)
    }
);
