//! The id of a flow run or task run.

use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasherDefault, Hash, Hasher};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A UUID (version 7, so that ids sort by the time of the submit).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(pub Uuid);

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Hash for RunId {
    /// An id ends with a counter and 32 random bits: turned around, runs that were submitted one after
    /// another are neighbours in a map, and most often in the processor's cache. The host makes its ids:
    /// nobody can choose some that collide.
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0.as_u64_pair().1.rotate_right(32));
    }
}

/// Something of each run.
pub type ByRun<T> = HashMap<RunId, T, BuildHasherDefault<IdHasher>>;

/// Takes the hash that an id has.
#[derive(Clone, Copy, Debug, Default)]
pub struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("an id is hashed as one number");
    }
}
