//! What safe code cannot do: handles and pointers that are wrong, and calls where there may be none.

#![expect(unsafe_code, reason = "that is the misbehaviour")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::mem;
use std::sync::atomic::{AtomicU8, Ordering};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wasip2::clocks::monotonic_clock::subscribe_duration;
use wflow::prelude::*;

use crate::said::Said;

// The contract's functions, as they are called beneath the SDK.
#[link(wasm_import_module = "wflow:plugin/runner@0.1.0")]
unsafe extern "C" {
    #[link_name = "submit"]
    fn raw_submit(
        task: *const u8,
        task_length: usize,
        arguments: *const Argument,
        arguments_length: usize,
        wait_for: *const u32,
        wait_for_length: usize,
        options: *const u8,
        options_length: usize,
    ) -> u32;
    #[link_name = "create-artifact"]
    fn raw_create_artifact(
        kind: u32,
        key: *const u8,
        key_length: usize,
        description: *const u8,
        description_length: usize,
        data_kind: u32,
        data: *const u8,
        data_length: usize,
        answer: *mut Answer,
    );
    #[link_name = "wait-any"]
    fn raw_wait_any(
        runs: *const u32,
        runs_length: usize,
        has_timeout: u32,
        timeout: u64,
        answer: *mut Text,
    );
    #[link_name = "log"]
    fn raw_log(level: u32, message: *const u8, message_length: usize);
    #[link_name = "[method]run-future.id"]
    fn raw_id(run: u32, answer: *mut Text);
    #[link_name = "[method]run-future.result"]
    fn raw_result(run: u32, answer: *mut Answer);
    #[link_name = "[method]run-future.cancel"]
    fn raw_cancel(run: u32);
    #[link_name = "[resource-drop]run-future"]
    fn raw_drop(run: u32);
}

unsafe extern "C" {
    fn close(file: i32) -> i32;
}

/// A text in memory.
#[repr(C)]
#[derive(Clone, Copy, Default)]
struct Text(usize, usize);

/// A `result` of a value or a failure.
#[repr(C)]
#[derive(Default)]
struct Answer {
    is_error: u8,
    _kind: u32,
    text: Text,
}

