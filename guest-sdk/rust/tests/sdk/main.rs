//! What of the SDK runs without a host: definitions, values, failures, the executor, and what the
//! attributes refuse.

mod attributes;
mod bound;
mod definitions;
mod executor;
mod failures;
mod submits;
