//! The function under an attribute: what it declares, and what it may not be.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;
use syn::{
    Attribute, Error, Expr, ExprLit, FnArg, Ident, ItemFn, Lit, Meta, Pat, PatType, Result,
    ReturnType, Safety, Signature, Type, TypeReference, Visibility,
};

/// A function that can be a flow or a task.
pub(crate) struct Function {
    /// The user's function, without the attributes that are taken from it.
    pub(crate) item: ItemFn,
    /// Its `#[doc]` and `#[cfg]`, which go to everything that callers see.
    pub(crate) docs: Vec<Attribute>,
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) parameters: Vec<Parameter>,
    /// The type behind the arrow, `()` if there is none.
    pub(crate) returns: TokenStream,
}

/// A parameter of a flow or task.
pub(crate) struct Parameter {
    pub(crate) ident: Ident,
    pub(crate) ty: Type,
    pub(crate) docs: Vec<Attribute>,
    /// The expression in `#[default(..)]`.
    pub(crate) default: Option<Expr>,
}

impl Function {
    /// The function behind the tokens, with every reason why it is none as one error.
    pub(crate) fn new(attribute: &str, mut item: ItemFn) -> Result<Self> {
        let mut errors = Vec::new();
        errors.extend(second_attribute(&item));
        errors.extend(refused(attribute, &item.sig));
        let parameters = item.sig.inputs.iter_mut().map(parameter);
        let (parameters, refused): (Vec<_>, Vec<_>) = parameters.partition(Result::is_ok);
        errors.extend(refused.into_iter().filter_map(Result::err));
        errors.into_iter().reduce(combined).map_or(Ok(()), Err)?;

        let docs = taken(&mut item.attrs, "doc");
        let cfgs = taken(&mut item.attrs, "cfg");
        let returns = match &item.sig.output {
            ReturnType::Default => quote! { () },
            ReturnType::Type(_, ty) => ty.to_token_stream(),
        };
        Ok(Self {
            parameters: parameters.into_iter().flatten().collect(),
            item,
            docs,
            cfgs,
            returns,
        })
    }

    pub(crate) fn ident(&self) -> &Ident {
        &self.item.sig.ident
    }

    pub(crate) fn visibility(&self) -> &Visibility {
        &self.item.vis
    }

    /// Is the result a `Result`? The name decides: a macro sees no types.
    pub(crate) fn is_fallible(&self) -> bool {
        matches!(&self.item.sig.output, ReturnType::Type(_, ty) if is_named(ty, "Result"))
    }
}

impl Parameter {
    /// The name as the host and people write it.
    pub(crate) fn name(&self) -> String {
        self.ident.unraw().to_string()
    }

    pub(crate) fn is_option(&self) -> bool {
        is_named(&self.ty, "Option")
    }
}

/// The text of a doc comment.
pub(crate) fn description(docs: &[Attribute]) -> String {
    let lines: Vec<_> = docs.iter().filter_map(doc_line).collect();
    lines.join("\n").trim().to_owned()
}

fn combined(mut first: Error, other: Error) -> Error {
    first.combine(other);
    first
}

fn is_named(ty: &Type, name: &str) -> bool {
    let Type::Path(path) = ty else { return false };
    path.path
        .segments
        .last()
        .is_some_and(|last| last.ident == name)
}

fn doc_line(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(doc) = &attribute.meta else {
        return None;
    };
    let Expr::Lit(ExprLit {
        lit: Lit::Str(line),
        ..
    }) = &doc.value
    else {
        return None;
    };
    let line = line.value();
    Some(
        line.strip_prefix(' ')
            .unwrap_or(&line)
            .trim_end()
            .to_owned(),
    )
}

fn taken(attributes: &mut Vec<Attribute>, name: &str) -> Vec<Attribute> {
    attributes
        .extract_if(.., |attribute| attribute.path().is_ident(name))
        .collect()
}