/// An argument whose value is JSON.
#[repr(C)]
#[derive(Clone, Copy)]
struct Argument {
    name: Text,
    input: u32,
    value: u32,
    json: Text,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Raw {
    /// A handle that was never given out.
    WrongHandle,
    CancelWrongHandle,
    /// A handle on something else.
    OtherHandle,
    DroppedHandle,
    DroppedTwice,
    /// The same handle, so many times in one list.
    SameHandle,
    /// A text beyond the end of memory.
    TextOutside,
    ResultOutside,
    /// A place for the answer beyond the end of memory.
    AnswerOutside,
    Misaligned,
    /// A list of 2³¹ elements.
    EndlessList,
    /// Arguments that all have the same long name.
    OneNameForAll,
    WrongLevel,
    WrongOption,
    /// Calls the host while it hands something over.
    CallDuringAllocation,
    /// Calls the host after the result.
    CallAfterReturn,
    ReadOutside,
    /// Calls a function as what it is not.
    CallOther,
    CloseStdout,
}

/// Beyond the end of memory.
const OUTSIDE: usize = 0xffff_ff00;

impl Raw {
    pub fn act(&self) -> Result<Said> {
        let mut text = Text::default();
        // SAFETY: none. What is wrong here is for the host to notice.
        unsafe {
            match self {
                Self::WrongHandle => raw_id(77_777, &mut text),
                Self::CancelWrongHandle => raw_cancel(0),
                Self::OtherHandle => raw_id(subscribe_duration(1).handle(), &mut text),
                Self::DroppedHandle => {
                    let run = submit("noop", "");
                    raw_drop(run.0);
                    run.result()?;
                }
                Self::DroppedTwice => {
                    let run = submit("noop", "");
                    raw_drop(run.0);
                    raw_drop(run.0);
                }
                Self::SameHandle => {
                    let runs = [submit("noop", "").0; 1000];
                    raw_wait_any(runs.as_ptr(), runs.len(), 0, 0, &mut text);
                    return Ok(format!("{} of {}", text.1, runs.len()).into());
                }
                Self::TextOutside => raw_log(1, OUTSIDE as *const u8, 4096),
                Self::ResultOutside => {
                    let bytes = Vec::from_raw_parts(OUTSIDE as *mut u8, 4096, 4096);
                    return Ok(Said(String::from_utf8_unchecked(bytes)));
                }
                Self::AnswerOutside => raw_wait_any(&0, 0, 0, 0, OUTSIDE as *mut Text),
                Self::Misaligned => raw_wait_any(1025 as *const u32, 1, 0, 0, &mut text),
                Self::EndlessList => raw_wait_any(&0, 1 << 31, 0, 0, &mut text),
                Self::OneNameForAll => one_name_for_all(),
                Self::WrongLevel => raw_log(99, [].as_ptr(), 0),
                Self::WrongOption => raw_wait_any(&0, 0, 7, 0, &mut text),
                Self::CallDuringAllocation => {
                    let run = submit("noop", "");
                    MEDDLE.store(WITH_ALLOCATIONS, Ordering::Relaxed);
                    raw_id(run.0, &mut text);
                }
                Self::CallAfterReturn => MEDDLE.store(WITH_FREES, Ordering::Relaxed),
                Self::ReadOutside => drop((OUTSIDE as *const u8).read_volatile()),
                Self::CallOther => {
                    let other: fn(u64, u64) -> f64 = mem::transmute(black_box(no_number as fn()));
                    black_box(black_box(other)(1, 2));
                }
                Self::CloseStdout => {
                    close(1);
                    println!("does anybody hear?");
                }
            }
        }
        Ok("got away with it".to_owned().into())
    }
}

fn no_number() {
    black_box(());
}

unsafe fn one_name_for_all() {
    let name = "x".repeat(1 << 20);
    let argument = Argument {
        name: Text(name.as_ptr() as usize, name.len()),
        input: 0,
        value: 0,
        json: Text(c"1".as_ptr() as usize, 1),
    };
    let all = vec![argument; 100_000];
    let task = "noop";
    // SAFETY: all of it is in memory, if only once.
    unsafe {
        let (at, count) = (all.as_ptr(), all.len());
        let (text, runs) = (task.as_ptr(), [].as_ptr());
        raw_submit(text, task.len(), at, count, runs, 0, text, 0);
    }
}

/// A handle.
pub struct Run(u32);

/// Submits a run of a task without arguments, with these options as they are.
pub fn submit(task: &str, options: &str) -> Run {
    let (text, length) = (task.as_ptr(), task.len());
    let (arguments, runs) = ([].as_ptr(), [].as_ptr());
    let (options, options_length) = (options.as_ptr(), options.len());
    // SAFETY: the texts live until it returns.
    Run(unsafe { raw_submit(text, length, arguments, 0, runs, 0, options, options_length) })
}

impl Run {
    pub fn result(&self) -> Result<()> {
        let mut answer = Answer::default();
        // SAFETY: the answer has the place that the contract asks for.
        unsafe { raw_result(self.0, &mut answer) };
        answer.taken()
    }
}

/// Creates a table of what may be none.
pub fn artifact(rows: &str) -> Result<()> {
    let mut answer = Answer::default();
    let (key, none, rows, length) = ("rows", [].as_ptr(), rows.as_ptr(), rows.len());
    // SAFETY: the texts live until it returns.
    unsafe { raw_create_artifact(1, key.as_ptr(), 4, none, 0, 0, rows, length, &mut answer) };
    answer.taken()
}

impl Answer {
    fn taken(self) -> Result<()> {
        if self.is_error == 0 {
            return Ok(());
        }
        let Text(at, length) = self.text;
        // SAFETY: the host has put it there, into memory of its own.
        let bytes = unsafe { Vec::from_raw_parts(at as *mut u8, length, length) };
        Err(Failure::new(String::from_utf8_lossy(&bytes)))
    }
}

/// Calls the host when memory is asked for or given back, if it is told to.
struct Meddling;

#[global_allocator]
static ALLOCATOR: Meddling = Meddling;

static MEDDLE: AtomicU8 = AtomicU8::new(0);
const WITH_ALLOCATIONS: u8 = 1;
const WITH_FREES: u8 = 2;

fn meddle(when: u8) {
    if MEDDLE.load(Ordering::Relaxed) == when {
        // SAFETY: an empty text is nowhere.
        unsafe { raw_log(0, [].as_ptr(), 0) };
    }
}

// SAFETY: the system's allocator does the work.
unsafe impl GlobalAlloc for Meddling {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        meddle(WITH_ALLOCATIONS);
        // SAFETY: as the caller has it.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        meddle(WITH_FREES);
        // SAFETY: as the caller has it.
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as the caller has it.
        unsafe { System.realloc(at, layout, size) }
    }
}
