//! The attributes `#[flow]` and `#[task]`.

mod function;
mod options;

use proc_macro::TokenStream;

use function::Kind;

/// Makes a function a task: `task::submit(..)` and `task::map(..)` run it in an instance of its own,
/// `task::with(options)` overrides its options, and a plain call submits it and waits.
///
/// Options: `retries = 2`, `retry_delay = "500ms"`, `timeout = "10s"` (of one attempt).
#[proc_macro_attribute]
pub fn task(options: TokenStream, item: TokenStream) -> TokenStream {
    function::expand(Kind::Task, options.into(), item.into()).into()
}

/// Makes a function a flow: `flow::start(..)` starts a subflow run, a plain call waits for it.
///
/// Options: `runner = "sequential"`, `"concurrent"` or `"thread-pool"`, `max_workers = 4`,
/// `timeout = "5m"`.
#[proc_macro_attribute]
pub fn flow(options: TokenStream, item: TokenStream) -> TokenStream {
    function::expand(Kind::Flow, options.into(), item.into()).into()
}
