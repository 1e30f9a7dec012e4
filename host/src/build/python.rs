//! Python: a file, or a folder with a `flow.py`, to a component, by componentize-py.

mod sdk;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::check::{Check, Found, printed};
use super::draft::{make_folder, unwritable};
use super::kept::{Inputs, Kept, digest};
use super::{Language, Workshop};

pub use sdk::FILES;

const COMPONENTIZE: &str = "componentize-py 0.25.1";
/// The tool and the hashes of its files, for every platform that has one.
const REQUIREMENTS: &str = include_str!("python/requirements.txt");
/// Finds what the code imports, and calls componentize-py.
const BUILD: &str = include_str!("python/build.py");
/// The oldest Python that componentize-py runs on.
const OLDEST: (u32, u32) = (3, 9);

pub(super) const LANGUAGE: Language = Language {
    name: "Python",
    is_project: |target| is_script(target) || target.join(MAIN).is_file(),
    marker: MAIN,
    build,
    check,
};

/// The file of a project folder that has the flows and tasks, or imports them.
const MAIN: &str = "flow.py";

fn is_script(target: &Path) -> bool {
    target.extension().is_some_and(|ending| ending == "py") && !target.is_dir()
}

/// What the build script found.
#[derive(Deserialize)]
struct Built {
    inputs: Inputs,
}

fn build(target: &Path, workshop: &Workshop) -> Result<PathBuf> {
    let script = match target.is_dir() {
        true => target.join(MAIN),
        false => target.to_owned(),
    };
    let kept = Kept::of(workshop.cache()?, &script, version())?;
    if let Some(component) = kept.fresh() {
        return Ok(component);
    }
    let _lock = kept.lock()?;
    // Another process may have built it meanwhile.
    if let Some(component) = kept.fresh() {
        return Ok(component);
    }
    let python = componentize(workshop)?;
    let sdk = sdk(workshop)?;
    let draft = kept.draft();
    let _step = (workshop.tell)(&format!("Building {} ({COMPONENTIZE})", target.display()));
    let mut command = Command::new(python);
    command
        .arg(sdk.join("build.py"))
        .args([&script, &sdk, draft.path()]);
    let output = run(&mut command)?;
    if !output.status.success() {
        bail!(
            "{} does not build: {}",
            target.display(),
            String::from_utf8_lossy(&output.stderr).trim_end()
        );
    }
    let built: Built = serde_json::from_slice(&output.stdout)
        .context("the build script did not say what it has read")?;
    kept.keep(draft, built.inputs)
}

/// The tools and the SDK, by their contents.
fn version() -> String {
    let is_built = |path: &str| path.ends_with(".py") || path.ends_with(".wit");
    let files = FILES.iter().filter(|(path, _)| is_built(path));
    let files = files.flat_map(|&(path, text)| [path, text]);
    let all: Vec<_> = files.chain([REQUIREMENTS, BUILD]).collect();
    digest(all.join("\0").as_bytes())
}

/// The folder of the SDK, with the contract and the build script.
fn sdk(workshop: &Workshop) -> Result<PathBuf> {
    workshop.tool(&format!("python-sdk-{}", &version()[..16]), |folder| {
        let files = FILES.iter().copied().chain([("build.py", BUILD)]);
        for (path, text) in files {
            let file = folder.join(path);
            make_folder(file.parent().unwrap_or(folder))
                .and_then(|()| fs::write(&file, text))
                .with_context(|| unwritable(&file))?;
        }
        Ok(())
    })
}

/// A Python that can import componentize-py.
fn componentize(workshop: &Workshop) -> Result<PathBuf> {
    let (version, which) = system_python().context(
        "no Python is installed that can build this: install Python 3.9 or newer as python3",
    )?;
    // Another Python needs an environment of its own.
    let name = format!(
        "{}-python-{version}-{}",
        COMPONENTIZE.replace(' ', "-"),
        &digest(which.as_bytes())[..8]
    );
    let folder = workshop.tool(&name, |folder| set_up(workshop, folder))?;
    Ok(interpreter(&folder))
}

