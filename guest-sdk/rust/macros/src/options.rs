//! What stands in the parentheses of an attribute.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens as _, quote};
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::{
    Error, Expr, ExprArray, ExprLit, Ident, Lit, LitStr, Path, Result, Token, parse_quote_spanned,
};

use crate::{Kind, duration, policy};

const TASK: [&str; 22] = [
    "name",
    "run_name",
    "retries",
    "retry_delay",
    "retry_backoff",
    "retry_jitter",
    "retry_if",
    "timeout",
    "tags",
    "priority",
    "max_concurrency",
    "cache_policy",
    "cache_key",
    "cache_expiration",
    "refresh_cache",
    "cache_isolation",
    "pure",
    "log_prints",
    "on_completion",
    "on_failure",
    "on_crashed",
    "on_cancellation",
];
const FLOW: [&str; 16] = [
    "name",
    "run_name",
    "runner",
    "max_workers",
    "retries",
    "retry_delay",
    "retry_backoff",
    "retry_jitter",
    "retry_if",
    "timeout",
    "tags",
    "log_prints",
    "on_completion",
    "on_failure",
    "on_crashed",
    "on_cancellation",
];
/// Those that are true where no value follows.
const FLAGS: [&str; 2] = ["refresh_cache", "pure"];
const ISOLATIONS: [&str; 2] = ["read-committed", "serializable"];
const RUNNERS: [&str; 3] = ["sequential", "concurrent", "thread-pool"];

/// The options of a flow or task.
#[derive(Default)]
pub(crate) struct Options {
    /// The name instead of the function's.
    pub(crate) name: Option<String>,
    /// The template of the runs' names.
    pub(crate) run_name: Option<LitStr>,
    /// What tells whether a failure is worth another attempt.
    pub(crate) retry_if: Option<Expr>,
    /// What makes the key of a submit's result from its arguments.
    pub(crate) cache_key: Option<Expr>,
    /// Parameters that the cache policy leaves out.
    left_out: Vec<(String, Span)>,
    /// Functions to call when a run has ended.
    pub(crate) hooks: Vec<Path>,
    /// Initialisers of the fields of the SDK's `Declared`.
    pub(crate) declared: Vec<TokenStream>,
}

/// `name = value`
struct Setting {
    name: Ident,
    value: Expr,
}

impl Parse for Setting {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let name = Ident::parse_any(input)?;
        if FLAGS.iter().any(|flag| name == flag) && !input.peek(Token![=]) {
            let value = parse_quote_spanned! { name.span()=> true };
            return Ok(Self { name, value });
        }
        input.parse::<Token![=]>()?;
        let value = input.parse()?;
        Ok(Self { name, value })
    }
}

impl Options {
    /// Errors point at the name or the value of the setting.
    pub(crate) fn parse(kind: Kind, tokens: TokenStream) -> Result<Self> {
        let settings = Punctuated::<Setting, Token![,]>::parse_terminated.parse2(tokens)?;
        let mut options = Self::default();
        let mut seen: Vec<&Ident> = Vec::new();
        for setting in &settings {
            if seen.contains(&&setting.name) {
                let message = format!("`{}` is given twice", setting.name);
                return Err(Error::new(setting.name.span(), message));
            }
            seen.push(&setting.name);
            options.set(kind, setting)?;
        }
        for other in ["cache_policy", "pure"] {
            let other = seen.iter().find(|name| **name == other);
            if let (Some(key), Some(other)) = (&options.cache_key, other) {
                let message = format!("a `cache_key` stands in the place of `{other}`: remove one");
                return Err(Error::new_spanned(key, message));
            }
        }
        Ok(options)
    }

    /// What names parameters names some that are there.
    pub(crate) fn check_parameters(&self, parameters: &[String]) -> Result<()> {
        self.check_run_name(parameters)?;
        for (name, span) in &self.left_out {
            check_parameter(name, *span, parameters)?;
        }
        Ok(())
    }

