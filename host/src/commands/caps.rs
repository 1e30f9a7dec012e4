//! Limits of attempts as options and as tables of `wflow.toml`.

use std::time::Duration;

use bytesize::ByteSize;
use clap::Args;
use serde::Deserialize;

use super::config::duration;
use crate::model::{Cap, Caps};

/// What one attempt may use at most; the defaults stand in the README.
#[derive(Clone, Debug, Default, Args, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[command(next_help_heading = "Limits of each attempt")]
pub(super) struct CapArgs {
    /// Linear memory [default: 256MiB]
    #[arg(long, value_name = "SIZE")]
    memory: Option<ByteSize>,
    /// Elements of all tables [default: 100000]
    #[arg(long, value_name = "N")]
    table_elements: Option<u64>,
    /// Core instances of a component [default: 100]
    #[arg(long, value_name = "N")]
    instances: Option<u64>,
    /// Time from the start to the end, waits included [default: none]
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    #[serde(deserialize_with = "duration")]
    wall_time: Option<Duration>,
    /// Time on the worker, waits left out [default: 1h]
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    #[serde(deserialize_with = "duration")]
    cpu_time: Option<Duration>,
    /// Bytes that are printed, logged and attached as artifacts [default: 16MiB]
    #[arg(long, value_name = "SIZE")]
    output: Option<ByteSize>,
    /// Lines (or writes) of these [default: 100000]
    #[arg(long, value_name = "N")]
    output_lines: Option<u64>,
    /// Bytes of the result [default: 64MiB]
    #[arg(long, value_name = "SIZE")]
    result: Option<ByteSize>,
    /// Bytes of all arguments [default: 64MiB]
    #[arg(long, value_name = "SIZE")]
    arguments: Option<ByteSize>,
    /// Runs that one attempt submits [default: 100000]
    #[arg(long, value_name = "N")]
    submits: Option<u64>,
    /// Runs above a run: those that submitted it [default: 64]
    #[arg(long, value_name = "N")]
    depth: Option<u64>,
    /// Files and sockets that are open at the same time [default: 100]
    #[arg(long, value_name = "N")]
    open_files: Option<u64>,
    /// Artifacts that are created [default: 1000]
    #[arg(long, value_name = "N")]
    artifacts: Option<u64>,
    /// Bytes of one HTTP response [default: 64MiB]
    #[arg(long, value_name = "SIZE")]
    http_response: Option<ByteSize>,
}

impl CapArgs {
    /// What is stated.
    pub(super) fn caps(&self) -> Caps {
        let size = |size: Option<ByteSize>| size.map(|size| size.as_u64());
        let time = |time: Option<Duration>| {
            time.map(|time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
        };
        let stated = [
            (Cap::Memory, size(self.memory)),
            (Cap::TableElements, self.table_elements),
            (Cap::Instances, self.instances),
            (Cap::WallTime, time(self.wall_time)),
            (Cap::CpuTime, time(self.cpu_time)),
            (Cap::Output, size(self.output)),
            (Cap::OutputLines, self.output_lines),
            (Cap::Result, size(self.result)),
            (Cap::Arguments, size(self.arguments)),
            (Cap::Submits, self.submits),
            (Cap::Depth, self.depth),
            (Cap::OpenFiles, self.open_files),
            (Cap::Artifacts, self.artifacts),
            (Cap::HttpResponse, size(self.http_response)),
        ];
        let stated = stated.into_iter();
        stated
            .filter_map(|(cap, amount)| Some((cap, amount?)))
            .collect()
    }

    /// These, and those of `below` where these are silent.
    pub(super) fn over(self, below: Self) -> Self {
        Self {
            memory: self.memory.or(below.memory),
            table_elements: self.table_elements.or(below.table_elements),
            instances: self.instances.or(below.instances),
            wall_time: self.wall_time.or(below.wall_time),
            cpu_time: self.cpu_time.or(below.cpu_time),
            output: self.output.or(below.output),
            output_lines: self.output_lines.or(below.output_lines),
            result: self.result.or(below.result),
            arguments: self.arguments.or(below.arguments),
            submits: self.submits.or(below.submits),
            depth: self.depth.or(below.depth),
            open_files: self.open_files.or(below.open_files),
            artifacts: self.artifacts.or(below.artifacts),
            http_response: self.http_response.or(below.http_response),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::super::Cli;
    use crate::model::Cap;

    #[test]
    fn help_tells_every_limit_and_its_default() {
        let cli = Cli::command();
        let run = cli.find_subcommand("run").expect("a command");
        for cap in Cap::ALL {
            let option = run
                .get_arguments()
                .find(|option| option.get_long() == Some(cap.name()));
            let help = option.and_then(|option| option.get_help()).expect("help");
            let default = format!("[default: {}]", cap.shown(cap.default()));
            assert!(help.to_string().ends_with(&default), "{help}");
        }
    }
}
