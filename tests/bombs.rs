//! A file that would blow up the host before anything of it runs is refused, on one line and in time.

use std::fmt::Write;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::harness::{command, ended, example, folder, interrupt};

const HEADER: &[u8] = b"\0asm\x0d\0\x01\0";

/// A component of one module.
fn component(module: &str) -> Vec<u8> {
    let text = format!("(component (core module {module}))");
    wat::parse_str(text).expect("a component")
}

/// A function that takes a while to compile.
fn busy(lines: u32) -> String {
    let mut text = "(func (param i64 i64) (result i64) ".to_owned();
    for line in 0..lines {
        let _ = write!(
            text,
            "(local.set {} (i64.rotl (i64.mul (local.get 0) (i64.const {line})) (local.get 1))) ",
            line % 2
        );
    }
    text + "local.get 0)"
}

fn in_file(name: &str, component: &[u8]) -> PathBuf {
    let file = folder(&format!("bombs-{name}")).join("bomb.wasm");
    std::fs::write(&file, component).expect("written");
    file
}

/// `wflow inspect` with a home of its own, in a process group of its own.
fn inspect(file: &Path, options: &[&str]) -> Command {
    let mut command = command(&[&["inspect", &file.display().to_string()], options].concat());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command.env("WFLOW_HOME", file.with_file_name("home"));
    command
}

/// It is refused within so many seconds, and leaves nothing behind.
#[track_caller]
fn check(file: &Path, options: &[&str], seconds: u64, says: &str) {
    let began = Instant::now();
    let mut inspect = inspect(file, options);
    let inspect = inspect
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    let child = inspect.spawn().expect("it starts");
    let group = child.id();
    let ended = ended(child.wait_with_output().expect("it ends"));
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.stderr.contains(says), "{ended:?}");
    let is_progress = |line: &&str| line.starts_with("Compiling the component (");
    let lines = ended.stderr.lines().skip_while(is_progress);
    assert!(ended.stderr.len() < 2000 && lines.count() == 1, "{ended:?}");
    assert!(
        began.elapsed() < Duration::from_secs(seconds),
        "{:?}",
        began.elapsed()
    );
    assert_eq!(of_group(group), Vec::<u32>::new());
    let versions = entries(&file.with_file_name("home").join("cache/compiled"));
    let mut kept = versions.iter().flat_map(|version| entries(version));
    assert!(!kept.any(|file| file.extension().is_some_and(|it| it == "draft")));
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}

/// The processes of the group that still run, where /proc tells.
fn of_group(group: u32) -> Vec<u32> {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let is_of_group = |process: &u32| {
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        let mut fields = stat.rsplit(") ").next().unwrap_or_default().split(' ');
        let state = fields.next();
        state != Some("Z") && fields.nth(1) == Some(&group.to_string())
    };
    let processes = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    processes.filter(is_of_group).collect()
}

#[test]
fn a_large_file_is_not_read() {
    let file = in_file("large", HEADER);
    File::options()
        .write(true)
        .open(&file)
        .and_then(|file| file.set_len(500 << 20))
        .expect("sparse");
    let says =
        "it has 500.0 MiB, and a component may have 256.0 MiB; raise it with --component-size";
    check(&file, &[], 5, says);
    check(
        &file,
        &["--component-size", "501MiB"],
        120,
        "it is not a valid component: ",
    );
    let file = in_file("large-nothing", b"");
    File::options()
        .write(true)
        .open(&file)
        .and_then(|file| file.set_len(500 << 20))
        .expect("sparse");
    check(&file, &[], 5, "it is not WebAssembly");
}

#[test]
fn a_file_that_is_cut_off_is_none() {
    let whole = std::fs::read(example("unruly")).expect("a component");
    for length in [9, 100, whole.len() / 2, whole.len() - 1] {
        let file = in_file("cut", &whole[..length]);
        check(&file, &[], 60, "it is not a valid component: ");
    }
}

