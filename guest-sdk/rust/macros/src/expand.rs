//! What an attribute leaves in place of the function: the definition that the host sees, and the
//! functions that callers see.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;
use syn::{Ident, ItemFn, Type, Visibility};

use crate::Kind;
use crate::function::{Function, Parameter, description};
use crate::options::{Options, hook_name};

/// The parts that the generated items share.
pub(crate) struct Expansion<'a> {
    kind: Kind,
    function: &'a Function,
    name: String,
    visibility: &'a Visibility,
    ident: &'a Ident,
    idents: Vec<&'a Ident>,
    types: Vec<&'a Type>,
    /// The trait that knows what to make of what the function returns.
    returned: TokenStream,
    /// The type of the result.
    result: TokenStream,
    /// What makes a run: `submit` for a task, `start` for a flow.
    verb: Ident,
}

impl<'a> Expansion<'a> {
    pub(crate) fn new(kind: Kind, options: &Options, function: &'a Function) -> Self {
        let ident = function.ident();
        let name = options.name.clone();
        let returns = &function.returns;
        // What is wrong with the type is told where it stands.
        let span = returns.span();
        let returned = match function.is_fallible() {
            true => quote_spanned! { span=> ::wflow::__private::Fallible },
            false => quote_spanned! { span=> ::wflow::__private::Returned },
        };
        Self {
            kind,
            function,
            name: name.unwrap_or_else(|| ident.unraw().to_string()),
            visibility: function.visibility(),
            ident,
            idents: function.parameters.iter().map(|p| &p.ident).collect(),
            types: function.parameters.iter().map(|p| &p.ty).collect(),
            result: quote_spanned! { span=> <#returns as #returned>::Value },
            returned,
            verb: match kind {
                Kind::Flow => format_ident!("start"),
                Kind::Task => format_ident!("submit"),
            },
        }
    }

    pub(crate) fn tokens(&self, options: &Options) -> TokenStream {
        let cfgs = &self.function.cfgs;
        let plain_call = self.plain_call();
        let handle = self.handle();
        let builder = self.builder(options);
        let definition = self.definition(options);
        quote! {
            #plain_call

            #handle

            #(#cfgs)*
            #[doc(hidden)]
            const _: () = {
                #builder
                #definition
            };
        }
    }

    /// The parameters of a function that makes one run.
    fn inputs(&self) -> TokenStream {
        let (idents, types) = (&self.idents, &self.types);
        quote! { #(#idents: impl ::wflow::IntoArgument<#types>),* }
    }

    /// `t(..)`
    fn plain_call(&self) -> TokenStream {
        let Self {
            function,
            visibility,
            ident,
            idents,
            verb,
            result,
            ..
        } = self;
        let (docs, cfgs, inputs) = (&function.docs, &function.cfgs, self.inputs());
        let asyncness = &function.item.sig.asyncness;
        let wait = match asyncness {
            Some(_) => quote! { .await },
            None => quote! { .result() },
        };
        quote! {
            #(#cfgs)*
            #(#docs)*
            #[allow(dead_code, clippy::too_many_arguments)]
            #visibility #asyncness fn #ident(#inputs) -> ::wflow::Result<#result> {
                #ident::#verb(#(#idents),*)#wait
            }
        }
    }

    /// The type `t`, which shares the function's name and holds what can be done with it besides.
    fn handle(&self) -> TokenStream {
        let Self {
            function,
            visibility,
            ident,
            ..
        } = self;
        let (docs, cfgs) = (&function.docs, &function.cfgs);
        // Braced, so that the name stays free for the function.
        quote! {
            #(#cfgs)*
            #(#docs)*
            #[allow(non_camel_case_types, dead_code)]
            #visibility struct #ident {}
        }
    }

    /// What can be done with `t`, and what `t::with()` returns.
    fn builder(&self, options: &Options) -> TokenStream {
        let Self {
            visibility,
            ident,
            verb,
            name,
            result,
            ..
        } = self;
        let (inputs, arguments) = (self.inputs(), self.arguments());
        let (map, map_with) = self.map();
        let cache_key = self.cache_key(options);
        let about = match self.kind {
            Kind::Flow => "Starts a subflow run and returns its future at once.",
            Kind::Task => "Submits a run and returns its future at once.",
        };
        let more = match self.kind {
            Kind::Flow => quote! { ConfigureFlow },
            Kind::Task => quote! { ConfigureTask },
        };
        quote! {
            const __CACHE_KEY: ::std::option::Option<::wflow::__private::CacheKey> = #cache_key;

            #[allow(dead_code, clippy::too_many_arguments)]
            impl #ident {
                #[doc = #about]
                #visibility fn #verb(#inputs) -> ::wflow::Future<#result> {
                    ::wflow::__private::RunOptions::new(__CACHE_KEY).#verb(#name, #arguments)
                }

                /// Overrides declared options for what is called on the result.
                #visibility fn with() -> __With {
                    __With(::wflow::__private::RunOptions::new(__CACHE_KEY))
                }

                #map
            }

            #[must_use = "nothing runs before `submit`, `map` or `start` is called"]
            pub struct __With(::wflow::__private::RunOptions);

            impl ::wflow::Configure for __With {
                fn options(&mut self) -> &mut ::wflow::__private::RunOptions {
                    &mut self.0
                }
            }

            impl ::wflow::#more for __With {}

            #[allow(dead_code, clippy::too_many_arguments)]
            impl __With {
                #[doc = #about]
                #visibility fn #verb(self, #inputs) -> ::wflow::Future<#result> {
                    self.0.#verb(#name, #arguments)
                }

