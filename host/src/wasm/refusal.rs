//! What a guest asked for last, where that was refused: a failure that follows is about that.

use std::sync::{Arc, Mutex, MutexGuard};

/// Shared by the sandbox and what works for it beside it, such as connections.
#[derive(Clone, Default)]
pub(super) struct Refusal(Arc<Mutex<Option<String>>>);

impl Refusal {
    /// Something was asked for that is not granted; `how` names the grant.
    pub(super) fn deny(&self, how: impl Into<String>) {
        *self.last() = Some(how.into());
    }

    /// Something was asked for, and granted: what was refused before did not stop the guest.
    pub(super) fn forget(&self) {
        *self.last() = None;
    }

    pub(super) fn how(&self) -> Option<String> {
        self.last().clone()
    }

    fn last(&self) -> MutexGuard<'_, Option<String>> {
        self.0.lock().expect("never held across a panic")
    }
}
