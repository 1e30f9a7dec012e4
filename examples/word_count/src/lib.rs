//! Which words a folder of texts uses most: one task run counts each file, and a tree of runs adds
//! the counts up, which never pass through the flow.

use std::collections::BTreeMap;
use std::fs;

use wflow::prelude::*;

type Counts = BTreeMap<String, usize>;

/// Counts the words of a file, in lower case.
#[task]
fn count(path: String) -> Result<Counts> {
    let text = fs::read_to_string(path)?.to_lowercase();
    let mut counts = Counts::new();
    for word in text.split(|c: char| !c.is_alphanumeric() && c != '\'') {
        let word = word.trim_matches('\'');
        if !word.is_empty() {
            *counts.entry(word.to_owned()).or_default() += 1;
        }
    }
    Ok(counts)
}

/// Adds two counts.
#[task]
fn merge(mut a: Counts, b: Counts) -> Counts {
    for (word, count) in b {
        *a.entry(word).or_default() += count;
    }
    a
}

/// The most frequent words of the texts in a folder, the most frequent first.
#[flow]
fn word_count(
    #[default("texts")] folder: String,
    /// How many words to give.
    #[default(10)]
    top: usize,
) -> Result<Vec<(String, usize)>> {
    let mut counts = count::map(texts(&folder)?);
    while counts.len() > 1 {
        counts = counts.chunks(2).map(merged).collect();
    }
    let total = counts.first().map_or(Ok(Counts::new()), Future::result)?;
    let mut words: Vec<_> = total.into_iter().collect();
    // Stable: words of the same count stay in the alphabet's order.
    words.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
    words.truncate(top);
    Ok(words)
}

fn merged(pair: &[Future<Counts>]) -> Future<Counts> {
    match pair {
        [a, b] => merge::submit(a, b),
        rest => rest[0].clone(),
    }
}

/// The paths of the folder's text files, sorted.
fn texts(folder: &str) -> Result<Vec<String>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "txt") {
            paths.push(path.to_string_lossy().into_owned());
        }
    }
    paths.sort();
    Ok(paths)
}
