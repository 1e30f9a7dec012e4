//! Limits and quotas: the operator's, and what a project states of them.

use std::time::Duration;

use bytesize::ByteSize;
use jiff::Timestamp;

use super::Settings;
use crate::commands::config::{CompileOptions, Config};
use crate::commands::machine;
use crate::model::{Caps, Limits, SetBy, Unit};
use crate::runner::{Quotas, Target};
use crate::wasm::CompileLimits;

/// What guests cannot do without, and what a thousand of them may reserve.
const LEAST_STACK: u64 = 64 << 10;
const MOST_STACK: u64 = 1 << 30;
const MAX_QUEUED: usize = 1_000_000;
const MAX_RUNS: usize = 5_000_000;

impl Settings {
    /// The same of what components may take before anything of them runs.
    pub(super) fn missing_to_compile(&self) -> impl Iterator<Item = String> {
        let (asked, allowed) = (&self.project.compile, &self.operator.compile);
        let CompileLimits { size, time, memory } = CompileLimits::default();
        let is_less = |allowed: Option<ByteSize>, otherwise| {
            move |asked: &ByteSize| *asked > allowed.unwrap_or(ByteSize(otherwise))
        };
        let size = asked.size.filter(is_less(allowed.size, size));
        let memory = asked.memory.filter(is_less(allowed.memory, memory));
        let allowed = allowed.time.unwrap_or(time);
        let time = asked.time.filter(|&asked| asked > allowed);
        let size = size.map(|asked| format!("--component-size {}", word(asked)));
        let time = time.map(humantime::format_duration);
        let time = time.map(|asked| format!("--compile-time '{asked}'"));
        let memory = memory.map(|asked| format!("--compile-memory {}", word(asked)));
        [size, time, memory].into_iter().flatten()
    }

    /// What components may take before anything of them runs: a project asks for no more.
    pub(in crate::commands) fn compile(&self) -> CompileOptions {
        let operator = self.operator.compile.clone();
        self.project.compile.clone().over(operator)
    }

    /// Bytes of stack that guests have.
    pub(in crate::commands) fn stack(&self) -> Option<usize> {
        let stack = self.operator.stack?.as_u64().clamp(LEAST_STACK, MOST_STACK);
        usize::try_from(stack).ok()
    }

    pub(in crate::commands) fn max_active(&self) -> Option<u32> {
        self.operator.quotas.max_active
    }

    pub(in crate::commands) fn has_cpu_quota(&self) -> bool {
        self.operator.quotas.cpu_per_hour.is_some()
    }

    /// Bytes that the run database may take.
    pub(in crate::commands) fn storage(&self) -> Option<u64> {
        self.operator.quotas.storage.map(|size| size.as_u64())
    }

    /// The limits of a flow or task: those of the operator, which the project may lower.
    pub(in crate::commands) fn limits(&self, target: Target, title: &str) -> Limits {
        let operator = self.operators_limits(target, title);
        let project = of(&self.project, target, title);
        operator
            .lowered(&self.project.limits.caps(), SetBy::Project)
            .lowered(&project, SetBy::Project)
    }

    fn operators_limits(&self, target: Target, title: &str) -> Limits {
        let all = Limits::default().with(&self.operator.limits.caps(), SetBy::Operator);
        all.with(&of(&self.operator, target, title), SetBy::Table)
    }

    /// The options that would allow what the project states beyond the operator's limits.
    pub(super) fn raised_limits(&self) -> Vec<String> {
        let all = Limits::default().with(&self.operator.limits.caps(), SetBy::Operator);
        let mut raised: Vec<_> = raised(&self.project.limits.caps(), &all).collect();
        for (target, tables) in [
            (Target::Flow, &self.project.flows),
            (Target::Task, &self.project.tasks),
        ] {
            for (name, table) in tables {
                let limits = self.operators_limits(target, name);
                raised.extend(self::raised(&table.limits.caps(), &limits));
            }
        }
        raised.dedup();
        raised
    }

    /// What all runs may use together; `spent` is the CPU time that earlier ones used, and when.
    pub(in crate::commands) fn quotas(&self, spent: Vec<(Timestamp, u64)>) -> Quotas {
        let stated = &self.operator.quotas;
        let machine = || ByteSize(machine::memory());
        let microseconds = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        Quotas {
            memory: stated.total_memory.unwrap_or_else(machine).as_u64(),
            queued: stated.max_queued.unwrap_or(MAX_QUEUED),
            runs: stated.max_runs.unwrap_or(MAX_RUNS),
            cpu_per_hour: stated.cpu_per_hour.map(microseconds),
            spent,
        }
    }
}

/// What a file states of one flow or task.
fn of(config: &Config, target: Target, title: &str) -> Caps {
    let tables = match target {
        Target::Flow => &config.flows,
        Target::Task => &config.tasks,
    };
    tables
        .get(title)
        .map(|of| of.limits.caps())
        .unwrap_or_default()
}

fn raised<'a>(asked: &'a Caps, limits: &'a Limits) -> impl Iterator<Item = String> {
    let higher = asked
        .iter()
        .filter(|&(&cap, &asked)| asked > limits.of(cap));
    higher.map(|(cap, &asked)| format!("--{} {}", cap.name(), cap.shown(asked)))
}

/// As an option takes it.
fn word(size: ByteSize) -> String {
    Unit::Bytes.shown(size.as_u64())
}
