//! What a flow or task gets of the operator's grants: all of them, or what its code says that it needs.

use std::collections::HashMap;
use std::str::FromStr;
use std::sync::Arc;

use super::files::Folder;
use super::grants::{FolderGrant, Grants, option};
use super::network::{HttpGrant, NetworkGrant};
use crate::model::{Definition, Manifest, Need, NeedKind};
use crate::runner::{Attempt, Target};

impl Grants {
    /// What the definition gets.
    ///
    /// # Errors
    ///
    /// The options that would grant what it needs and does not get.
    pub fn of(&self, definition: &Definition) -> Result<Self, Vec<String>> {
        let Some(needs) = &definition.options.needs else {
            return Ok(self.clone());
        };
        let mut granted = Self {
            clock: self.clock,
            random: self.random.clone(),
            ..Self::default()
        };
        let missing = needs
            .iter()
            .filter_map(|need| self.hand(need, &mut granted).err());
        let missing: Vec<_> = missing.collect();
        match missing.is_empty() {
            true => Ok(granted),
            false => Err(missing),
        }
    }

    /// Hands over what is needed, or tells the option that would grant it.
    fn hand(&self, Need { kind, name }: &Need, to: &mut Self) -> Result<(), String> {
        match kind {
            NeedKind::Dir => to.folders.push(self.folder(name)?),
            NeedKind::Env => {
                let found = self.environment.iter().find(|it| it.name == *name);
                let missing = || option("--env", &format!("{name}=VALUE"));
                to.environment.push(found.ok_or_else(missing)?.clone());
            }
            NeedKind::Net => {
                let covers = |granted: &NetworkGrant, asked: &NetworkGrant| granted.covers(asked);
                let asked = covered(&self.network, name, covers);
                to.network
                    .push(asked.ok_or_else(|| option("--allow-net", name))?);
            }
            NeedKind::Http => {
                let covers = |granted: &HttpGrant, asked: &HttpGrant| granted.covers(asked);
                let asked = covered(&self.http, name, covers);
                to.http
                    .push(asked.ok_or_else(|| option("--allow-http", name))?);
            }
            NeedKind::Var => {
                let found = self.variables.iter().find(|it| it.name == *name);
                let missing = || option("--var", &format!("{name}=JSON"));
                to.variables.push(found.ok_or_else(missing)?.clone());
            }
            NeedKind::Secret => {
                let found = self.secrets.iter().find(|it| it.name == *name);
                let missing = || option("--secret", &format!("{name}=env:NAME"));
                to.secrets.push(found.ok_or_else(missing)?.clone());
            }
        }
        Ok(())
    }

    /// A folder under this name, read-only where no more is needed.
    fn folder(&self, name: &str) -> Result<Folder, String> {
        let missing = || option("--dir", &format!("HOST::{name}"));
        let asked: FolderGrant = name.parse().map_err(|_| missing())?;
        let serves = |granted: &&Folder| {
            granted.grant.guest == asked.guest && (asked.read_only || !granted.grant.read_only)
        };
        let mut folder = self
            .folders
            .iter()
            .find(serves)
            .ok_or_else(missing)?
            .clone();
        folder.grant.read_only |= asked.read_only;
        Ok(folder)
    }
}

/// What is asked for under this name, where it is granted.
fn covered<T: FromStr>(granted: &[T], name: &str, covers: impl Fn(&T, &T) -> bool) -> Option<T> {
    let asked = name.parse().ok()?;
    let is_granted = granted.iter().any(|granted| covers(granted, &asked));
    is_granted.then_some(asked)
}

/// What the flows and tasks of a component get that say what they need; or what to say instead.
pub(super) struct Needed(HashMap<(Target, String), Result<Arc<Grants>, String>>);

impl Needed {
    pub(super) fn new(manifest: &Manifest, grants: &Grants) -> Self {
        let flows = manifest.flows.iter().map(|it| (Target::Flow, it));
        let tasks = manifest.tasks.iter().map(|it| (Target::Task, it));
        let needed = flows
            .chain(tasks)
            .filter(|(_, definition)| definition.options.needs.is_some())
            .map(|(target, definition)| {
                let granted = grants.of(definition).map(Arc::new);
                let granted = granted.map_err(|missing| {
                    let missing = missing.join(" ");
                    format!("needs what is not granted; grant it with: {missing}")
                });
                ((target, definition.name.clone()), granted)
            });
        Self(needed.collect())
    }

    /// None where the code is silent: what it asks for is whatever is granted.
    pub(super) fn of(&self, attempt: &Attempt) -> Option<&Result<Arc<Grants>, String>> {
        // Most components are silent.
        if self.0.is_empty() {
            return None;
        }
        self.0
            .get(&(attempt.callee.target, attempt.callee.name.to_string()))
    }
}
