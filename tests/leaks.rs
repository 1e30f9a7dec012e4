//! What misbehaves a thousand times leaves nothing behind in the host.
#![cfg(target_os = "linux")]

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value as Json;

use crate::harness::{command, example, folder, tell};
use crate::unruly::table;

/// What a process has of its machine.
#[derive(Debug)]
struct Held {
    /// KiB in memory.
    memory: u64,
    /// The names of its threads, in order.
    threads: Vec<String>,
    files: usize,
    mappings: usize,
}

impl Held {
    /// Memory within 10 %, and nothing else besides what comes and goes: the mappings of the
    /// allocator, and threads that wait for files.
    fn is_no_more_than(&self, before: &Self) -> bool {
        let own = |held: &Self| {
            let own = held
                .threads
                .iter()
                .filter(|name| !name.starts_with("tokio"));
            own.cloned().collect::<Vec<_>>()
        };
        self.memory * 10 <= before.memory * 11
            && own(self) == own(before)
            && self.files <= before.files + 2
            && self.mappings <= before.mappings + 50
    }

    fn by(process: u32) -> Self {
        let place = Path::new("/proc").join(process.to_string());
        let read = |path: &Path| fs::read_to_string(path).expect("it runs");
        let list = |name: &str| fs::read_dir(place.join(name)).expect("it runs");
        let status = read(&place.join("status"));
        let memory = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let memory = memory.and_then(|text| text.trim().strip_suffix(" kB"));
        let mut threads: Vec<_> = list("task")
            .map(|thread| {
                read(&thread.expect("a thread").path().join("comm"))
                    .trim()
                    .to_owned()
            })
            .collect();
        threads.sort();
        Self {
            memory: memory.and_then(|text| text.parse().ok()).expect("a number"),
            threads,
            files: list("fd").count(),
            mappings: read(&place.join("maps")).lines().count(),
        }
    }
}

/// Reads on until the flow says that so many waves have ended.
fn wait_for(wave: usize, stdout: &mut impl BufRead) {
    let says = format!("ended {wave}\n");
    let mut line = Vec::new();
    while !line.ends_with(says.as_bytes()) {
        line.clear();
        let read = stdout.read_until(b'\n', &mut line).expect("a pipe");
        assert_ne!(read, 0, "it ended before wave {wave} had");
    }
}

/// Makes the allocator give back what is free at once, instead of when it next has something to do.
const ALLOCATOR: (&str, &str) = ("MIMALLOC_PURGE_DELAY", "0");

/// Waits until as much is held as may be: what ended last is still being written down.
fn settled(process: u32, before: &Held) -> Held {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let held = Held::by(process);
        if held.is_no_more_than(before) || Instant::now() > deadline {
            return held;
        }
        thread::sleep(Duration::from_millis(200));
    }
}

/// All but those that recurse through the host: of runs that have ended their flow keeps a little, and
/// they have many.
fn misbehaviours() -> Json {
    let all = table().into_iter().map(|row| row.misbehaviour());
    all.filter(|does| !does.as_str().unwrap_or_default().starts_with("recurse-in"))
        .collect()
}

#[test]
fn a_thousand_misbehaviours_leave_nothing_behind() {
    let (component, place) = (example("unruly"), folder("leaks"));
    let all = format!("misbehaviours={}", misbehaviours());
    let dir = format!("{}::place", place.display());
    let mut arguments = vec!["run", &component, "again_and_again", "-q", "--dir", &dir];
    for parameter in [&*all, "waves=[300,1000]", "timeout=50", "meetings=25"] {
        arguments.extend(["-p", parameter]);
    }
    arguments.extend(["--runner", "thread-pool", "--max-workers", "2"]);
    arguments.extend(["--max-concurrency", "4", "--memory", "32MiB"]);
    let stderr = place.join("stderr");
    let mut child = command(&arguments)
        .env(ALLOCATOR.0, ALLOCATOR.1)
        .stdout(Stdio::piped())
        .stderr(File::create(&stderr).expect("written"))
        .spawn()
        .expect("wflow starts");
    let mut stdout = BufReader::new(child.stdout.take().expect("piped"));
    let go_on = |wave| File::create(place.join(format!("go-on-{wave}"))).expect("written");
    wait_for(0, &mut stdout);
    let before = Held::by(child.id());
    go_on(0);
    wait_for(1, &mut stdout);
    let after = settled(child.id(), &before);
    go_on(1);
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).expect("text");
    child.wait().expect("it ends");
    let (kib, more) = (before.memory, after.memory as f64 / before.memory as f64);
    tell(&format!(
        "1,000 misbehaviours: {kib} KiB before and {:+.1} % after, {} mappings and {:+}, {} files and \
         {:+}, threads {:?}",
        (more - 1.0) * 100.0,
        before.mappings,
        after.mappings as i64 - before.mappings as i64,
        before.files,
        after.files as i64 - before.files as i64,
        after.threads,
    ));
    assert!(after.is_no_more_than(&before), "{before:?} {after:?}");
    // Instances that find no place in the pool have an engine of their own.
    let engines = after.threads.iter().filter(|name| *name == "epochs");
    assert_eq!(engines.count(), 1, "places of the pool are lost: {after:?}");
    let stderr = fs::read(stderr).expect("written");
    let stderr = String::from_utf8_lossy(&stderr);
    assert!(!stderr.contains("panicked at host"), "{stderr}");
    // Four at a time: there is room for as many as before.
    assert_eq!(rest, "100\n", "{stderr}");
}