                #map_with
            }
        }
    }

    /// What makes the key of a submit's result, if anything does.
    fn cache_key(&self, options: &Options) -> TokenStream {
        let Some(key) = &options.cache_key else {
            return quote! { ::std::option::Option::None };
        };
        let types = &self.types;
        let arguments = types
            .iter()
            .map(|ty| quote_spanned! { key.span()=> &arguments.take::<#ty>()? });
        let key = quote_spanned! { key.span()=> (#key)(#(#arguments),*) };
        quote! {
            ::std::option::Option::Some(|arguments: &[::wflow::__private::Argument]| {
                #[allow(unused_mut, unused_variables)]
                let mut arguments = ::wflow::__private::Values::new(arguments);
                ::std::option::Option::Some(::std::string::ToString::to_string(&#key))
            })
        }
    }

    fn arguments(&self) -> TokenStream {
        let (idents, types) = (&self.idents, &self.types);
        quote! {
            ::std::vec![#(::wflow::IntoArgument::<#types>::into_argument(#idents)),*]
        }
    }

    /// `t::map(..)` and the builder's, for tasks with something to map over.
    fn map(&self) -> (TokenStream, TokenStream) {
        let Self {
            visibility,
            idents,
            types,
            name,
            result,
            ..
        } = self;
        if self.kind == Kind::Flow || idents.is_empty() {
            return (TokenStream::new(), TokenStream::new());
        }
        let names: Vec<_> = idents
            .iter()
            .map(|ident| ident.unraw().to_string())
            .collect();
        let inputs = quote! { #(#idents: impl ::wflow::IntoColumn<#types>),* };
        let output = quote! { ::std::vec::Vec<::wflow::Future<#result>> };
        let about = "Submits one run for each element of the lists, which have one length.";
        let map = quote! {
            #[doc = #about]
            #visibility fn map(#inputs) -> #output {
                Self::with().map(#(#idents),*)
            }
        };
        let map_with = quote! {
            #[doc = #about]
            #visibility fn map(self, #inputs) -> #output {
                let columns = ::std::vec![
                    #((#names, ::wflow::IntoColumn::<#types>::into_column(#idents))),*
                ];
                self.0.map(#name, columns)
            }
        };
        (map, map_with)
    }

    /// What the host sees, and the user's function behind it.
    fn definition(&self, options: &Options) -> TokenStream {
        let Self {
            function,
            types,
            name,
            result,
            returned,
            ..
        } = self;
        let returns = &function.returns;
        let body = self.body();
        let body_ident = &body.sig.ident;
        let kind = match self.kind {
            Kind::Flow => quote! { Flow },
            Kind::Task => quote! { Task },
        };
        let description = description(&function.docs);
        let declared = &options.declared;
        let parameters = function.parameters.iter().map(parameter);
        let names = function.parameters.iter().map(Parameter::name);
        let call = quote! { #body_ident(#(arguments.take::<#types>(#names)?),*) };
        let call = match function.item.sig.asyncness {
            Some(_) => quote! { ::wflow::__private::block_on(#call)? },
            None => call,
        };
        let hooks = options.hooks.iter().map(|path| {
            let name = hook_name(path);
            let result = quote_spanned! { path.span()=> ::wflow::HookResult::into_result };
            quote! {
                ::wflow::__private::Hook { name: #name, call: |ended| #result(#path(ended)) }
            }
        });
        let returned = quote! { <#returns as #returned>::into_value(#call) };
        let retry_if = match &options.retry_if {
            Some(condition) => {
                let holds = quote_spanned! { condition.span()=> ::wflow::__private::holds };
                quote! { ::std::option::Option::Some(|failure| #holds(failure, #condition)) }
            }
            None => quote! { ::std::option::Option::None },
        };
        quote! {
            // A run owns its arguments, whether it needs to or not.
            #[allow(clippy::needless_pass_by_value)]
            #body

            ::wflow::__private::inventory::submit! {
                ::wflow::__private::Registered {
                    kind: ::wflow::__private::Kind::#kind,
                    name: #name,
                    description: #description,
                    parameters: || ::std::vec![#(#parameters),*],
                    result: <#result as ::wflow::Parameter>::schema,
                    options: ::wflow::__private::Declared {
                        #(#declared,)*
                        ..::wflow::__private::Declared::NOTHING
                    },
                    hooks: &[#(#hooks),*],
                    retry_if: #retry_if,
                    #[allow(unused_mut, unused_variables)]
                    run: |mut arguments: ::wflow::__private::Arguments| #returned,
                }
            }
        }
    }

    /// The user's function under another name, so that a call of its own name in it makes a run.
    fn body(&self) -> ItemFn {
        let mut body = self.function.item.clone();
        body.vis = Visibility::Inherited;
        let (ident, span) = (self.ident.unraw(), self.ident.span());
        body.sig.ident = Ident::new(&format!("{ident}_body"), span);
        body
    }
}

/// The parameter's definition.
fn parameter(parameter: &Parameter) -> TokenStream {
    let (name, ty) = (parameter.name(), &parameter.ty);
    let default = match &parameter.default {
        Some(value) => {
            let default = quote_spanned! { value.span()=> ::wflow::__private::default::<#ty> };
            quote! { ::std::option::Option::Some(#default(#value)) }
        }
        None if parameter.is_option() => {
            quote! { ::std::option::Option::Some(::wflow::__private::default::<#ty>(None)) }
        }
        None => quote! { ::std::option::Option::None },
    };
    let description = description(&parameter.docs);
    quote! { ::wflow::__private::parameter::<#ty>(#name, #description, #default) }
}
