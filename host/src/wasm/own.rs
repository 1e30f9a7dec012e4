//! An engine of a worker's own.

use std::iter::repeat_with;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use super::engine::GuestEngine;
use super::guests::Guests;

/// Attempts for which a worker shares the engine: an engine of its own, and the component on it, take as long
/// to make as some hundred.
const SHARED: u64 = 1000;

/// Each instance writes to counters and lists of its engine. Where workers share one, they wait for each
/// other's writes: with two of them, for a fifth of the time that short attempts take.
pub(super) struct Own {
    begun: AtomicU64,
    engine: OnceLock<Option<GuestEngine>>,
    /// By the components' numbers.
    guests: Vec<OnceLock<Option<Guests>>>,
}

impl Own {
    /// For so many components.
    pub(super) fn new(components: usize) -> Self {
        Self {
            begun: AtomicU64::new(0),
            engine: OnceLock::new(),
            guests: repeat_with(OnceLock::new).take(components).collect(),
        }
    }

    /// What the worker's next attempt is made of. Where nothing can be made on an engine of its own, it goes
    /// on with what is shared.
    pub(super) fn guests<'a>(&'a self, number: usize, shared: &'a Guests) -> &'a Guests {
        if self.begun.fetch_add(1, Ordering::Relaxed) < SHARED {
            return shared;
        }
        let own = || {
            let engine = self.engine.get_or_init(|| shared.engine().again());
            shared.on(engine.as_ref()?).ok()
        };
        self.guests[number]
            .get_or_init(own)
            .as_ref()
            .unwrap_or(shared)
    }
}
