//! `wflow run` as a user has it: a process of its own, recorded as it is by default.

use std::fmt::Display;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use super::harness;
use super::samples::Sample;

/// The command, with a folder of its own for the compiled guest and the run database.
pub(crate) struct Wflow {
    home: PathBuf,
    guest: String,
}

impl Wflow {
    pub(crate) fn new(name: &str) -> Self {
        Self {
            home: harness::folder(name),
            guest: super::guest(),
        }
    }

    /// The folder.
    pub(crate) fn home(&self) -> &Path {
        &self.home
    }

    pub(crate) fn flow(&self, name: &str) -> Flow<'_> {
        Flow {
            wflow: self,
            words: vec![name.to_owned()],
        }
    }
}

/// A run of one of the guest's flows.
#[derive(Clone)]
pub(crate) struct Flow<'a> {
    wflow: &'a Wflow,
    /// The flow, its parameters and the options.
    words: Vec<String>,
}

impl Flow<'_> {
    pub(crate) fn with(self, parameter: &str, value: impl Display) -> Self {
        self.options(&["-p", &format!("{parameter}={value}")])
    }

    pub(crate) fn options(mut self, options: &[&str]) -> Self {
        let options = options.iter().copied().map(String::from);
        self.words.extend(options);
        self
    }

    pub(crate) fn on(self, runner: &str, workers: u32) -> Self {
        self.options(&["--runner", runner, "--max-workers", &workers.to_string()])
    }

    /// Of a flow that returns its seconds.
    pub(crate) fn run(&self) -> Result<Sample> {
        let (line, sample) = self.first_line()?;
        let seconds = line.trim().parse();
        let seconds = seconds.with_context(|| format!("{:?} printed {line:?}", self.words))?;
        Ok(Sample { seconds, ..sample })
    }

    /// Of a flow that prints: `seconds` are those from the start of the process to its first line.
    pub(crate) fn first_print(&self) -> Result<Sample> {
        Ok(self.first_line()?.1)
    }

    /// Of a flow whose events are shown as the options say, to nobody.
    pub(crate) fn run_shown(&self) -> Result<Sample> {
        let began = Instant::now();
        self.wait(self.spawn(&[], Stdio::null(), Stdio::null())?)?;
        Ok(Sample {
            whole: began.elapsed().as_secs_f64(),
            ..Sample::of(f64::NAN)
        })
    }

    /// Starts it, to show its events to nobody.
    pub(crate) fn start(&self) -> Result<Child> {
        self.spawn(&["--json"], Stdio::null(), Stdio::null())
    }

    fn first_line(&self) -> Result<(String, Sample)> {
        let began = Instant::now();
        let mut child = self.spawn(&["-q"], Stdio::piped(), Stdio::inherit())?;
        let mut stdout = BufReader::new(child.stdout.take().context("piped")?);
        let mut line = String::new();
        stdout.read_line(&mut line)?;
        let seconds = began.elapsed().as_secs_f64();
        // Nothing is freed yet: memory is past its peak.
        let peak = peak_memory(child.id()).unwrap_or(f64::NAN);
        self.wait(child)?;
        let whole = began.elapsed().as_secs_f64();
        let sample = Sample {
            whole,
            peak,
            ..Sample::of(seconds)
        };
        Ok((line, sample))
    }

    fn spawn(&self, more: &[&str], stdout: Stdio, stderr: Stdio) -> Result<Child> {
        let Wflow { home, guest } = self.wflow;
        let mut command: Command = harness::command(&["run", guest]);
        command
            .args(&self.words)
            .args(more)
            .env("WFLOW_HOME", home)
            .current_dir(home)
            .stdout(stdout)
            .stderr(stderr);
        command.spawn().context("wflow does not start")
    }

    fn wait(&self, mut child: Child) -> Result<()> {
        let status = child.wait()?;
        ensure!(status.success(), "{:?} ended with {status}", self.words);
        Ok(())
    }
}

/// MiB; none where /proc is missing or the process has just ended.
pub(crate) fn peak_memory(process: u32) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = peak.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kib / 1024.0)
}