#[test]
fn what_takes_long_to_compile_is_ended() {
    let file = in_file("functions", &component(&busy(100).repeat(3000)));
    let says = "it takes longer to compile than 0.1 s; raise it with --compile-time";
    check(&file, &["--compile-time", "100ms"], 20, says);
    let file = in_file("function", &component(&busy(60_000)));
    check(&file, &["--compile-time", "100ms"], 20, says);
}

#[cfg(target_os = "linux")]
#[test]
fn what_takes_much_memory_to_compile_is_ended() {
    let file = in_file("memory", &component(&busy(60_000)));
    let says = "it takes more memory to compile than 64.0 MiB; raise it with --compile-memory";
    check(&file, &["--compile-memory", "64MiB"], 120, says);
}

#[test]
fn what_is_nested_deeply_is_refused() {
    let mut nested = HEADER.to_vec();
    for _ in 0..3000 {
        let mut outer = HEADER.to_vec();
        outer.push(4);
        let mut length = nested.len();
        while length >= 0x80 {
            outer.push((length & 0x7f) as u8 | 0x80);
            length >>= 7;
        }
        outer.push(length as u8);
        outer.extend(nested);
        nested = outer;
    }
    check(&in_file("components", &nested), &[], 60, "");
    let mut types = "(component (type $t0 (tuple u8 u8)) ".to_owned();
    for index in 1..500 {
        let before = index - 1;
        let _ = write!(types, "(type $t{index} (tuple $t{before} $t{before})) ");
    }
    let types = wat::parse_str(types + ")").expect("a component");
    check(
        &in_file("types", &types),
        &[],
        60,
        "it is not a valid component: ",
    );
}

#[test]
fn what_wants_more_than_there_is_is_refused() {
    let wants = |name, module| {
        let text =
            format!("(component (core module $m {module}) (core instance (instantiate $m)))");
        check(
            &in_file(name, &wat::parse_str(text).expect("a component")),
            &[],
            60,
            "",
        );
    };
    wants("table", "(table 4294967295 funcref)");
    wants("memory", "(memory 65536)");
    wants("wide-memory", "(memory i64 281474976710656)");
    wants("globals", &"(global i64 (i64.const 1))".repeat(100_000));
}

/// Waits until the process has started the compiler.
fn compiler_of(group: u32) -> u32 {
    let began = Instant::now();
    loop {
        if let Some(&compiler) = of_group(group).iter().find(|&&process| process != group) {
            return compiler;
        }
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "nothing is compiled"
        );
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_compiler_ends_with_whoever_asked_for_the_code() {
    let bomb = component(&busy(60_000).repeat(20));
    let end: [fn(&mut std::process::Child); 2] = [
        |child| interrupt(child),
        |child| child.kill().expect("it runs"),
    ];
    for end in end {
        // Nothing is kept of one for the other, should it be compiled before it is ended.
        let file = in_file("ends", &bomb);
        let mut child = inspect(&file, &[]).spawn().expect("it starts");
        let group = child.id();
        compiler_of(group);
        end(&mut child);
        child.wait().expect("it ends");
        let began = Instant::now();
        while !of_group(group).is_empty() {
            assert!(began.elapsed() < Duration::from_secs(30), "it goes on");
        }
    }
}

#[test]
fn a_project_may_not_raise_what_the_operator_allows() {
    let file = in_file("project", HEADER);
    let asked = "[compile]\nsize = '7B'\ntime = '1h'\nmemory = '8GiB'";
    std::fs::write(file.with_file_name("wflow.toml"), asked).expect("written");
    let run = |granted: &[&str]| {
        let target = file.display().to_string();
        let run = [&["run", &target, "--no-record"], granted].concat();
        ended(command(&run).output().expect("it starts")).stderr
    };
    let says = "grant it with: --compile-time '1h' --compile-memory 8GiB\n";
    assert!(run(&[]).ends_with(says), "{}", run(&[]));
    // It may lower it.
    let granted = run(&["--compile-memory", "8GiB", "--compile-time", "1h"]);
    assert!(
        granted.contains("a component may have 7 B; raise it"),
        "{granted}"
    );
}