fn second_attribute(item: &ItemFn) -> Option<Error> {
    let is_ours = |a: &&Attribute| {
        let last = a.path().segments.last();
        last.is_some_and(|last| last.ident == "flow" || last.ident == "task")
    };
    let second = item.attrs.iter().find(is_ours)?;
    let message = "a function is a flow or a task, not both: remove one of the attributes";
    Some(Error::new_spanned(second, message))
}

/// What a flow or task cannot be, with what to do about it.
fn refused(attribute: &str, signature: &Signature) -> Vec<Error> {
    let mut errors = Vec::new();
    let mut refuse = |tokens: &dyn ToTokens, what: &str| {
        let message = format!("a {attribute} {what}");
        errors.push(Error::new_spanned(tokens.to_token_stream(), message));
    };
    if let Some(token) = &signature.constness {
        refuse(token, "runs on the host's call: remove `const`");
    }
    if let Safety::Unsafe(token) = &signature.safety {
        refuse(
            token,
            "is called by the host, which keeps no promises for it: remove `unsafe`",
        );
    }
    if let Some(token) = &signature.abi {
        refuse(token, "is a Rust function: remove `extern`");
    }
    if !signature.generics.params.is_empty() {
        refuse(
            &signature.generics,
            "has no generics: the host needs to know each type, so name it",
        );
    }
    if let Some(clause) = &signature.generics.where_clause {
        refuse(clause, "has no generics: remove the `where` clause");
    }
    if let ReturnType::Type(_, ty) = &signature.output {
        match &**ty {
            Type::Reference(reference) => {
                let owned = owned(reference);
                refuse(
                    ty,
                    &format!("hands its result to the host: return `{owned}` instead"),
                );
            }
            Type::ImplTrait(_) => refuse(ty, "tells the host what it returns: name the type"),
            _ => {}
        }
    }
    errors
}

/// The parameter, from which its docs and `#[default(..)]` are taken: rustc takes neither.
fn parameter(input: &mut FnArg) -> Result<Parameter> {
    let typed = match input {
        FnArg::Typed(typed) => typed,
        FnArg::Receiver(this) => {
            let message =
                "flows and tasks are plain functions: put it outside of the `impl`, without `self`";
            return Err(Error::new_spanned(this, message));
        }
    };
    let docs = taken(&mut typed.attrs, "doc");
    let default = default(typed);
    let Pat::Ident(name) = &*typed.pat else {
        let message = "a parameter needs a name here: take the pattern apart in the body";
        return Err(Error::new_spanned(&typed.pat, message));
    };
    match &*typed.ty {
        Type::Reference(reference) => {
            let message = format!(
                "a run owns its arguments: take `{}` instead",
                owned(reference)
            );
            Err(Error::new_spanned(reference, message))
        }
        Type::ImplTrait(generic) => {
            let message = "the host needs to know each parameter's type: name it instead of `impl`";
            Err(Error::new_spanned(generic, message))
        }
        ty => Ok(Parameter {
            ident: name.ident.clone(),
            ty: ty.clone(),
            docs,
            default: default?,
        }),
    }
}

fn default(typed: &mut PatType) -> Result<Option<Expr>> {
    let mut defaults = taken(&mut typed.attrs, "default").into_iter();
    let default = defaults.next();
    if let Some(second) = defaults.next() {
        return Err(Error::new_spanned(second, "the default is given twice"));
    }
    let Some(attribute) = default else {
        return Ok(None);
    };
    match attribute.parse_args() {
        Ok(value) => Ok(Some(value)),
        Err(_) => {
            let message = "expected a value in parentheses, such as `#[default(10)]`";
            Err(Error::new(attribute.span(), message))
        }
    }
}

/// The type to use instead of a reference, as people write it.
fn owned(reference: &TypeReference) -> String {
    let text = match &*reference.elem {
        Type::Path(path) if path.path.is_ident("str") => return "String".to_owned(),
        Type::Slice(slice) => {
            let element = &slice.elem;
            quote! { Vec<#element> }.to_string()
        }
        other => other.to_token_stream().to_string(),
    };
    text.replace(" < ", "<").replace(" >", ">")
}
