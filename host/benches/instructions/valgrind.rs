//! Runs this program once more, under callgrind.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// Whether instructions can be counted here.
pub(crate) fn is_there() -> bool {
    let here = cfg!(all(target_os = "linux", target_arch = "x86_64"));
    let version = || Command::new("valgrind").arg("--version").output();
    here && version().is_ok_and(|ended| ended.status.success())
}

/// Instructions of this program with these arguments; where they were spent is kept in `profile`.
pub(crate) fn count(arguments: &[&str], profile: &Path) -> Result<u64> {
    let ended = Command::new("valgrind")
        .args(["--tool=callgrind", "--fair-sched=yes"])
        .arg(format!("--callgrind-out-file={}", profile.display()))
        .arg(std::env::current_exe()?)
        .args(arguments)
        .output()
        .context("valgrind does not start")?;
    let said = String::from_utf8_lossy(&ended.stderr);
    ensure!(
        ended.status.success(),
        "valgrind ended with {}:\n{said}",
        ended.status
    );
    let collected = said
        .lines()
        .find_map(|line| line.split_once("Collected : "));
    let (_, number) = collected.with_context(|| format!("valgrind counted nothing:\n{said}"))?;
    Ok(number.trim().parse()?)
}
