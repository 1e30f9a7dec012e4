//! Quotas that outlive a flow run: kept by what the run database knows.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use bytesize::ByteSize;
use jiff::{SignedDuration, Timestamp};

use super::settings::Settings;
use super::{HostFault, note};
use crate::journal::{Journal, Owner};

/// How often to look whether another flow run has ended.
const LOOK: Duration = Duration::from_millis(20);
const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// Waits until the flow run may begin; held while it is executed.
pub(super) fn turn(journal: Option<&Journal>, settings: &Settings) -> Result<Option<Owner>> {
    let (most, storage) = (settings.max_active(), settings.storage());
    let Some(journal) = journal else {
        ensure!(
            most.is_none() && storage.is_none() && !settings.has_cpu_quota(),
            "the quotas max-active, storage and cpu-per-hour are kept by the run database; \
             leave out --no-record"
        );
        return Ok(None);
    };
    if let Some(storage) = storage {
        check_storage(journal, storage)?;
    }
    most.map(|most| wait(journal, most)).transpose()
}

fn check_storage(journal: &Journal, storage: u64) -> Result<()> {
    let size = journal.size().context(HostFault)?;
    if size >= storage {
        let [size, storage] = [size, storage].map(ByteSize);
        bail!(
            "the run database takes {size}, its quota is {storage}; forget runs with: wflow runs \
             prune, or raise it with --storage"
        );
    }
    Ok(())
}

fn wait(journal: &Journal, most: u32) -> Result<Owner> {
    let mut told = false;
    loop {
        for number in 0..most {
            let turn = journal.claim(&format!("\0turn {number}"));
            if let Some(turn) = turn.context(HostFault)? {
                return Ok(turn);
            }
        }
        if !std::mem::replace(&mut told, true) {
            note(&format!(
                "Waits: {most} flow runs are executed already (--max-active)"
            ));
        }
        std::thread::sleep(LOOK);
    }
}

/// The CPU time that earlier runs used in the last hour, where that matters.
pub(super) fn spent(
    journal: Option<&Journal>,
    settings: &Settings,
) -> Result<Vec<(Timestamp, u64)>> {
    match journal {
        Some(journal) if settings.has_cpu_quota() => {
            let now = Timestamp::now();
            journal.cpu_since(now - HOUR, now).context(HostFault)
        }
        _ => Ok(Vec::new()),
    }
}
