//! `wflow bind`: code that calls a component is held to its types by the language's own checker.

use std::fs;

use crate::harness::{example, folder, wflow};

/// What is in `tests/bound` is held to its types by each language's own checker.
#[test]
fn functions_have_the_component_s_types() {
    let thumbnails = example("thumbnails");
    let is_written = |language: &str, ending: &str, expected: &str| {
        let ended = wflow(&["bind", &thumbnails, "--name", "images", "--lang", language]);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert_eq!(
            ended.stdout, expected,
            "if that has to be: wflow bind examples/thumbnails --name images --lang {language} \
             -o tests/bound/images.{ending}"
        );
    };
    is_written("python", "py", include_str!("bound/images.py"));
    is_written("rust", "rs", include_str!("bound/images.rs"));
    is_written("ts", "ts", include_str!("bound/images.ts"));
}

#[test]
fn bindings_call_the_component() {
    let place = folder("bind_calls");
    let primes = example("primes");
    fs::copy(&primes, place.join("counting.wasm")).expect("copied");
    let stub = place.join("counting.py").display().to_string();
    let target = place.join("counting.wasm").display().to_string();
    let bound = wflow(&["bind", &target, "--lang", "python", "-o", &stub]);
    assert_eq!(bound.code, Some(0), "{bound:?}");
    let config = "[components]\ncounting = 'counting.wasm'";
    fs::write(place.join("wflow.toml"), config).expect("written");
    let flow = "from counting import count_primes, primes\nfrom wflow import flow\n\n\n\
                @flow\ndef both() -> list[int]:\n    \
                parts = [count_primes.submit(part, 2, limit=100) for part in range(2)]\n    \
                return [sum(part.result() for part in parts), primes(limit=100)]\n";
    fs::write(place.join("flow.py"), flow).expect("written");
    let ran = wflow(&[
        "run",
        &place.join("flow.py").display().to_string(),
        "both",
        "-q",
    ]);
    assert_eq!(ran.stdout.lines().last(), Some("[25,25]"), "{ran:?}");
}

#[test]
fn what_is_no_name_of_a_component_is_refused() {
    let ended = wflow(&[
        "bind",
        &example("primes"),
        "--name",
        "a/b",
        "--lang",
        "rust",
    ]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(
        ended.stderr.contains("'a/b' is no name of a component"),
        "{ended:?}"
    );
}
