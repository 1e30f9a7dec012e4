//! What is kept of a component for later starts: its compiled code, and what it says of itself.

use std::fs::{self, DirBuilder, DirEntry, File, Metadata};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use uuid::Uuid;
use wasmtime::component::Component;
use wasmtime::{Engine, Result};

use crate::model::Manifest;

const DRAFT: &str = "draft";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const UNUSED: Duration = DAY.saturating_mul(30);
/// Whoever builds all day leaves a component of some megabytes behind with each build.
const ROOM: u64 = 1 << 30;

/// The files of one component, for this version of wflow and engines that can share code.
#[derive(Clone)]
pub(super) struct Kept {
    /// The folder of all versions.
    root: PathBuf,
    /// A file of the component, but for what it ends in.
    stem: PathBuf,
}

/// Held by the process that compiles a component.
pub(super) struct Turn {
    path: PathBuf,
    _file: File,
}

impl Drop for Turn {
    fn drop(&mut self) {
        // Those who wait have it open; whoever comes later finds the code.
        let _ = fs::remove_file(&self.path);
    }
}

impl Kept {
    pub(super) fn new(cache: &Path, engine: &Engine, digest: &str) -> Self {
        let mut version = DefaultHasher::new();
        env!("CARGO_PKG_VERSION").hash(&mut version);
        // Holds wasmtime's version too.
        engine.precompile_compatibility_hash().hash(&mut version);
        let root = cache.join("compiled");
        let stem = root.join(format!("{:016x}", version.finish())).join(digest);
        Self { root, stem }
    }

    /// The component, if it was compiled before.
    pub(super) fn component(&self, engine: &Engine) -> Option<Component> {
        let file = self.stem.with_extension("cwasm");
        let component = load(engine, &file)?;
        let _ = touch(&file);
        Some(component)
    }

    /// Waits while another process compiles the component, and keeps others waiting for as long as this
    /// one does. Where the folder cannot be written, all of them compile.
    pub(super) fn turn(&self) -> Option<Turn> {
        let path = self.stem.with_extension("lock");
        make_folder(path.parent()?).ok()?;
        let file = File::create(&path).ok()?;
        file.lock().ok()?;
        Some(Turn { path, _file: file })
    }

    /// Keeps the component's code. A cache that cannot be written costs time, not the run.
    pub(super) fn keep_code(&self, code: &[u8]) {
        sweep(&self.root);
        let _ = write(&self.stem.with_extension("cwasm"), code);
    }

    pub(super) fn manifest(&self) -> Option<Manifest> {
        let file = self.stem.with_extension("json");
        let manifest = serde_json::from_slice(&fs::read(&file).ok()?).ok()?;
        let _ = touch(&file);
        Some(manifest)
    }

    /// Keeps it if the folder can be written.
    pub(super) fn keep(&self, manifest: &Manifest) {
        if let Ok(json) = serde_json::to_vec(manifest) {
            let _ = write(&self.stem.with_extension("json"), &json);
        }
    }
}

/// The component whose code this is.
///
/// # Errors
///
/// If the engine has no room for what the component needs.
#[expect(unsafe_code, reason = "wasmtime runs the code as it finds it")]
pub(super) fn component_of(engine: &Engine, code: &[u8]) -> Result<Component> {
    // SAFETY: all callers have the code from wasmtime's compiler, in this process or in one that
    // they started for it.
    unsafe { Component::deserialize(engine, code) }
}

/// None where there is no such file, or it is not for this engine.
#[expect(unsafe_code, reason = "wasmtime runs the code as it finds it")]
fn load(engine: &Engine, file: &Path) -> Option<Component> {
    // SAFETY: the file holds what wasmtime compiled, and does not change while it is mapped. Nobody
    // but the user may write the folder, as nobody else may replace wflow itself: it is made for the
    // user alone, and no guest is granted it. `write` puts only whole files under this name and
    // never opens them again. wasmtime refuses what is cut off, as the table of sections comes
    // last, and what is made by another version or for another machine.
    unsafe {
        Component::deserialize_file(engine, file).or_else(|error| {
            // A file system that is mounted `noexec` has nothing to map, but bytes to copy.
            let bytes = fs::read(file).map_err(|_| error)?;
            Component::deserialize(engine, bytes)
        })
    }
    .ok()
}

