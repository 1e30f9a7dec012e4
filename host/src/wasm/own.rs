//! An engine of a worker's own.

use std::collections::HashMap;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use super::engine::GuestEngine;
use super::guests::Guests;

/// Attempts for which a worker shares the engine: an engine of its own, and the component on it, take as long
/// to make as some hundred.
const SHARED: u64 = 1000;

/// Each instance writes to counters and lists of its engine. Where workers share one, they wait for each
/// other's writes: with two of them, for a fifth of the time that short attempts take.
#[derive(Default)]
pub(super) struct Own {
    begun: AtomicU64,
    engine: OnceLock<Option<GuestEngine>>,
    /// By the components' digests.
    guests: HashMap<String, OnceLock<Option<Guests>>>,
}

impl Own {
    /// For components with these digests.
    pub(super) fn new<'a>(digests: impl Iterator<Item = &'a String>) -> Self {
        Self {
            guests: digests.map(|it| (it.clone(), OnceLock::new())).collect(),
            ..Self::default()
        }
    }

    /// What the worker's next attempt is made of. Where nothing can be made on an engine of its own, it goes
    /// on with what is shared.
    pub(super) fn guests<'a>(&'a self, digest: &str, shared: &'a Guests) -> &'a Guests {
        if self.begun.fetch_add(1, Ordering::Relaxed) < SHARED {
            return shared;
        }
        let own = || {
            let engine = self.engine.get_or_init(|| shared.engine().again());
            shared.on(engine.as_ref()?).ok()
        };
        let guests = self.guests.get(digest);
        let own = guests.and_then(|guests| guests.get_or_init(own).as_ref());
        own.unwrap_or(shared)
    }
}
