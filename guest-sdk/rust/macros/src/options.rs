//! What stands in the parentheses of an attribute.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens as _, quote};
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::{Error, Expr, Ident, LitStr, Path, Result, Token, parse_quote_spanned};

use crate::needs::needs;
use crate::value::{
    count, delays, factor, non_empty, one_of, paths, positive, string, strings, time,
};
use crate::{Kind, limits, policy, words};

/// Options of flows and tasks alike, besides the limits.
const BOTH: [&str; 15] = [
    "name",
    "run_name",
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
    "needs",
];
const TASK: [&str; 8] = [
    "priority",
    "max_concurrency",
    "cache_policy",
    "cache_key",
    "cache_expiration",
    "refresh_cache",
    "cache_isolation",
    "pure",
];
const FLOW: [&str; 2] = ["runner", "max_workers"];
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
    /// What is asked of the operator, if the option is there.
    needs: Option<Vec<String>>,
    /// Elements of `Declared::limits`.
    limits: Vec<TokenStream>,
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
        options.check_pairs(&seen)?;
        options.declare_lists();
        Ok(options)
    }

    /// Refuses options that do not go together.
    fn check_pairs(&self, seen: &[&Ident]) -> Result<()> {
        let find = |other: &str| seen.iter().find(|name| **name == other);
        for other in ["cache_policy", "pure"] {
            if let (Some(key), Some(other)) = (&self.cache_key, find(other)) {
                let message = format!("a `cache_key` stands in the place of `{other}`: remove one");
                return Err(Error::new_spanned(key, message));
            }
        }
        let asks = self.needs.as_ref().is_some_and(|needs| !needs.is_empty());
        match (find("needs"), find("pure")) {
            (Some(needs), Some(_)) if asks => {
                let message = "a `pure` task is given nothing that it could need: remove one";
                Err(Error::new(needs.span(), message))
            }
            _ => Ok(()),
        }
    }

    fn declare_lists(&mut self) {
        let limits = &self.limits;
        if !limits.is_empty() {
            self.declared.push(quote! { limits: &[#(#limits),*] });
        }
        if let Some(needs) = &self.needs {
            self.declared.push(quote! { needs: Some(&[#(#needs),*]) });
        }
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
        let option = name.to_string();
        if let Some(limit) = limits::element(&option, value) {
            self.limits.push(limit?);
            return Ok(());
        }
        if !BOTH.iter().chain(own(kind)).any(|known| *known == option) {
            return Err(unknown(kind, name));
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
                let retries = count::<u32>(value)?;
                quote! { retries: Some(#retries) }
            }
            "max_workers" => {
                let workers = positive(value, count::<u32>(value)?, "at least one worker")?;
                quote! { max_workers: Some(#workers) }
            }
            "max_concurrency" => {
                let runs = positive(value, count::<u32>(value)?, "at least one run")?;
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
                let time = time(value)?;
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
                let timeout = time(value)?;
                quote! { timeout_ms: Some(#timeout) }
            }
            "tags" => {
                let tags = strings(value, "[\"io\", \"slow\"]")?;
                quote! { tags: &[#(#tags),*] }
            }
            "needs" => {
                self.needs = Some(needs(value)?);
                return Ok(());
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

/// The options that the other kind does not have.
fn own(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Task => &TASK,
        Kind::Flow => &FLOW,
    }
}

fn unknown(kind: Kind, name: &Ident) -> Error {
    let option = name.to_string();
    let (this, other, others) = match kind {
        Kind::Task => ("task", "flow", own(Kind::Flow)),
        Kind::Flow => ("flow", "task", own(Kind::Task)),
    };
    let options: Vec<_> = BOTH.iter().chain(own(kind)).copied().collect();
    let limits: Vec<_> = limits::names().collect();
    let hint = match others.contains(&&*option) {
        true => format!(" (a {other} has)"),
        false => words::hint(&option, &[&options[..], &limits].concat()),
    };
    let message = format!(
        "a {this} has no option `{option}`{hint}\nits options are {}\nand the limits {}",
        words::listed(&options),
        words::listed(&limits)
    );
    Error::new(name.span(), message)
}

/// A hook goes by its path as it is written.
pub(crate) fn hook_name(path: &Path) -> String {
    path.to_token_stream().to_string().replace(' ', "")
}

fn check_parameter(name: &str, span: Span, parameters: &[String]) -> Result<()> {
    let known: Vec<_> = parameters.iter().map(|name| &**name).collect();
    if known.contains(&name) {
        return Ok(());
    }
    let hint = words::hint(name, &known);
    let message = format!("there is no parameter `{name}`{hint}");
    Err(Error::new(span, message))
}
