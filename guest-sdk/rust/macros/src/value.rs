//! What stands behind the `=` of an option, read or refused.

use std::fmt::Display;
use std::str::FromStr;

use syn::{Error, Expr, ExprArray, ExprLit, Lit, LitStr, Path, Result};

use crate::{amount, words};

pub(crate) fn expected<T>(value: &Expr, what: &str) -> Result<T> {
    Err(Error::new_spanned(value, format!("expected {what}")))
}

pub(crate) fn count<T: FromStr<Err: Display>>(value: &Expr) -> Result<T> {
    match value {
        Expr::Lit(ExprLit {
            lit: Lit::Int(number),
            ..
        }) => number.base10_parse(),
        _ => expected(value, "a count, such as 2"),
    }
}

pub(crate) fn positive<T: Default + PartialEq>(value: &Expr, number: T, what: &str) -> Result<T> {
    match number == T::default() {
        true => expected(value, what),
        false => Ok(number),
    }
}

pub(crate) fn factor(value: &Expr) -> Result<f64> {
    match value {
        Expr::Lit(ExprLit {
            lit: Lit::Float(number),
            ..
        }) => number.base10_parse(),
        Expr::Lit(ExprLit {
            lit: Lit::Int(number),
            ..
        }) => number.base10_parse(),
        _ => expected(value, "a factor, such as 2.0"),
    }
}

/// A size in bytes.
pub(crate) fn size(value: &Expr) -> Result<u64> {
    match value {
        Expr::Lit(ExprLit {
            lit: Lit::Int(number),
            ..
        }) => number.base10_parse(),
        _ => {
            let text = string(
                value,
                "a size in quotes, such as \"64MiB\", or a number of bytes",
            )?;
            amount::bytes(&text.value()).map_err(|message| Error::new(text.span(), message))
        }
    }
}

/// A duration in milliseconds.
pub(crate) fn milliseconds(value: &Expr) -> Result<u64> {
    let text = string(value, "a duration in quotes, such as \"10s\"")?;
    amount::milliseconds(&text.value()).map_err(|message| Error::new(text.span(), message))
}

/// A duration in milliseconds that gives time to do something.
pub(crate) fn time(value: &Expr) -> Result<u64> {
    positive(value, milliseconds(value)?, "a duration longer than zero")
}

/// One duration, or a list of them.
pub(crate) fn delays(value: &Expr) -> Result<Vec<u64>> {
    match value {
        Expr::Array(ExprArray { elems, .. }) => elems.iter().map(milliseconds).collect(),
        one => Ok(vec![milliseconds(one)?]),
    }
}

pub(crate) fn string<'a>(value: &'a Expr, what: &str) -> Result<&'a LitStr> {
    match value {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) => Ok(text),
        _ => expected(value, what),
    }
}

pub(crate) fn non_empty(value: &Expr) -> Result<&LitStr> {
    let text = string(value, "a name, such as \"load\"")?;
    match text.value().trim().is_empty() {
        true => expected(value, "a name that is not empty"),
        false => Ok(text),
    }
}

/// A list of strings, such as the example.
pub(crate) fn strings<'a>(value: &'a Expr, example: &str) -> Result<Vec<&'a LitStr>> {
    match value {
        Expr::Array(ExprArray { elems, .. }) => {
            elems.iter().map(|one| string(one, "a string")).collect()
        }
        _ => expected(value, &format!("strings in brackets, such as {example}")),
    }
}

pub(crate) fn one_of<'a>(value: &'a Expr, what: &str, known: &[&str]) -> Result<&'a LitStr> {
    let example = known.get(1).unwrap_or(&"");
    let text = string(
        value,
        &format!("the name of a {what}, such as \"{example}\""),
    )?;
    words::check(what, &text.value(), known, text.span())?;
    Ok(text)
}

/// One function, or a list of them.
pub(crate) fn paths(value: &Expr) -> Result<Vec<Path>> {
    match value {
        Expr::Array(ExprArray { elems, .. }) => elems.iter().map(path).collect(),
        one => Ok(vec![path(one)?]),
    }
}

fn path(value: &Expr) -> Result<Path> {
    match value {
        Expr::Path(path) => Ok(path.path.clone()),
        _ => expected(
            value,
            "the name of a function, such as `notify`, or a list of them",
        ),
    }
}
