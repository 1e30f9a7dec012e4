//! Texts and values that are not what the contract says, or more than anybody wants.

#![expect(unsafe_code, reason = "safe code makes no text that is not UTF-8")]

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wflow::artifact;
use wflow::prelude::*;
use wflow::remote;

use crate::said::Said;

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Broken {
    /// A text that is not UTF-8.
    Utf8(Place),
    /// A text that is not JSON.
    Json(Place),
    /// JSON in so many brackets.
    Deep(Place, usize),
    /// A text of so many MiB.
    Large(Place, usize),
    /// Options with the largest numbers that there are.
    Numbers,
    /// A run's name that is made of a long argument, many times.
    RunName,
}

/// Where texts go from a guest to the host.
#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    Task,
    Flow,
    /// The name of an argument.
    Name,
    Argument,
    /// An argument that is part of a key.
    KeptArgument,
    Options,
    Result,
    /// What a failed run says.
    Message,
    Log,
    Key,
    Data,
    Variable,
    Secret,
    Prompt,
    Path,
    Print,
}

impl Broken {
    pub fn act(&self) -> Result<Said> {
        let (place, text) = match *self {
            Self::Utf8(place) => (place, no_utf8()),
            Self::Json(place) => (place, r#"{"nothing": "#.to_owned()),
            Self::Deep(place, depth) => (place, "[".repeat(depth) + &"]".repeat(depth)),
            Self::Large(place, size) => (place, text_of(size << 20)),
            Self::Numbers => (Place::Options, NUMBERS.to_owned()),
            Self::RunName => return name_of_arguments(),
        };
        place.put(text)
    }
}

const NUMBERS: &str = r#"{"retries": 4294967295, "retry_delay_ms": [18446744073709551615],
    "retry_backoff": 1e308, "retry_jitter": 1e308, "timeout_ms": 18446744073709551615,
    "priority": -2147483648, "cache_expiration_ms": 18446744073709551615,
    "limits": {"memory": 18446744073709551615, "wall_time": 18446744073709551615}}"#;

/// JSON of so many bytes, of which there is no second copy.
fn text_of(size: usize) -> String {
    let mut text = vec![b'x'; size];
    text[0] = b'"';
    text[size - 1] = b'"';
    String::from_utf8(text).expect("ASCII")
}

fn name_of_arguments() -> Result<Said> {
    let long = Said::from("x".repeat(1_000_000));
    let run = takes::with().name("{said}".repeat(8000)).submit(long);
    run.result()?;
    Ok(run.name().into())
}

fn no_utf8() -> String {
    // SAFETY: nobody here looks at it, and the host has to.
    unsafe { String::from_utf8_unchecked(b"\"\xff\xfe\xc0\x80\"".to_vec()) }
}

#[task]
fn takes(said: Said) -> Result<()> {
    match said.0.len() {
        0 => Ok(()),
        length => Err(Failure::new(format!("took {length} bytes"))),
    }
}

#[task]
fn takes_nothing() {}

impl Place {
    fn put(self, text: String) -> Result<Said> {
        match self {
            Self::Task => remote::task::<()>(&text).call()?,
            Self::Flow => remote::flow::<()>(&text).call()?,
            Self::Name => remote::task::<()>("takes").arg(&text, 1).call()?,
            Self::Argument => takes(Said(text))?,
            Self::KeptArgument => takes::with()
                .cache_policy("inputs")
                .submit(Said(text))
                .result()?,
            Self::Options => crate::raw::submit("takes_nothing", &text).result()?,
            Self::Result => return Ok(Said(text)),
            Self::Message => return Err(Failure::new(text)),
            Self::Log => wflow::info!("{text}"),
            Self::Key => artifact::markdown(&text, "", "text")?,
            Self::Data => crate::raw::artifact(&text)?,
            Self::Variable => drop(wflow::variable::<u64>(&text)?),
            Self::Secret => drop(wflow::secret(&text)?),
            Self::Prompt => wflow::pause(&text, None)?,
            Self::Path => drop(std::fs::read(&text)?),
            Self::Print => println!("{text}"),
        }
        Ok("got away with it".to_owned().into())
    }
}