/// Writes beside and renames once the disk has all of it, so that neither a process that is killed
/// nor a machine that goes down leaves half a file under this name.
fn write(file: &Path, bytes: &[u8]) -> io::Result<()> {
    make_folder(file.parent().unwrap_or(Path::new("")))?;
    // No id of a process: containers that share the folder may have the same.
    let draft = file.with_extension(format!("{}.{DRAFT}", Uuid::now_v7()));
    let written = write_draft(&draft, bytes).and_then(|()| fs::rename(&draft, file));
    if written.is_err() {
        let _ = fs::remove_file(&draft);
    }
    written
}

fn write_draft(draft: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(draft)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// For the user alone.
fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

/// Tells `sweep` that the file is in use; once a day is enough.
fn touch(file: &Path) -> io::Result<()> {
    if age(&fs::metadata(file)?) < DAY {
        return Ok(());
    }
    let file = File::options().write(true).open(file)?;
    file.set_modified(SystemTime::now())
}

/// Removes what was not used for long, what there is no room for, and drafts of processes that were
/// killed; then the folders of versions that have nothing left.
fn sweep(root: &Path) {
    let versions: Vec<_> = entries(root).map(|entry| entry.path()).collect();
    let files = versions.iter().flat_map(|version| entries(version));
    let mut files: Vec<_> = files
        .filter_map(|entry| Some((entry.path(), entry.metadata().ok()?)))
        .collect();
    files.sort_by_key(|(_, metadata)| age(metadata));
    let mut room = ROOM;
    for (file, metadata) in &files {
        let longest = match file.extension().is_some_and(|ending| ending == DRAFT) {
            true => DAY,
            false => UNUSED,
        };
        let rest = room.checked_sub(metadata.len());
        room = rest.unwrap_or(0);
        if rest.is_none() || age(metadata) > longest {
            let _ = fs::remove_file(file);
        }
    }
    for version in versions {
        // Refused where a file is left.
        let _ = fs::remove_dir(version);
    }
}

/// None where the folder cannot be read.
fn entries(folder: &Path) -> impl Iterator<Item = DirEntry> {
    fs::read_dir(folder).into_iter().flatten().flatten()
}

/// Since the last use; zero where the clock was set back.
fn age(metadata: &Metadata) -> Duration {
    let modified = metadata.modified().ok();
    modified
        .and_then(|time| time.elapsed().ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch;
    use crate::wasm::{compile, engine};

    /// An empty component.
    const WASM: &[u8] = b"\0asm\x0d\0\x01\0";

    struct Cache {
        folder: PathBuf,
        engine: Engine,
        kept: Kept,
    }

    impl Cache {
        fn new(name: &str) -> Self {
            let folder = scratch::folder(&format!("compiled-{name}"));
            let engine = Engine::new(&engine::config()).expect("an engine");
            let kept = Kept::new(&folder, &engine, "digest");
            Self {
                folder,
                engine,
                kept,
            }
        }

        fn code(&self) -> PathBuf {
            self.kept.stem.with_extension("cwasm")
        }

        fn compile(&self) {
            self.kept.keep_code(&compile(WASM).expect("it is one"));
        }

        fn is_kept(&self) -> bool {
            self.kept.component(&self.engine).is_some()
        }

        /// A file that was last used so long ago.
        fn file(&self, path: &str, age: Duration) -> PathBuf {
            let file = self.folder.join("compiled").join(path);
            write(&file, b"x").expect("written");
            used(&file, age);
            file
        }
    }

    impl Drop for Cache {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }

    fn used(file: &Path, age: Duration) {
        let file = File::options().write(true).open(file).expect("a file");
        let modified = file.set_modified(SystemTime::now() - age);
        modified.expect("times can be set");
    }

    fn age_of(file: &Path) -> Duration {
        age(&fs::metadata(file).expect("a file"))
    }

    #[test]
    fn what_was_compiled_is_found_with_a_pool_and_without() {
        let cache = Cache::new("found");
        assert!(!cache.is_kept());
        cache.compile();
        assert!(cache.is_kept());
        let pooled = engine::engine(1, None).expect("an engine").engine;
        let kept = Kept::new(&cache.folder, &pooled, "digest");
        assert!(kept.component(&pooled).is_some());
        let other = Kept::new(&cache.folder, &pooled, "other");
        assert!(other.component(&pooled).is_none());
    }

    #[test]
    fn what_does_not_load_is_compiled_again() {
        let cache = Cache::new("garbage");
        cache.compile();
        let whole = fs::read(cache.code()).expect("kept");
        let cut = [0, 1, 64, 100, whole.len() / 2, whole.len() - 1];
        let cut = cut.map(|length| &whole[..length]);
        for bytes in cut.into_iter().chain([&[b'x'; 5000][..]]) {
            fs::write(cache.code(), bytes).expect("written");
            assert!(!cache.is_kept(), "{} bytes", bytes.len());
            cache.compile();
            assert!(cache.is_kept(), "{} bytes", bytes.len());
        }
    }

    #[test]
    fn what_is_in_use_is_touched_once_a_day() {
        let cache = Cache::new("touched");
        cache.compile();
        cache.kept.keep(&Manifest::default());
        for file in [cache.code(), cache.kept.stem.with_extension("json")] {
            used(&file, DAY / 2);
            assert!(cache.is_kept() && cache.kept.manifest().is_some());
            assert!(age_of(&file) >= DAY / 2);
            used(&file, DAY * 2);
            assert!(cache.is_kept() && cache.kept.manifest().is_some());
            assert!(age_of(&file) < DAY / 2);
        }
    }

    #[test]
    fn what_nobody_uses_makes_room_for_what_is_new() {
        let cache = Cache::new("swept");
        let fresh = cache.file("old/fresh.cwasm", DAY * 29);
        let writing = cache.file("old/x.1.draft", DAY / 2);
        let gone = [
            cache.file("old/unused.cwasm", DAY * 31),
            cache.file("old/x.2.draft", DAY * 2),
            cache.file("older/unused.json", DAY * 31),
        ];
        cache.compile();
        assert!(cache.is_kept() && fresh.exists() && writing.exists());
        assert!(!gone.iter().any(|file| file.exists()));
        assert!(!cache.folder.join("compiled/older").exists());
    }

    #[test]
    fn what_was_used_last_is_kept_as_far_as_there_is_room() {
        let cache = Cache::new("room");
        let [large, last] = [("large", 2), ("last", 1)]
            .map(|(name, days)| cache.file(&format!("old/{name}.cwasm"), DAY * days));
        let file = File::options().write(true).open(&large).expect("a file");
        file.set_len(ROOM).expect("a file with a hole");
        used(&large, DAY * 2);
        cache.compile();
        assert!(last.exists() && !large.exists());
    }

    #[cfg(unix)]
    #[test]
    fn the_folder_is_for_the_user_alone() {
        use std::os::unix::fs::PermissionsExt;
        let cache = Cache::new("private");
        cache.compile();
        let folders = cache.code();
        for folder in folders.ancestors().skip(1).take(3) {
            let mode = fs::metadata(folder).expect("made").permissions().mode();
            assert_eq!(mode & 0o777, 0o700, "{}", folder.display());
        }
    }

    #[test]
    fn a_folder_that_cannot_be_written_costs_time_alone() {
        let cache = Cache::new("unwritable");
        fs::write(&cache.folder, "no folder").expect("written");
        cache.compile();
        cache.kept.keep(&Manifest::default());
        assert!(cache.kept.manifest().is_none() && !cache.is_kept());
        fs::remove_file(&cache.folder).expect("it is there");
    }
}
