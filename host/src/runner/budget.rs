//! The host's memory, as far as guests make it grow: taken before it is used, given back when it is free.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Instances, arguments that wait and results that are kept share it.
#[derive(Debug)]
pub struct Budget {
    most: u64,
    taken: AtomicU64,
}

/// So many bytes of a budget, until it is dropped; none where they are few.
#[derive(Debug)]
pub struct Share(Option<(Arc<Budget>, u64)>);

/// Bytes that are not counted one by one: the host keeps more of each run anyway, whose number has a limit of
/// its own.
const FEW: usize = 64;

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
        if bytes <= FEW {
            return Some(Share(None));
        }
        let grown = self.grow(bytes as u64);
        grown.then(|| Share(Some((self.clone(), bytes as u64))))
    }

    /// Takes bytes until they are given back; false where there are not so many left.
    pub fn grow(&self, bytes: u64) -> bool {
        let taken = self.taken.fetch_add(bytes, Ordering::Relaxed);
        let fits = taken.saturating_add(bytes) <= self.most;
        if !fits {
            self.give_back(bytes);
        }
        fits
    }

    pub fn give_back(&self, bytes: u64) {
        self.taken.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// What to say to whoever got none.
    pub fn is_full(&self) -> String {
        let most = bytesize::ByteSize(self.most);
        format!("the host's memory for runs is full, {most}; raise it with --total-memory")
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        if let Some((budget, bytes)) = &self.0 {
            budget.give_back(*bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_is_given_back() {
        let budget = Budget::new(1000);
        let some = budget.take(600).expect("there is enough");
        assert!(budget.take(401).is_none());
        assert!(budget.grow(400) && !budget.grow(1));
        assert!(budget.take(65).is_none() && budget.take(64).is_some());
        budget.give_back(400);
        drop(some);
        assert!(budget.take(1000).is_some() && budget.take(1001).is_none());
    }
}
