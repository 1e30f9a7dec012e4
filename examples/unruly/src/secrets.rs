//! Variables and secrets: read, and told to everybody who might listen.

use std::io::{Write, stdout};
use std::thread;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wflow::prelude::*;

#[derive(Serialize, Deserialize, JsonSchema)]
struct Region {
    name: String,
    zones: u8,
}

/// Returns what the operator granted.
#[flow]
fn variables() -> Result<(u64, String, Region)> {
    Ok((
        wflow::variable("workers")?,
        wflow::variable("greeting")?,
        wflow::variable("region")?,
    ))
}

/// How a secret is told.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Telling {
    Print,
    PrintOnStderr,
    /// In two writes, with a pause between them.
    PrintInPieces,
    /// The first half alone.
    PrintTheBeginning,
    Log,
    Error,
    Panic,
    /// As the result of a task and of the flow.
    Return,
    /// Within JSON, as a key and in a list.
    ReturnInJson,
    /// As the name of a run.
    Name,
}

#[task(run_name = "tells {text}")]
fn same(text: String) -> String {
    text
}

#[task]
fn tell_in_task(secret: String, telling: Telling) -> Result<String> {
    match telling {
        Telling::Print => println!("it is {secret}!"),
        Telling::PrintOnStderr => eprintln!("it is {secret}!"),
        Telling::PrintInPieces => print_in_pieces(&secret)?,
        Telling::PrintTheBeginning => print!("{}", &secret[..secret.len() / 2]),
        Telling::Log => wflow::warn!("it is {secret}!"),
        Telling::Error => return Err(Failure::new(format!("it is {secret}!"))),
        Telling::Panic => panic!("it is {secret}!"),
        Telling::Return => return Ok(secret),
        Telling::ReturnInJson => return Ok(format!("{:?}", [&secret])),
        Telling::Name => return same(secret),
    }
    Ok("told".into())
}

fn print_in_pieces(secret: &str) -> Result<()> {
    let (first, second) = secret.split_at(secret.len() / 2);
    for piece in ["it is ", first, second, "!\n"] {
        print!("{piece}");
        stdout().flush()?;
        thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

/// Tells the secret, which its task is given as it is.
#[flow]
fn tell(telling: Telling, #[default("token")] name: String) -> Result<String> {
    let secret = wflow::secret(&name)?;
    tell_in_task(secret.expose(), telling)
}

/// How many bytes a secret has before and after it went through a task, and what it shows of itself.
#[flow]
fn measured(#[default("token")] name: String) -> Result<(usize, usize, String)> {
    let secret = wflow::secret(&name)?;
    let told = same(secret.expose())?;
    Ok((secret.expose().len(), told.len(), format!("{secret:?}")))
}

/// The kind of the failure of a secret or variable that is not granted, and what it says.
#[flow]
fn denied(secret: bool) -> Result<(String, String)> {
    let read = match secret {
        true => wflow::secret("token").map(drop),
        false => wflow::variable::<u64>("workers").map(drop),
    };
    match read {
        Ok(()) => Err(Failure::new("it was granted")),
        Err(failure) => Ok((failure.kind().to_string(), failure.message().into())),
    }
}

#[task]
fn fetch_token() -> Result<String> {
    Ok(wflow::secret("token")?.expose().to_owned())
}

/// Fails until a file is there.
#[task]
fn measure_token(token: String) -> Result<usize> {
    std::fs::metadata("out/go")?;
    Ok(token.len())
}

/// Hands a secret from run to run.
#[flow]
fn spend() -> Result<usize> {
    measure_token(fetch_token()?)
}
