//! `wflow cache`: results that are kept for later runs.

use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use jiff::Timestamp;

use super::database::DatabaseArgs;
use super::{HostFault, note};
use crate::journal::KeptResults;
use crate::model::{CacheKey, Value};
use crate::runner::ResultCache;

#[derive(Debug, Args)]
pub(super) struct CacheArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Forget the results that are kept for later runs
    Clear {
        /// Only those that have expired
        #[arg(long)]
        expired: bool,
        #[command(flatten)]
        database: DatabaseArgs,
    },
}

pub(super) fn cache(args: &CacheArgs) -> Result<ExitCode> {
    let Command::Clear { expired, database } = &args.command;
    let journal = database.open()?;
    let expired = expired.then(Timestamp::now);
    let forgotten = journal.forget_results(expired).context(HostFault)?;
    journal.shrink().context(HostFault)?;
    note(&match forgotten {
        1 => "Forgot 1 result".to_owned(),
        forgotten => format!("Forgot {forgotten} results"),
    });
    Ok(ExitCode::SUCCESS)
}

impl ResultCache for KeptResults {
    fn get(&self, key: &CacheKey, now: Timestamp) -> Option<Value> {
        Self::get(self, key, now)
    }

    fn put(&self, key: &CacheKey, result: &Value, expires: Option<Timestamp>) {
        Self::put(self, key, result, expires);
    }
}
