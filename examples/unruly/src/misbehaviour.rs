//! Every misbehaviour, chosen by a parameter.

use std::hint::black_box;
use std::io::Read;
use std::net::TcpStream;
use std::time::Duration;
use std::{env, fs, process, thread};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wflow::prelude::*;

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Misbehaviour {
    ReturnError,
    PermanentError,
    IoError,
    Panic,
    ExitZero,
    ExitOne,
    Spin,
    Sleep,
    Hoard,
    Churn,
    Recurse,
    FloodStdout,
    FloodStderr,
    FloodLog,
    FloodSubmits,
    HugeResult,
    ReadFile,
    ReadEnv,
    Connect,
    Listen,
    WaitForEver,
    SelfCancel,
}

impl Misbehaviour {
    /// Does it. What ends at all gives text.
    pub fn act(&self, address: &str) -> Result<String> {
        match self {
            Self::ReturnError => return Err(Failure::new("no luck")),
            Self::PermanentError => return Err(Failure::permanent("never again")),
            Self::IoError => return Ok(fs::read_to_string("no/such/file")?),
            Self::Panic => panic!("out of order"),
            Self::ExitZero => process::exit(0),
            Self::ExitOne => process::exit(1),
            Self::Spin => spin(),
            Self::Sleep => thread::sleep(Duration::from_secs(3600)),
            Self::Hoard => hoard(),
            Self::Churn => churn(),
            Self::Recurse => return Ok(recurse(0).to_string()),
            Self::FloodStdout => flood(|line| println!("{line}")),
            Self::FloodStderr => flood(|line| eprintln!("{line}")),
            Self::FloodLog => flood(|line| wflow::info!("{line}")),
            Self::FloodSubmits => flood(|_| drop(nap::submit(3600))),
            Self::HugeResult => return Ok("x".repeat(192 << 20)),
            Self::ReadFile => return Ok(fs::read_to_string("/etc/passwd")?),
            Self::ReadEnv => return Ok(format!("{:?}", env::vars().collect::<Vec<_>>())),
            Self::Connect => drop(TcpStream::connect(address)?),
            Self::Listen => return listen(address),
            Self::WaitForEver => nap(3600)?,
            Self::SelfCancel => {
                let run = nap::submit(3600);
                run.cancel();
                run.result()?;
            }
        }
        Ok("got away with it".into())
    }
}

/// Sleeps.
#[task]
fn nap(seconds: u64) {
    thread::sleep(Duration::from_secs(seconds));
}

fn spin() -> ! {
    loop {
        black_box(());
    }
}

fn hoard() -> ! {
    let mut all = Vec::new();
    loop {
        all.push(black_box(vec![1_u8; 1 << 20]));
    }
}

/// Allocates without end, and frees what it has.
fn churn() -> ! {
    loop {
        black_box(vec![1_u8; 1 << 20]);
    }
}

/// Waits in the host for what the other side never says.
fn listen(address: &str) -> Result<String> {
    let mut heard = String::new();
    TcpStream::connect(address)?.read_to_string(&mut heard)?;
    Ok(heard)
}

/// Returns to each caller with something to do, so that it cannot become a loop.
#[expect(unconditional_recursion, reason = "that is the misbehaviour")]
fn recurse(depth: u64) -> u64 {
    black_box(recurse(black_box(depth + 1))) + 1
}

fn flood(write: impl Fn(&str)) -> ! {
    let line = "x".repeat(1000);
    loop {
        write(&line);
    }
}
