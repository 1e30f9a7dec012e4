//! Words that are known, and the one that was meant instead of one that is not.

use proc_macro2::Span;
use syn::{Error, Result};

pub(crate) fn listed(words: &[&str]) -> String {
    let words: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    words.join(", ")
}

/// The end of a sentence about a word that is not known.
pub(crate) fn hint(word: &str, known: &[&str]) -> String {
    let distance = |candidate: &&str| strsim::damerau_levenshtein(word, candidate);
    match known.iter().min_by_key(|candidate| distance(candidate)) {
        Some(near) if distance(near) <= 1 + near.len() / 4 => format!(", did you mean `{near}`?"),
        _ => String::new(),
    }
}

/// Refuses a word that is none of the known.
pub(crate) fn check(what: &str, word: &str, known: &[&str], span: Span) -> Result<()> {
    if known.contains(&word) {
        return Ok(());
    }
    let hint = hint(word, known);
    let message = format!(
        "there is no {what} `{word}`{hint}\nthe {what}s are {}",
        listed(known)
    );
    Err(Error::new(span, message))
}
