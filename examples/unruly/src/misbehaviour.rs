//! Every misbehaviour, chosen by a parameter.

use std::fmt::{self, Display, Formatter};
use std::hint::black_box;
use std::io::Read;
use std::net::{TcpListener, TcpStream, ToSocketAddrs, UdpSocket};
use std::time::Duration;
use std::{env, fs, io, process, thread};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wflow::prelude::*;

use crate::broken::Broken;
use crate::floods::{self, Flood};
use crate::instructions;
use crate::raw::Raw;
use crate::said::Said;

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Misbehaviour {
    ReturnError,
    PermanentError,
    IoError,
    Panic,
    /// Panics in a destructor.
    PanicInDrop,
    /// Panics while a panic is told.
    PanicInPanic,
    Abort,
    Unreachable,
    DivideByZero,
    ExitZero,
    ExitOne,
    Spin,
    Sleep,
    /// As long as the clock has numbers for.
    SleepLongest,
    Hoard,
    Churn,
    Recurse,
    /// A task that runs itself.
    RecurseInTasks,
    /// A flow that runs itself.
    RecurseInFlows,
    /// A task that runs a flow that runs the task.
    RecurseInTurns,
    FloodStdout,
    FloodStderr,
    FloodLog,
    FloodSubmits,
    Flood(Flood),
    HugeResult,
    Broken(Broken),
    Raw(Raw),
    ReadFile,
    ReadParent,
    ReadProc,
    WriteFile,
    ReadEnv,
    ReadArguments,
    ReadStdin,
    Connect,
    Listen,
    Serve,
    SendDatagram,
    Resolve,
    StartThread,
    Pause,
    WaitForEver,
    /// As long as there are numbers for.
    WaitLongest,
    SelfCancel,
    /// Cancels a run again and again, and goes on using it.
    UseCancelled,
}

impl Misbehaviour {
    /// Does it. What ends at all gives text.
    pub fn act(&self, address: &str) -> Result<Said> {
        match self {
            Self::ReturnError => return Err(Failure::new("no luck")),
            Self::PermanentError => return Err(Failure::permanent("never again")),
            Self::IoError => return Ok(fs::read_to_string("no/such/file")?.into()),
            Self::Panic => panic!("out of order"),
            Self::PanicInDrop => drop(Explosive),
            Self::PanicInPanic => panic!("{Explosive}"),
            Self::Abort => process::abort(),
            Self::Unreachable => instructions::unreachable(),
            Self::DivideByZero => drop(black_box(1) / black_box(0)),
            Self::ExitZero => process::exit(0),
            Self::ExitOne => process::exit(1),
            Self::Spin => spin(),
            Self::Sleep => thread::sleep(Duration::from_secs(3600)),
            Self::SleepLongest => floods::sleep_longest(),
            Self::Hoard => hoard(),
            Self::Churn => churn(),
            Self::Recurse => return Ok(recurse(0).to_string().into()),
            Self::RecurseInTasks => descend_in_tasks()?,
            Self::RecurseInFlows => descend_in_flows()?,
            Self::RecurseInTurns => descend_in_turns()?,
            Self::FloodStdout => flood(|line| println!("{line}")),
            Self::FloodStderr => flood(|line| eprintln!("{line}")),
            Self::FloodLog => flood(|line| wflow::info!("{line}")),
            Self::FloodSubmits => flood(|_| drop(nap::submit(3600))),
            Self::Flood(flood) => flood.act(),
            Self::HugeResult => return Ok("x".repeat(192 << 20).into()),
            Self::Broken(broken) => return broken.act(),
            Self::Raw(raw) => return raw.act(),
            Self::ReadFile => return Ok(fs::read_to_string("/etc/passwd")?.into()),
            Self::ReadParent => return Ok(fs::read_to_string("../../../etc/passwd")?.into()),
            Self::ReadProc => return Ok(fs::read_to_string("/proc/self/environ")?.into()),
            Self::WriteFile => fs::write("/tmp/unruly", "was here")?,
            Self::ReadEnv => return Ok(format!("{:?}", env::vars().collect::<Vec<_>>()).into()),
            Self::ReadArguments => {
                return Ok(format!("{:?}", env::args().collect::<Vec<_>>()).into());
            }
            Self::ReadStdin => return Ok(io::read_to_string(io::stdin())?.into()),
            Self::Connect => drop(TcpStream::connect(address)?),
            Self::Listen => return listen(address),
            Self::Serve => drop(TcpListener::bind("127.0.0.1:0")?),
            Self::SendDatagram => drop(UdpSocket::bind("0.0.0.0:0")?.send_to(b"hi", address)?),
            Self::Resolve => drop("localhost:80".to_socket_addrs()?),
            Self::StartThread => drop(thread::Builder::new().spawn(|| ())?),
            Self::Pause => wflow::pause("Let me go on?", None)?,
            Self::WaitForEver => nap(3600)?,
            Self::WaitLongest => drop(nap::submit(3600).wait_timeout(Duration::MAX)),
            Self::SelfCancel => {
                let run = nap::submit(3600);
                run.cancel();
                run.result()?;
            }
            Self::UseCancelled => return use_cancelled(),
        }
        Ok("got away with it".to_owned().into())
    }
}

/// Panics when it is dropped, and when it is shown.
struct Explosive;

impl Drop for Explosive {
    fn drop(&mut self) {
        panic!("dropped");
    }
}

impl Display for Explosive {
    fn fmt(&self, _: &mut Formatter<'_>) -> fmt::Result {
        panic!("shown");
    }
}

/// Sleeps.
#[task]
pub fn nap(seconds: u64) {
    thread::sleep(Duration::from_secs(seconds));
}

#[task]
fn descend_in_tasks() -> Result<()> {
    descend_in_tasks()
}

#[flow]
fn descend_in_flows() -> Result<()> {
    descend_in_flows()
}

#[task]
fn descend_in_turns() -> Result<()> {
    descend_in_turns_again()
}

#[flow]
fn descend_in_turns_again() -> Result<()> {
    descend_in_turns()
}

fn use_cancelled() -> Result<Said> {
    let run = nap::submit(3600);
    for _ in 0..1000 {
        run.cancel();
    }
    run.wait();
    run.cancel();
    let (id, state) = (run.id(), run.state());
    assert_eq!((run.id(), run.state()), (id, state));
    run.result()?;
    Ok("got away with it".to_owned().into())
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
fn listen(address: &str) -> Result<Said> {
    let mut heard = String::new();
    TcpStream::connect(address)?.read_to_string(&mut heard)?;
    Ok(heard.into())
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
