//! How a run was started: what it takes to start it once more.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use crate::model::MASK;
use crate::wasm::{LoadedComponent, Secret, Seed};

/// What the run database keeps beside the events.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Launch {
    /// Where wflow was started.
    pub(super) folder: PathBuf,
    /// The words of its command line.
    pub(super) words: Vec<String>,
    /// SHA-256 of each component, by its name; the target's is empty.
    pub(super) components: BTreeMap<String, String>,
    pub(super) seed: Seed,
}

impl Launch {
    /// This process, with these components. A secret in the command line is masked.
    pub(super) fn now(components: &[(&str, LoadedComponent)], secrets: &[Secret]) -> Result<Self> {
        let words = std::env::args_os().map(|word| {
            let mut word = word.to_string_lossy().into_owned();
            for Secret { value, .. } in secrets {
                word = word.replace(&**value, MASK);
            }
            word
        });
        Ok(Self {
            folder: std::env::current_dir().context("the current folder is not known")?,
            words: words.collect(),
            components: digests(components),
            seed: seed()?,
        })
    }

    /// Refuses what was built anew since.
    pub(super) fn check(&self, components: &[(&str, LoadedComponent)]) -> Result<()> {
        for (name, digest) in digests(components) {
            let what = match &*name {
                "" => "the component".to_owned(),
                name => format!("the component '{name}'"),
            };
            let before = self.components.get(&name);
            ensure!(
                before == Some(&digest),
                "{what} is another build than the run began with ({} then, {} now); to go on with \
                 it all the same, name it: --with FILE",
                before.map_or("none", |digest| &digest[..8]),
                &digest[..8]
            );
        }
        Ok(())
    }
}

pub(super) fn digests(components: &[(&str, LoadedComponent)]) -> BTreeMap<String, String> {
    let digest = |(name, component): &(&str, LoadedComponent)| {
        ((*name).to_owned(), component.digest.clone())
    };
    components.iter().map(digest).collect()
}

fn seed() -> Result<Seed> {
    let mut seed = Seed::default();
    getrandom::fill(&mut seed).context("the system gives no random numbers")?;
    Ok(seed)
}
