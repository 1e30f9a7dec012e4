//! What the machine has.

use sysinfo::{MemoryRefreshKind, RefreshKind, System};

/// Bytes of memory that runs may take together where nobody says otherwise: 80 % of the machine's, or of
/// the container's where that has less; as much as they like where the system does not say.
pub(super) fn memory() -> u64 {
    let memory = RefreshKind::nothing().with_memory(MemoryRefreshKind::nothing().with_ram());
    let Ok(system) = System::new_with_specifics(memory) else {
        return u64::MAX;
    };
    let container = system.cgroup_limits().map(|limits| limits.total_memory);
    let least = container.into_iter().chain([system.total_memory()]).min();
    least.unwrap_or_default() / 10 * 8
}
