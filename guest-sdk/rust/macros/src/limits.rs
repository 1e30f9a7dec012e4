//! Limits of an attempt that the code may lower, each an option of its own.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{Expr, Ident, Result};

use crate::value::{count, size, time};

/// An option, its name in the SDK's `Limit`, and what reads its amount.
type Limit = (&'static str, &'static str, fn(&Expr) -> Result<u64>);

const LIMITS: [Limit; 14] = [
    ("memory", "Memory", size),
    ("table_elements", "TableElements", count),
    ("instances", "Instances", count),
    ("wall_time", "WallTime", time),
    ("cpu_time", "CpuTime", time),
    ("output", "Output", size),
    ("output_lines", "OutputLines", count),
    ("result", "Result", size),
    ("arguments", "Arguments", size),
    ("submits", "Submits", count),
    ("depth", "Depth", count),
    ("open_files", "OpenFiles", count),
    ("artifacts", "Artifacts", count),
    ("http_response", "HttpResponse", size),
];

pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    LIMITS.into_iter().map(|(name, ..)| name)
}

/// An element of the SDK's `Declared::limits`; none if the option is no limit.
pub(crate) fn element(option: &str, value: &Expr) -> Option<Result<TokenStream>> {
    let mut limits = LIMITS.into_iter();
    let (_, limit, read) = limits.find(|(name, ..)| *name == option)?;
    let limit = Ident::new(limit, Span::call_site());
    Some(read(value).map(|amount| quote! { (::wflow::Limit::#limit, #amount) }))
}
