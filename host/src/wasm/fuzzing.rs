//! What holds for whatever a file that calls itself a component holds, and says of itself.

use std::path::PathBuf;
use std::sync::LazyLock;

use tokio::runtime::{Builder, Runtime};

use super::bindings::exports::wflow::plugin::plugin::{Definition, Manifest as Answer, Parameter};
use super::describe::checked;
use super::{Compiler, GuestEngine, engine, load};
use crate::build::Built;
use crate::model::Manifest;

/// A flow or task, as a component describes it: name, description, parameters with schema and
/// default, the schema of the result, and options.
pub type Described = (
    String,
    String,
    Vec<(String, String, Option<String>)>,
    String,
    String,
);

/// Loads the component, which says what it holds.
pub fn component(wasm: &[u8]) {
    static LOADER: LazyLock<(GuestEngine, Runtime, PathBuf)> = LazyLock::new(|| {
        let runtime = Builder::new_current_thread().enable_all().build();
        let file = format!("wflow-fuzz-{}.wasm", std::process::id());
        (
            engine(1, None).expect("an engine"),
            runtime.expect("a runtime"),
            std::env::temp_dir().join(file),
        )
    });
    let (engine, runtime, file) = &*LOADER;
    std::fs::write(file, wasm).expect("written");
    let built = Built::from(file.clone());
    if let Ok(component) = runtime.block_on(load(engine, &built, None, &Compiler::default())) {
        is_kept(&component.manifest);
    }
}

/// What a component says of itself, if that is no nonsense.
pub(crate) fn manifest(flows: Vec<Described>, tasks: Vec<Described>) -> Option<Manifest> {
    let plugin = |all: Vec<Described>| all.into_iter().map(definition).collect();
    let answer = Answer {
        flows: plugin(flows),
        tasks: plugin(tasks),
    };
    let manifest = checked(answer).ok()?;
    is_kept(&manifest);
    Some(manifest)
}

fn definition((name, description, parameters, result, options): Described) -> Definition {
    let parameter = |(name, schema, default)| Parameter {
        name,
        schema,
        default,
    };
    Definition {
        name,
        description,
        parameters: parameters.into_iter().map(parameter).collect(),
        result,
        options,
    }
}

/// Later starts read what the first one was told.
fn is_kept(manifest: &Manifest) {
    let json = serde_json::to_vec(manifest).expect("JSON");
    let kept: Manifest = serde_json::from_slice(&json).expect("a manifest");
    assert_eq!(&kept, manifest);
}
