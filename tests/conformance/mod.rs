//! The same cases for every SDK, on every runner; the table of how each of them ended is printed. A new
//! SDK joins with a row in [`LANGUAGES`] and a guest in `examples/conformance`.

mod cases;
mod ended;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::harness::{RUNNERS, example, folder, tell};
use cases::{Case, cases};
use ended::Run;

/// The folders of `examples/conformance`.
const LANGUAGES: [&str; 5] = ["rust", "python", "js", "c", "go"];

/// A cell of the table.
struct Cell {
    case: usize,
    language: usize,
    runner: usize,
}

#[test]
fn every_language_does_the_same_on_every_runner() {
    let cases = cases();
    let components = LANGUAGES.map(|language| example(&format!("conformance/{language}")));
    let cells: Vec<_> = cells(&cases).collect();
    let failed = Mutex::new(BTreeMap::new());
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(cell) = cells.get(next.fetch_add(1, Ordering::Relaxed)) {
            let (case, runner) = (&cases[cell.case], RUNNERS[cell.runner]);
            if let Err(why) = check(case, &components[cell.language], runner, cell) {
                let place = (cell.case, cell.language, cell.runner);
                failed.lock().expect("no panic").insert(place, why);
            }
        }
    };
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(work);
        }
    });
    let failed = failed.into_inner().expect("no panic");
    tell(&table(&cases, &failed));
    let failures: Vec<_> = failed
        .iter()
        .map(|(cell, why)| told(&cases, cell, why))
        .collect();
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

type Failed = BTreeMap<(usize, usize, usize), String>;

fn told(cases: &[Case], &(case, language, runner): &(usize, usize, usize), why: &str) -> String {
    let case = &cases[case].title;
    format!(
        "{case} in {} on {}: {why}",
        LANGUAGES[language], RUNNERS[runner]
    )
}

fn cells(cases: &[Case]) -> impl Iterator<Item = Cell> {
    let able = |case: usize, language: usize| cases[case].lacking(LANGUAGES[language]).is_none();
    let pairs = (0..cases.len()).flat_map(|case| (0..LANGUAGES.len()).map(move |l| (case, l)));
    let pairs = pairs.filter(move |&(case, language)| able(case, language));
    let cells = pairs.flat_map(|(case, language)| {
        (0..RUNNERS.len()).map(move |runner| Cell {
            case,
            language,
            runner,
        })
    });
    cells.filter(|cell| is_for(&cases[cell.case], cell.runner))
}

fn is_for(case: &Case, runner: usize) -> bool {
    !case.concurrent || RUNNERS[runner] != "sequential"
}

fn check(case: &Case, component: &str, runner: &str, cell: &Cell) -> Result<(), String> {
    let place = folder(&format!(
        "conformance/{}-{}-{runner}",
        cell.case, LANGUAGES[cell.language]
    ));
    let run = Run::of(case, component, runner, &place);
    let _ = std::fs::remove_dir_all(&place);
    run.check(case)
}

/// What one may write to, and another one only read.
pub(crate) fn grants(place: &Path) -> [String; 2] {
    let state = place.join("state");
    let data = place.join("data");
    std::fs::create_dir(&state).expect("the tests' folder can be written");
    std::fs::create_dir(&data).expect("the tests' folder can be written");
    std::fs::write(data.join("text"), "a text").expect("the tests' folder can be written");
    [
        format!("{}::state", state.display()),
        format!("{}::data:ro", data.display()),
    ]
}

/// One line a case: a mark for each runner, per language.
fn table(cases: &[Case], failed: &Failed) -> String {
    let width = cases.iter().map(|case| case.title.len()).max().unwrap_or(0);
    let mut lines = vec![format!(
        "{:width$}  {}   (s: sequential, c: concurrent, t: thread-pool, -: failed)",
        "case",
        LANGUAGES.map(|language| format!("{language:8}")).join(" ")
    )];
    for (number, case) in cases.iter().enumerate() {
        let marks = LANGUAGES.iter().enumerate().map(|(language, name)| {
            if case.lacking(name).is_some() {
                return format!("{:8}", "n/a");
            }
            let mark = |runner: usize| match failed.contains_key(&(number, language, runner)) {
                true => "-",
                false if is_for(case, runner) => &RUNNERS[runner][..1],
                false => " ",
            };
            format!("{:8}", (0..RUNNERS.len()).map(mark).collect::<String>())
        });
        let marks: Vec<_> = marks.collect();
        lines.push(
            format!("{:width$}  {}", case.title, marks.join(" "))
                .trim_end()
                .to_owned(),
        );
    }
    for case in cases {
        for (language, why) in &case.lacks {
            lines.push(format!("{} in {language}: n/a, as {why}", case.title));
        }
    }
    lines.join("\n")
}
