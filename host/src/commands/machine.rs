//! What the machine has.

use std::sync::LazyLock;

use jiff::tz::TimeZone;
use sysinfo::{MemoryRefreshKind, RefreshKind, System};

/// Cores that this process may use.
pub(super) fn cores() -> usize {
    // Five files of the system tell.
    static CORES: LazyLock<usize> =
        LazyLock::new(|| std::thread::available_parallelism().map_or(1, usize::from));
    *CORES
}

/// The local time zone. To find one by its name takes reading the names of all, so the file that says what it
/// is comes first, where nobody asks for another.
pub(super) fn time_zone() -> TimeZone {
    static ZONE: LazyLock<TimeZone> = LazyLock::new(|| {
        if std::env::var_os("TZ").is_some() {
            return TimeZone::system();
        }
        let local = std::fs::read("/etc/localtime").ok();
        let local = local.and_then(|data| TimeZone::tzif("local", &data).ok());
        local.unwrap_or_else(TimeZone::system)
    });
    ZONE.clone()
}

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
