//! The host's memory, as far as guests make it grow: taken before it is used, given back when it is free.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Instances, arguments that wait and results that are kept share it.
#[derive(Debug)]
pub struct Budget {
    most: u64,
    taken: AtomicU64,
}

/// So many bytes of a budget, until it is dropped.
#[derive(Debug)]
pub struct Share {
    budget: Arc<Budget>,
    bytes: u64,
}

impl Budget {
    /// `most` in bytes.
    pub fn new(most: u64) -> Arc<Self> {
        Arc::new(Self {
            most,
            taken: AtomicU64::new(0),
        })
    }

    /// None where there is not so much left.
    pub fn take(self: &Arc<Self>, bytes: usize) -> Option<Share> {
        let mut share = self.nothing();
        share.grow(bytes).then_some(share)
    }

    /// A share that can grow.
    pub fn nothing(self: &Arc<Self>) -> Share {
        Share {
            budget: self.clone(),
            bytes: 0,
        }
    }

    /// What to say to whoever got none.
    pub fn is_full(&self) -> String {
        let most = bytesize::ByteSize(self.most);
        format!("the host's memory for runs is full, {most}; raise it with --total-memory")
    }
}

impl Share {
    /// False where there is not so much left.
    pub fn grow(&mut self, bytes: usize) -> bool {
        let bytes = bytes as u64;
        let taken = self.budget.taken.fetch_add(bytes, Ordering::Relaxed);
        if taken.saturating_add(bytes) > self.budget.most {
            self.budget.taken.fetch_sub(bytes, Ordering::Relaxed);
            return false;
        }
        self.bytes += bytes;
        true
    }

    pub fn budget(&self) -> &Budget {
        &self.budget
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.budget.taken.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_is_given_back() {
        let budget = Budget::new(100);
        let mut some = budget.take(60).expect("there is enough");
        assert!(budget.take(41).is_none());
        assert!(some.grow(40) && !some.grow(1));
        drop(some);
        assert!(budget.take(100).is_some() && budget.take(101).is_none());
    }
}