    /// Places in the template of the runs' names have to be parameters.
    fn check_run_name(&self, parameters: &[String]) -> Result<()> {
        let Some(template) = &self.run_name else {
            return Ok(());
        };
        let text = template.value();
        let places = text
            .split('{')
            .skip(1)
            .filter_map(|rest| rest.split_once('}'));
        for (place, _) in places {
            check_parameter(place, template.span(), parameters)?;
        }
        Ok(())
    }

    fn set(&mut self, kind: Kind, Setting { name, value }: &Setting) -> Result<()> {
        let known: &[&str] = match kind {
            Kind::Task => &TASK,
            Kind::Flow => &FLOW,
        };
        let option = name.to_string();
        if !known.contains(&&*option) {
            return Err(unknown(kind, name, known));
        }
        let field = match &*option {
            "name" => {
                self.name = Some(non_empty(value)?.value());
                return Ok(());
            }
            "retry_if" => {
                self.retry_if = Some(value.clone());
                quote! { retry_if: Some(true) }
            }
            "cache_key" => {
                self.cache_key = Some(value.clone());
                return Ok(());
            }
            "run_name" => {
                let template = non_empty(value)?;
                self.run_name = Some(template.clone());
                quote! { run_name: Some(#template) }
            }
            "retries" => {
                let retries = count(value)?;
                quote! { retries: Some(#retries) }
            }
            "max_workers" => {
                let workers = positive(value, count(value)?, "at least one worker")?;
                quote! { max_workers: Some(#workers) }
            }
            "max_concurrency" => {
                let runs = positive(value, count(value)?, "at least one run")?;
                quote! { max_concurrency: Some(#runs) }
            }
            "cache_policy" => {
                let text = string(value, "a policy, such as \"inputs + task-source\"")?;
                let words = policy::words(&text.value());
                let words = words.map_err(|message| Error::new(text.span(), message))?;
                let left_out = words.iter().filter_map(|word| word.strip_prefix('-'));
                self.left_out = left_out.map(|it| (it.to_owned(), text.span())).collect();
                quote! { cache_policy: Some(&[#(#words),*]) }
            }
            "cache_expiration" => {
                let time = positive(value, milliseconds(value)?, "a duration longer than zero")?;
                quote! { cache_expiration_ms: Some(#time) }
            }
            "cache_isolation" => {
                let isolation = one_of(value, "isolation", &ISOLATIONS)?;
                quote! { cache_isolation: Some(#isolation) }
            }
            "refresh_cache" => quote! { refresh_cache: Some(#value) },
            "pure" => quote! { pure: Some(#value) },
            "log_prints" => quote! { log_prints: Some(#value) },
            "on_completion" | "on_failure" | "on_crashed" | "on_cancellation" => {
                let hooks = paths(value)?;
                let names = hooks.iter().map(hook_name);
                let field = quote! { #name: &[#(#names),*] };
                self.hooks.extend(hooks);
                field
            }
            "priority" => quote! { priority: Some(#value) },
            "retry_delay" => {
                let delays = delays(value)?;
                quote! { retry_delay_ms: &[#(#delays),*] }
            }
            "retry_backoff" => {
                let factor = factor(value)?;
                quote! { retry_backoff: Some(#factor) }
            }
            "retry_jitter" => {
                let factor = factor(value)?;
                quote! { retry_jitter: Some(#factor) }
            }
            "timeout" => {
                let timeout = positive(value, milliseconds(value)?, "a duration longer than zero")?;
                quote! { timeout_ms: Some(#timeout) }
            }
            "tags" => {
                let tags = strings(value)?;
                quote! { tags: &[#(#tags),*] }
            }
            _ => {
                let runner = one_of(value, "runner", &RUNNERS)?;
                quote! { runner: Some(#runner) }
            }
        };
        self.declared.push(field);
        Ok(())
    }
}

fn unknown(kind: Kind, name: &Ident, known: &[&str]) -> Error {
    let option = name.to_string();
    let (this, other, others) = match kind {
        Kind::Task => ("task", "flow", &FLOW[..]),
        Kind::Flow => ("flow", "task", &TASK[..]),
    };
    let hint = match nearest(&option, known) {
        _ if others.contains(&&*option) => format!(" (a {other} has)"),
        Some(near) => format!(", did you mean `{near}`?"),
        None => String::new(),
    };
    let message = format!(
        "a {this} has no option `{option}`{hint}\nits options are {}",
        listed(known)
    );
    Error::new(name.span(), message)
}

fn listed(words: &[&str]) -> String {
    let words: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    words.join(", ")
}

fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let distance = |candidate: &&str| strsim::damerau_levenshtein(word, candidate);
    let near = known.iter().min_by_key(|candidate| distance(candidate))?;
    (distance(near) <= 1 + near.len() / 4).then_some(near)
}

fn expected<T>(value: &Expr, what: &str) -> Result<T> {
    Err(Error::new_spanned(value, format!("expected {what}")))
}

fn count(value: &Expr) -> Result<u32> {
    match value {
        Expr::Lit(ExprLit {
            lit: Lit::Int(number),
            ..
        }) => number.base10_parse(),
        _ => expected(value, "a count, such as 2"),
    }
}

fn positive<T: Default + PartialEq>(value: &Expr, number: T, what: &str) -> Result<T> {
    match number == T::default() {
        true => expected(value, what),
        false => Ok(number),
    }
}

fn string<'a>(value: &'a Expr, what: &str) -> Result<&'a LitStr> {
    match value {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) => Ok(text),
        _ => expected(value, what),
    }
}

fn non_empty(value: &Expr) -> Result<&LitStr> {
    let text = string(value, "a name, such as \"load\"")?;
    match text.value().trim().is_empty() {
        true => expected(value, "a name that is not empty"),
        false => Ok(text),
    }
}

/// One duration, or a list of them.
fn delays(value: &Expr) -> Result<Vec<u64>> {
    match value {
        Expr::Array(ExprArray { elems, .. }) => elems.iter().map(milliseconds).collect(),
        one => Ok(vec![milliseconds(one)?]),
    }
}

/// One function, or a list of them.
fn paths(value: &Expr) -> Result<Vec<Path>> {
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

/// A hook goes by its path as it is written.
pub(crate) fn hook_name(path: &Path) -> String {
    path.to_token_stream().to_string().replace(' ', "")
}

fn factor(value: &Expr) -> Result<f64> {
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

fn strings(value: &Expr) -> Result<Vec<&LitStr>> {
    const WHAT: &str = "strings in brackets, such as [\"io\", \"slow\"]";
    match value {
        Expr::Array(ExprArray { elems, .. }) => {
            elems.iter().map(|tag| string(tag, "a string")).collect()
        }
        _ => expected(value, WHAT),
    }
}

fn one_of<'a>(value: &'a Expr, what: &str, known: &[&str]) -> Result<&'a LitStr> {
    let example = known.get(1).unwrap_or(&"");
    let text = string(
        value,
        &format!("the name of a {what}, such as \"{example}\""),
    )?;
    let name = text.value();
    if known.contains(&&*name) {
        return Ok(text);
    }
    let hint = match nearest(&name, known) {
        Some(near) => format!(", did you mean `{near}`?"),
        None => String::new(),
    };
    let message = format!(
        "there is no {what} `{name}`{hint}\nthe {what}s are {}",
        listed(known)
    );
    Err(Error::new(text.span(), message))
}

fn check_parameter(name: &str, span: Span, parameters: &[String]) -> Result<()> {
    let known: Vec<_> = parameters.iter().map(|name| &**name).collect();
    if known.contains(&name) {
        return Ok(());
    }
    let hint = match nearest(name, &known) {
        Some(near) => format!(", did you mean `{near}`?"),
        None => String::new(),
    };
    let message = format!("there is no parameter `{name}`{hint}");
    Err(Error::new(span, message))
}

fn milliseconds(value: &Expr) -> Result<u64> {
    let text = string(value, "a duration in quotes, such as \"10s\"")?;
    duration::milliseconds(&text.value()).map_err(|message| Error::new(text.span(), message))
}