/// Its version and path.
fn system_python() -> Option<(String, String)> {
    let code = "import sys; print(*sys.version_info[:3], sep='.', end=' '); print(sys.executable)";
    let told = ["python3", "python"]
        .into_iter()
        .find_map(|python| printed(&[python, "-c", code]))?;
    let (version, which) = told.split_once(' ')?;
    let mut numbers = version.split('.').map(|number| number.parse().ok());
    let version_is = (numbers.next()??, numbers.next()??);
    (version_is >= OLDEST).then(|| (version.to_owned(), which.to_owned()))
}

fn interpreter(environment: &Path) -> PathBuf {
    match cfg!(windows) {
        true => environment.join("Scripts/python.exe"),
        false => environment.join("bin/python"),
    }
}

fn set_up(workshop: &Workshop, folder: &Path) -> Result<()> {
    let _step = (workshop.tell)(&format!(
        "Setting up {COMPONENTIZE} from PyPI (20 MB), once, in {}",
        workshop.tools()?.display()
    ));
    let (_, python) = system_python().context("no Python is installed")?;
    let output = run(Command::new(python).args(["-m", "venv"]).arg(folder))?;
    if !output.status.success() {
        bail!(
            "this Python makes no environments; install what is missing (on Debian and Ubuntu: \
             apt-get install python3-venv): {}",
            last_line(&output)
        );
    }
    let requirements = folder.join("requirements.txt");
    fs::write(&requirements, REQUIREMENTS).with_context(|| unwritable(&requirements))?;
    let mut install = Command::new(interpreter(folder));
    install
        .args(["-m", "pip", "--disable-pip-version-check", "install"])
        .args(["--quiet", "--no-deps", "--only-binary=:all:"])
        .args(["--require-hashes", "--requirement"])
        .arg(&requirements);
    let output = run(&mut install)?;
    if !output.status.success() {
        bail!(
            "cannot install {COMPONENTIZE}, which makes components of Python; is PyPI, or the index that \
             PIP_INDEX_URL names, within reach? pip says: {}",
            last_line(&output)
        );
    }
    Ok(())
}

fn run(command: &mut Command) -> Result<Output> {
    let output = command.stdin(Stdio::null()).output();
    output.with_context(|| format!("cannot start {}", command.get_program().display()))
}

fn last_line(output: &Output) -> String {
    let all = [&output.stdout[..], &output.stderr].concat();
    let all = String::from_utf8_lossy(&all);
    let mut lines = all.lines().rev().map(str::trim);
    let said = lines.find(|line| !line.is_empty()).unwrap_or("nothing");
    said.trim_start_matches("ERROR: ").to_owned()
}

fn check(workshop: &Workshop) -> Vec<Check> {
    let how = "install Python 3.9 or newer as python3";
    let python = match system_python() {
        Some((version, which)) => Found::There(format!("{version} ({which})")),
        None => Found::Missing(how.to_owned()),
    };
    let tools = workshop.tools().ok();
    let environments = tools.iter().flat_map(|tools| fs::read_dir(tools).ok());
    let mut names = environments.flatten().flatten().map(|entry| entry.path());
    let start = COMPONENTIZE.replace(' ', "-");
    let is_it = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(&start) && path.extension().is_none_or(|ending| ending != "draft")
    };
    let componentize = match (names.find(is_it), &python) {
        (Some(folder), _) => Found::There(folder.display().to_string()),
        (None, Found::Missing(_)) => Found::Missing(how.to_owned()),
        (None, _) => Found::SetUpLater(format!("{COMPONENTIZE} from PyPI, at the first build")),
    };
    vec![
        Check {
            what: "python3",
            found: python,
        },
        Check {
            what: "componentize-py",
            found: componentize,
        },
    ]
}
