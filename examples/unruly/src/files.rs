//! Files: read, written, deleted and kept open, wherever a test says.

use std::any::Any;
use std::fs::{self, File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wasip2::filesystem::preopens::get_directories;
use wasip2::filesystem::types::{Descriptor, DescriptorFlags, ErrorCode, OpenFlags, PathFlags};
use wflow::prelude::*;

/// One step of a task that uses files.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Step {
    Read(String),
    List(String),
    Measure(String),
    MakeFolder(String),
    /// So many bytes.
    Write(String, usize),
    Append(String, usize),
    /// One byte at this place.
    WriteAt(String, u64),
    /// So many bytes, in a single call without a stream.
    WriteAtOnce(String, usize),
    SetLength(String, u64),
    Rename(String, String),
    HardLink(String, String),
    Delete(String),
    /// A link in a granted folder, by the folder's name, to somewhere.
    Link(String, String, String),
    /// So many times, and keeps it open.
    Open(String, usize),
    /// Asks for streams from one file, so many, and keeps them.
    Stream(String, usize),
    /// Asks for the granted folders, so many times, and keeps what it gets.
    AskForFolders(usize),
    /// Whatever is open.
    Close,
    /// A step whose failure does not matter.
    Try(Box<Step>),
    Fail,
}

/// Does one step after another; tells how many bytes were read, or how long files are.
#[task]
fn use_files(steps: Vec<Step>) -> Result<u64> {
    let mut open = Vec::new();
    let mut sum = 0;
    for step in steps {
        sum += step.act(&mut open)?;
    }
    Ok(sum)
}

/// Runs tasks that use files at the same time, and tells how each ended.
#[flow]
fn files(tasks: Vec<Vec<Step>>) -> Vec<String> {
    let runs: Vec<_> = tasks.into_iter().map(use_files::submit).collect();
    let ended = runs.into_iter().map(|run| match run.result() {
        Ok(sum) => format!("completed: {sum}"),
        Err(failure) => format!("{}: {}", failure.kind(), failure.message()),
    });
    ended.collect()
}

impl Step {
    fn act(self, open: &mut Vec<Box<dyn Any>>) -> Result<u64> {
        match self {
            Self::Read(path) => return Ok(fs::read(path)?.len() as u64),
            Self::List(path) => return Ok(fs::read_dir(path)?.count() as u64),
            Self::Measure(path) => return Ok(fs::metadata(path)?.len()),
            Self::MakeFolder(path) => fs::create_dir(path)?,
            Self::Write(path, bytes) => fs::write(path, vec![b'x'; bytes])?,
            Self::Append(path, bytes) => {
                let mut file = OpenOptions::new().append(true).create(true).open(path)?;
                file.write_all(&vec![b'x'; bytes])?;
            }
            Self::WriteAt(path, place) => {
                let mut file = OpenOptions::new().write(true).open(path)?;
                file.seek(SeekFrom::Start(place))?;
                file.write_all(b"x")?;
            }
            Self::WriteAtOnce(path, bytes) => write_at_once(&path, bytes)?,
            Self::SetLength(path, length) => {
                OpenOptions::new().write(true).open(path)?.set_len(length)?;
            }
            Self::Rename(from, to) => fs::rename(from, to)?,
            Self::HardLink(from, to) => fs::hard_link(from, to)?,
            Self::Delete(path) => fs::remove_file(path)?,
            Self::Link(folder, target, name) => {
                let linked = directory(&folder).symlink_at(&target, &name);
                linked.map_err(told)?;
            }
            Self::Open(path, times) => {
                for _ in 0..times {
                    open.push(Box::new(File::open(&path)?));
                }
            }
            Self::Stream(path, times) => {
                let file = descriptor(&path, DescriptorFlags::READ)?;
                for _ in 0..times {
                    let stream = file.read_via_stream(0);
                    open.push(Box::new(stream.map_err(told)?));
                }
            }
            Self::AskForFolders(times) => {
                for _ in 0..times {
                    open.push(Box::new(get_directories()));
                }
            }
            Self::Close => open.clear(),
            Self::Try(step) => return Ok(step.act(open).unwrap_or_default()),
            Self::Fail => return Err(Failure::new("no luck")),
        }
        Ok(0)
    }
}

fn told(code: ErrorCode) -> Failure {
    Failure::new(code.to_string())
}

/// A granted folder.
fn directory(name: &str) -> Descriptor {
    let mut folders = get_directories().into_iter();
    let found = folders.find(|(_, folder)| folder == name);
    found.expect("it is granted").0
}

/// A file by the name of its granted folder, a slash and its own.
fn descriptor(path: &str, flags: DescriptorFlags) -> Result<Descriptor> {
    let (folder, name) = path.split_once('/').expect("in a granted folder");
    let how = match flags.contains(DescriptorFlags::WRITE) {
        true => OpenFlags::CREATE,
        false => OpenFlags::empty(),
    };
    let file = directory(folder).open_at(PathFlags::empty(), name, how, flags);
    file.map_err(told)
}

fn write_at_once(path: &str, bytes: usize) -> Result<()> {
    let file = descriptor(path, DescriptorFlags::WRITE)?;
    let written = file.write(&vec![b'x'; bytes], 0).map_err(told)?;
    assert_eq!(written, bytes as u64);
    Ok(())
}
