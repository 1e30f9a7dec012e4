//! Compiles components in a process of its own, which can be ended: the component alone decides how
//! much time and memory that takes.

use std::any::Any;
use std::ffi::OsString;
use std::fmt;
use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Result, anyhow};
use bytesize::ByteSize;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use wasmtime::Engine;

use super::engine;
use crate::build::{Preview1, component_of_preview1, is_core_module};

/// Bytes that are read of the last words of a compiler.
const LAST_WORDS: u64 = 64 << 10;
/// Characters that are shown of what a component made somebody say.
const SHOWN: usize = 1000;
/// What is said where there is no more memory, also none for another thread.
const OUT_OF_MEMORY: [&str; 4] = [
    "memory allocation of",
    "out of memory",
    "(os error 12)",
    "ThreadPoolBuildError",
];

/// Is told what takes long, in a line; what it returns is dropped when that is done.
pub type Tell = fn(&str) -> Box<dyn Any>;

/// Who compiles, and how much a component may take.
#[derive(Clone, Debug, Default)]
pub struct Compiler {
    /// A program and its arguments: it reads a component from stdin, [`compile`]s it within the
    /// limits of memory, and writes the code to stdout; its exit code is 2 if it is no valid one.
    /// With none this process compiles, and nothing bounds its time and memory.
    pub command: Vec<OsString>,
    pub limits: CompileLimits,
    /// Is told of a large component.
    pub tell: Option<Tell>,
}

/// Bytes of a component that takes seconds to compile.
const LARGE: usize = 2 << 20;

/// Hard caps of what is done with a component before anything of it runs.
#[derive(Clone, Copy, Debug)]
pub struct CompileLimits {
    /// Bytes of the file.
    pub size: u64,
    /// How long it may take to compile.
    pub time: Duration,
    /// Bytes of memory that it may take to compile.
    pub memory: u64,
}

impl Default for CompileLimits {
    fn default() -> Self {
        Self {
            size: 256 << 20,
            time: Duration::from_secs(5 * 60),
            memory: 4 << 30,
        }
    }
}

/// Nobody could compile: no fault of the component.
#[derive(Debug)]
pub struct CompilerFault(String);

impl fmt::Display for CompilerFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the compiler cannot work: {}", self.0)
    }
}

impl std::error::Error for CompilerFault {}

/// What engines of this process can load, on any machine like this one.
///
/// # Errors
///
/// If it is not a valid component, or command of WASI preview 1.
pub fn compile(wasm: &[u8]) -> Result<Vec<u8>> {
    let engine = Engine::new(&engine::config())?;
    Ok(match is_core_module(wasm) {
        true => engine.precompile_component(&component_of_preview1(wasm, Preview1::Command)?)?,
        false => engine.precompile_component(wasm)?,
    })
}

/// What a process said and how it ended.
struct Ended {
    status: ExitStatus,
    code: Vec<u8>,
    last_words: String,
}

impl Compiler {
    /// The code of the component.
    ///
    /// # Errors
    ///
    /// If it is not a valid component, or one that takes too much; a [`CompilerFault`] otherwise.
    pub(super) async fn compile(&self, wasm: &[u8]) -> Result<Vec<u8>> {
        let size = ByteSize(wasm.len() as u64);
        let tell = self.tell.filter(|_| wasm.len() >= LARGE);
        let _step = tell.map(|tell| tell(&format!("Compiling the component ({size}), once")));
        let Some((program, arguments)) = self.command.split_first() else {
            return compile(wasm).map_err(|error| invalid(&format!("{error:#}")));
        };
        let mut child = Command::new(program)
            .args(arguments)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| fault(&error))?;
        let talk = talk(&mut child, wasm, self.limits.memory);
        let talked = tokio::time::timeout(self.limits.time, talk).await;
        match talked {
            Ok(ended) => self.judge(ended.map_err(|error| fault(&error))?),
            Err(_) => {
                child.kill().await.map_err(|error| fault(&error))?;
                Err(self.too_slow())
            }
        }
    }

    fn judge(&self, ended: Ended) -> Result<Vec<u8>> {
        let Ended {
            status,
            code,
            last_words,
        } = ended;
        let last_words = last_words.trim().trim_start_matches("error: ");
        match status.code() {
            Some(0) => Ok(code),
            _ if OUT_OF_MEMORY.iter().any(|it| last_words.contains(it)) => {
                let limit = ByteSize(self.limits.memory);
                Err(anyhow!(
                    "it takes more memory to compile than {limit}; raise it with --compile-memory"
                ))
            }
            Some(2) => Err(invalid(last_words)),
            Some(4) => Err(CompilerFault(one_line(last_words)).into()),
            _ if is_out_of_time(status) => Err(self.too_slow()),
            _ => Err(anyhow!(
                "the compiler died of it ({status}): {}",
                one_line(last_words)
            )),
        }
    }

    fn too_slow(&self) -> anyhow::Error {
        let limit = self.limits.time.as_secs_f64();
        anyhow!("it takes longer to compile than {limit} s; raise it with --compile-time")
    }
}

