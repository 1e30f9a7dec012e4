//! An attribute and what stands under it, taken in or refused.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Error, FnArg, Item, ItemFn, Result};

use crate::Kind;
use crate::expand::Expansion;
use crate::function::{Function, Parameter};
use crate::options::Options;

pub(crate) fn expand(kind: Kind, options: TokenStream, item: TokenStream) -> TokenStream {
    match parse(kind, options, item.clone()) {
        Ok((options, function)) => Expansion::new(kind, &options, &function).tokens(&options),
        Err(error) => {
            let error = error.into_compile_error();
            let item = undecorated(item);
            quote! { #error #item }
        }
    }
}

fn parse(kind: Kind, options: TokenStream, item: TokenStream) -> Result<(Options, Function)> {
    let attribute = match kind {
        Kind::Flow => "flow",
        Kind::Task => "task",
    };
    let function = match syn::parse2(item)? {
        Item::Fn(function) => Function::new(attribute, function),
        other => {
            let message = format!("`#[{attribute}]` goes on a function");
            Err(Error::new_spanned(other, message))
        }
    };
    match (Options::parse(kind, options), function) {
        (Ok(options), Ok(function)) => {
            let names: Vec<_> = function.parameters.iter().map(Parameter::name).collect();
            options.check_parameters(&names)?;
            Ok((options, function))
        }
        (Err(mut first), Err(second)) => {
            first.combine(second);
            Err(first)
        }
        (Err(error), _) | (_, Err(error)) => Err(error),
    }
}

/// The item as rustc takes it beside an error, so that other code still finds it.
fn undecorated(item: TokenStream) -> TokenStream {
    let Ok(mut function) = syn::parse2::<ItemFn>(item.clone()) else {
        return item;
    };
    for input in &mut function.sig.inputs {
        if let FnArg::Typed(typed) = input {
            typed
                .attrs
                .retain(|a| !a.path().is_ident("default") && !a.path().is_ident("doc"));
        }
    }
    quote! { #[allow(dead_code, unused_variables)] #function }
}
