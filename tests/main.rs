//! The command line with real components, and the floors of the house.

mod floors;
mod harness;
mod input;
mod new;
mod runs;
mod settings;
mod unruly;
