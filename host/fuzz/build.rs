//! Builds the smallest component that fits the contract: what `component` starts from.

use std::path::Path;

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// Where a description stands in the component's memory.
const AT: usize = 16;

fn main() {
    println!("cargo::rerun-if-changed=../../wit");
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir("../../wit").expect("the contract");
    let world = resolve
        .select_world(&[package], Some("guest"))
        .expect("a world");
    let mut module = wat::parse_str(module()).expect("a module");
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)
        .expect("its types");
    let component = ComponentEncoder::default()
        .module(&module)
        .expect("all of it");
    let component = component.validate(true).encode().expect("a component");
    let out = std::env::var_os("OUT_DIR").expect("cargo sets it");
    std::fs::write(Path::new(&out).join("smallest.wasm"), component).expect("written");
}

fn module() -> String {
    let data: String = description()
        .iter()
        .map(|byte| format!("\\{byte:02x}"))
        .collect();
    format!(
        r#"(module
            (memory (export "memory") 1)
            (data (i32.const {AT}) "{data}")
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 32768)
            (func (export "wflow:plugin/plugin@0.1.0#describe") (result i32) i32.const {AT})
            (func (export "wflow:plugin/plugin@0.1.0#run-flow") (param i32 i32 i32 i32) (result i32) unreachable)
            (func (export "wflow:plugin/plugin@0.1.0#run-task") (param i32 i32 i32 i32) (result i32) unreachable)
            (func (export "wflow:plugin/plugin@0.1.0#run-hook") (param i32 i32 i32 i32) (result i32) unreachable)
            (func (export "wflow:plugin/plugin@0.1.0#retry-if") (param i32 i32) (result i32) unreachable)
        )"#
    )
}

/// A flow and a task, as the contract's manifest lies in memory: each with a parameter and an option.
fn description() -> Vec<u8> {
    let definition = 4 * (2 + 2 + 2 + 2 + 2);
    let parameter = 4 * (2 + 2 + 3);
    let definitions = AT + 16;
    let parameters = definitions + 2 * definition;
    let texts = parameters + 2 * parameter;
    let (mut words, mut text) = (Vec::<usize>::new(), String::new());
    let mut say = |words: &mut Vec<usize>, said: &str| {
        words.extend([texts + text.len(), said.len()]);
        text.push_str(said);
    };
    words.extend([definitions, 1, definitions + definition, 1]);
    for (index, options) in [r#"{"runner":"sequential"}"#, r#"{"retries":2}"#]
        .iter()
        .enumerate()
    {
        say(&mut words, "name");
        say(&mut words, "What it does.");
        words.extend([parameters + index * parameter, 1]);
        say(&mut words, r#"{"type":"null"}"#);
        say(&mut words, options);
    }
    for default in ["1", "2"] {
        say(&mut words, "n");
        say(&mut words, r#"{"type":"integer"}"#);
        words.push(1);
        say(&mut words, default);
    }
    let words = words
        .iter()
        .flat_map(|&word| u32::try_from(word).expect("small").to_le_bytes());
    words.chain(text.into_bytes()).collect()
}
