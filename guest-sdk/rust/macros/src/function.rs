//! From the function under an attribute to what is registered and what callers see.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::spanned::Spanned;
use syn::{
    Error, FnArg, GenericArgument, Ident, ItemFn, Meta, Pat, Path, PathArguments, Result,
    ReturnType, Type,
};

use crate::options;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Flow,
    Task,
}

struct Parameter {
    name: Ident,
    ty: Type,
}

pub(crate) fn expand(kind: Kind, options: TokenStream, item: TokenStream) -> TokenStream {
    try_expand(kind, options, item).unwrap_or_else(Error::into_compile_error)
}

fn try_expand(kind: Kind, options: TokenStream, item: TokenStream) -> Result<TokenStream> {
    let function: ItemFn = syn::parse2(item)?;
    let options = options::to_json(kind, options)?;
    check_signature(&function)?;
    let parameters = parameters(&function)?;
    let (result, is_result) = returned(&function.sig.output);
    let registration = registration(kind, &function, &parameters, &result, is_result, &options);
    let callers = callers(kind, &function, &parameters, &result);
    Ok(quote! { #registration #callers })
}

fn check_signature(function: &ItemFn) -> Result<()> {
    let signature = &function.sig;
    let refuse = |span, message| Err(Error::new(span, message));
    if let Some(token) = &signature.asyncness {
        return refuse(
            token.span(),
            "async flows and tasks are not there yet: remove `async`",
        );
    }
    if let Some(token) = &signature.unsafety {
        return refuse(
            token.span(),
            "a flow or task is called by the host: remove `unsafe`",
        );
    }
    if !signature.generics.params.is_empty() {
        return refuse(
            signature.generics.span(),
            "a flow or task has no generic parameters: name the types",
        );
    }
    Ok(())
}

fn parameters(function: &ItemFn) -> Result<Vec<Parameter>> {
    function.sig.inputs.iter().map(parameter).collect()
}

fn parameter(input: &FnArg) -> Result<Parameter> {
    let FnArg::Typed(typed) = input else {
        return Err(Error::new(
            input.span(),
            "a flow or task is a plain function, without `self`",
        ));
    };
    let Pat::Ident(name) = &*typed.pat else {
        return Err(Error::new(
            typed.pat.span(),
            "a parameter needs a plain name here",
        ));
    };
    match &*typed.ty {
        Type::Reference(_) => Err(Error::new(
            typed.ty.span(),
            "a run owns its arguments: take `String` instead of `&str`, `Vec<T>` instead of `&[T]`",
        )),
        Type::ImplTrait(_) => Err(Error::new(
            typed.ty.span(),
            "name the type instead of `impl`",
        )),
        ty => Ok(Parameter {
            name: name.ident.clone(),
            ty: ty.clone(),
        }),
    }
}

/// The type of the result, and whether it stands in a `Result`.
fn returned(output: &ReturnType) -> (TokenStream, bool) {
    let ReturnType::Type(_, ty) = output else {
        return (quote! { () }, false);
    };
    if let Type::Path(path) = &**ty
        && let Some(ok) = result_type(&path.path)
    {
        return (quote! { #ok }, true);
    }
    (quote! { #ty }, false)
}

fn result_type(path: &Path) -> Option<Type> {
    let last = path.segments.last().filter(|last| last.ident == "Result")?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    match arguments.args.first()? {
        GenericArgument::Type(ok) => Some(ok.clone()),
        _ => None,
    }
}

fn description(function: &ItemFn) -> String {
    let docs = function
        .attrs
        .iter()
        .filter_map(|attribute| match &attribute.meta {
            Meta::NameValue(doc) if doc.path.is_ident("doc") => match &doc.value {
                syn::Expr::Lit(syn::ExprLit {
                    lit: syn::Lit::Str(text),
                    ..
                }) => Some(text.value().trim().to_owned()),
                _ => None,
            },
            _ => None,
        });
    docs.collect::<Vec<_>>().join("\n")
}

/// What the host sees: the definition, and the function behind it.
fn registration(
    kind: Kind,
    function: &ItemFn,
    parameters: &[Parameter],
    result: &TokenStream,
    is_result: bool,
    options: &str,
) -> TokenStream {
    let body = ItemFn {
        vis: syn::Visibility::Inherited,
        ..function.clone()
    };
    let ident = &function.sig.ident;
    let name = ident.to_string();
    let description = description(function);
    let kind = match kind {
        Kind::Flow => quote! { Flow },
        Kind::Task => quote! { Task },
    };
    let names: Vec<_> = parameters.iter().map(|p| p.name.to_string()).collect();
    let types: Vec<_> = parameters.iter().map(|p| &p.ty).collect();
    let returned = match is_result {
        true => quote! { returned.map_err(::std::convert::Into::<::wflow::Failure>::into)? },
        false => quote! { returned },
    };
    quote! {
        const _: () = {
            #body
            fn run(
                mut arguments: ::wflow::plugin::Arguments,
            ) -> ::wflow::Result<::wflow::plugin::Value> {
                let returned = #ident(#(arguments.take::<#types>(#names)?),*);
                let _ = &mut arguments;
                let result: #result = #returned;
                ::wflow::plugin::to_value(&result)
            }
            ::wflow::__private::inventory::submit! {
                ::wflow::plugin::Registered {
                    kind: ::wflow::plugin::Kind::#kind,
                    name: #name,
                    description: #description,
                    parameters: || ::std::vec![#(::wflow::plugin::ParameterDefinition {
                        name: #names.into(),
                        schema: <#types as ::wflow::Parameter>::schema(),
                        default: ::std::option::Option::None,
                    }),*],
                    result: <#result as ::wflow::Parameter>::schema,
                    options: #options,
                    run,
                }
            }
        };
    }
}

/// What callers see: the function's name as a function and as a type.
fn callers(
    kind: Kind,
    function: &ItemFn,
    parameters: &[Parameter],
    result: &TokenStream,
) -> TokenStream {
    let visibility = &function.vis;
    let ident = &function.sig.ident;
    let name = ident.to_string();
    let docs = function
        .attrs
        .iter()
        .filter(|attribute| attribute.path().is_ident("doc"));
    let names: Vec<_> = parameters.iter().map(|p| &p.name).collect();
    let types: Vec<_> = parameters.iter().map(|p| &p.ty).collect();
    let inputs = quote! { #(#names: impl ::wflow::IntoArgument<'a, #types>),* };
    let arguments = quote! { ::std::vec![#(#names.into_argument()),*] };
    let (submit, how) = match kind {
        Kind::Flow => (format_ident!("start"), format_ident!("flow")),
        Kind::Task => (format_ident!("submit"), format_ident!("task")),
    };
    let map = match kind {
        Kind::Flow => TokenStream::new(),
        Kind::Task => map(&name, &names, &types, result),
    };
    let with = format_ident!("{ident}_with");
    quote! {
        #(#docs)*
        #[allow(dead_code)]
        #visibility fn #ident<'a>(#inputs) -> ::wflow::Result<#result> {
            #ident::#submit(#(#names),*).result()
        }

        #[doc(hidden)]
        #[allow(non_camel_case_types, dead_code)]
        #visibility struct #ident {}

        #[doc(hidden)]
        #[allow(non_camel_case_types, dead_code)]
        #visibility struct #with(::wflow::Options);

        #[allow(dead_code, unused_imports)]
        impl #ident {
            #visibility fn #submit<'a>(#inputs) -> ::wflow::Future<#result> {
                Self::with(::std::default::Default::default()).#submit(#(#names),*)
            }

            #visibility fn with(options: ::wflow::Options) -> #with {
                #with(options)
            }
        }

        #[allow(dead_code, unused_imports)]
        impl #with {
            #visibility fn #submit<'a>(self, #inputs) -> ::wflow::Future<#result> {
                use ::wflow::IntoArgument as _;
                ::wflow::plugin::#how(#name, #arguments, &self.0)
            }
        }

        #map
    }
}

/// A task of one parameter can be mapped over a list.
fn map(name: &str, names: &[&Ident], types: &[&Type], result: &TokenStream) -> TokenStream {
    let ([_], [ty]) = (names, types) else {
        return TokenStream::new();
    };
    let ident = format_ident!("{name}");
    quote! {
        #[allow(dead_code)]
        impl #ident {
            pub fn map<'a>(
                list: impl ::std::iter::IntoIterator<Item = impl ::wflow::IntoArgument<'a, #ty>>,
            ) -> ::std::vec::Vec<::wflow::Future<#result>> {
                let runs = list.into_iter().map(|item| ::std::vec![item.into_argument()]);
                ::wflow::plugin::map(#name, runs.collect(), &::std::default::Default::default())
            }
        }
    }
}
