//! Instructions of wasm; where the guest is only checked, for another machine, there are none.

#[cfg(target_arch = "wasm32")]
pub fn memory_grow(pages: usize) -> usize {
    core::arch::wasm32::memory_grow::<0>(pages)
}

#[cfg(target_arch = "wasm32")]
pub fn unreachable() -> ! {
    core::arch::wasm32::unreachable()
}

#[cfg(not(target_arch = "wasm32"))]
pub fn memory_grow(_pages: usize) -> usize {
    usize::MAX
}

#[cfg(not(target_arch = "wasm32"))]
pub fn unreachable() -> ! {
    std::process::abort()
}
