//! The command line with real components, and the floors of the house.

mod bombs;
mod caching;
mod compiled;
mod components;
mod conditions;
mod described;
mod durability;
mod ends;
mod files;
mod floors;
mod harness;
mod hooks;
mod input;
mod inspect;
mod kills;
mod network;
mod new;
mod pauses;
mod place;
mod recorded;
mod runs;
mod secrets;
mod semantics;
mod settings;
mod tenants;
mod unruly;
