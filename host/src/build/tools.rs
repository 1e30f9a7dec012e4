//! The languages' tools: of pinned versions, set up once in the cache.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::Workshop;
use super::draft::{Draft, is_draft, lock, remove_drafts};

impl Workshop<'_> {
    /// The folder of a tool, which `make` fills if it is not there. `name` says which version it is of.
    ///
    /// # Errors
    ///
    /// If it cannot be made; nothing is left behind then.
    pub(super) fn tool(
        &self,
        name: &str,
        make: impl FnOnce(&Path) -> Result<()>,
    ) -> Result<PathBuf> {
        let tools = self.tools()?;
        let folder = tools.join(name);
        if folder.is_dir() {
            return Ok(folder);
        }
        let _lock = lock(&tools, "tools")?;
        // Another process may have made it meanwhile.
        if !folder.is_dir() {
            remove_drafts(&tools);
            let draft = Draft::of(&folder);
            make(draft.path())?;
            draft.becomes(&folder)?;
        }
        Ok(folder)
    }

    /// The folder of a tool that was set up before, by how its name starts.
    pub(super) fn tool_that_is_there(&self, start: &str) -> Option<PathBuf> {
        let entries = std::fs::read_dir(self.tools().ok()?).ok()?;
        let mut paths = entries.flatten().map(|entry| entry.path());
        paths.find(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with(start) && path.is_dir() && !is_draft(path)
        })
    }

    pub(super) fn tools(&self) -> Result<PathBuf> {
        Ok(self.cache()?.join("tools"))
    }

    pub(super) fn cache(&self) -> Result<&Path> {
        self.cache
            .as_deref()
            .context("no cache folder is known; name one with WFLOW_HOME")
    }
}

#[cfg(test)]
mod tests {
    use std::any::Any;
    use std::fs;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use anyhow::bail;

    use super::*;
    use crate::scratch;

    fn cache(name: &str) -> PathBuf {
        scratch::folder(&format!("tools-{name}"))
    }

    fn quiet(_: &str) -> Box<dyn Any> {
        Box::new(())
    }

    fn workshop(cache: &Path) -> Workshop<'static> {
        Workshop {
            cache: Some(cache.to_owned()),
            tell: &quiet,
        }
    }

    #[test]
    fn a_tool_is_set_up_once_however_many_want_it() {
        let (cache, made) = (cache("once"), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let tool = workshop(&cache).tool("tool-1", |folder| {
                        made.fetch_add(1, Ordering::Relaxed);
                        fs::create_dir(folder)?;
                        std::thread::sleep(std::time::Duration::from_millis(20));
                        Ok(fs::write(folder.join("part"), "whole")?)
                    });
                    let part = tool.expect("made").join("part");
                    assert_eq!(fs::read_to_string(part).expect("a file"), "whole");
                });
            }
        });
        assert_eq!(made.into_inner(), 1);
        fs::remove_dir_all(cache).expect("the test's own");
    }

    #[test]
    fn a_tool_that_cannot_be_set_up_leaves_nothing_behind() {
        let cache = cache("half");
        let failed = workshop(&cache).tool("tool-1", |folder| {
            fs::create_dir(folder)?;
            fs::write(folder.join("part"), "half")?;
            bail!("no network")
        });
        assert_eq!(failed.expect_err("half").to_string(), "no network");
        let left: Vec<_> = fs::read_dir(cache.join("tools")).expect("made").collect();
        assert_eq!(left.len(), 1, "the lock alone: {left:?}");
        fs::remove_dir_all(cache).expect("the test's own");
    }
}