fn invalid(why: &str) -> anyhow::Error {
    anyhow!("it is not a valid component: {}", one_line(why))
}

fn fault(error: &io::Error) -> CompilerFault {
    CompilerFault(error.to_string())
}

/// Hands the component over, and hears the process out.
async fn talk(child: &mut Child, wasm: &[u8], most: u64) -> io::Result<Ended> {
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let hand_over = async {
        // A process that is gone says why on its other end.
        if let Some(mut stdin) = stdin {
            let _ = stdin.write_all(wasm).await;
        }
    };
    let ((), code, last_words) =
        tokio::join!(hand_over, read(stdout, most), read(stderr, LAST_WORDS));
    Ok(Ended {
        status: child.wait().await?,
        code: code?,
        last_words: String::from_utf8_lossy(&last_words?).into_owned(),
    })
}

async fn read(from: Option<impl AsyncRead + Unpin>, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(from) = from {
        from.take(most).read_to_end(&mut bytes).await?;
    }
    Ok(bytes)
}

/// The system ends a process that has used up its CPU time, if nobody else does.
fn is_out_of_time(status: ExitStatus) -> bool {
    #[cfg(unix)]
    return std::os::unix::process::ExitStatusExt::signal(&status)
        == Some(rustix::process::Signal::XCPU.as_raw());
    #[cfg(not(unix))]
    false
}

/// Without what a terminal would act on, and no longer than anybody reads.
pub(super) fn one_line(text: &str) -> String {
    let words = text.split(|char: char| char.is_whitespace() || char.is_control());
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    let line = words.join(" ");
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of a compiler that the shell plays.
    #[track_caller]
    fn check(script: &str, limits: CompileLimits, says: &str) -> anyhow::Error {
        let compiler = Compiler {
            command: ["sh", "-c", script].map(OsString::from).into(),
            limits,
            tell: None,
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let runtime = runtime.expect("a runtime");
        // More than a pipe holds.
        let wasm = vec![0; 1 << 20];
        let error = runtime.block_on(compiler.compile(&wasm));
        let error = error.expect_err("no code");
        assert!(error.to_string().contains(says), "{error}");
        error
    }

    #[test]
    fn the_end_of_a_compiler_says_what_was_wrong() {
        let limits = CompileLimits::default();
        let fails = |script, says| drop(check(script, limits, says));
        fails(
            "echo 'error: bad magic' >&2; exit 2",
            "it is not a valid component: bad magic",
        );
        fails(
            "kill -9 $$",
            "the compiler died of it (signal: 9 (SIGKILL))",
        );
        fails("kill -XCPU $$", "raise it with --compile-time");
        fails(
            "echo 'memory allocation of 9 bytes failed' >&2; kill -ABRT $$",
            "than 4.0 GiB; raise it with --compile-memory",
        );
        fails(
            "exec cat /dev/zero >&2",
            "died of it (signal: 13 (SIGPIPE))",
        );
        fails("printf 'a\\033[1m\\n\\nb' >&2; exit 101", "101): a [1m b");
    }

    #[test]
    fn a_compiler_that_does_not_end_is_ended() {
        let limits = CompileLimits {
            time: Duration::from_millis(50),
            ..CompileLimits::default()
        };
        let says = "than 0.05 s; raise it with --compile-time";
        check("exec sleep 1000", limits, says);
        check("cat; exec sleep 1000", limits, says);
    }

    #[test]
    fn what_is_not_the_component_s_fault_is_told_apart() {
        let limits = CompileLimits::default();
        let is_fault = |script| check(script, limits, "").is::<CompilerFault>();
        assert!(is_fault("exit 4"));
        assert!(!is_fault("exit 2"));
        let compiler = Compiler {
            command: vec!["/no/such/program".into()],
            limits,
            tell: None,
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let runtime = runtime.expect("a runtime");
        let error = runtime.block_on(compiler.compile(b"")).expect_err("none");
        assert!(error.is::<CompilerFault>(), "{error}");
    }
}
