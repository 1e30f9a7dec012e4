//! The languages of new projects: for each a template and a copy of the SDK.

use clap::ValueEnum;

use super::sdk;
use crate::build::{C_SDK, GO_SDK, JAVASCRIPT_SDK, PYTHON_SDK};

/// Paths in the project, and the files' texts.
type Files = Vec<(&'static str, &'static str)>;

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(super) enum Language {
    #[default]
    Rust,
    Python,
    #[value(alias = "javascript")]
    Js,
    #[value(alias = "typescript")]
    Ts,
    C,
    Go,
}

impl Language {
    /// The project's own files; `{name}` in them is its name.
    pub(super) fn template(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Rust => &RUST,
            Self::Python => &PYTHON,
            Self::Js => &JS,
            Self::Ts => &TS,
            Self::C => &C,
            Self::Go => &GO,
        }
    }

    /// A copy of what no registry has.
    pub(super) fn sdk(self) -> Files {
        let licences = sdk::LICENCES.iter().copied();
        match self {
            Self::Rust => licences.chain(sdk::files()).collect(),
            Self::Python => licences.chain(PYTHON_SDK.iter().copied()).collect(),
            Self::Js | Self::Ts => licences.chain(JAVASCRIPT_SDK.iter().copied()).collect(),
            Self::C => licences.chain(C_SDK.iter().copied()).collect(),
            Self::Go => licences.chain(GO_SDK.iter().copied()).collect(),
        }
    }
}

// Under their own names, Cargo, Git and Python's tools would heed some of these where they lie.

const RUST: [(&str, &str); 4] = [
    ("Cargo.toml", include_str!("template/rust/Cargo.toml.txt")),
    (".gitignore", include_str!("template/rust/gitignore.txt")),
    ("src/lib.rs", include_str!("template/rust/src/lib.rs")),
    (
        "vendor/wflow/README.md",
        include_str!("template/rust/vendor/wflow/README.md"),
    ),
];

const PYTHON: [(&str, &str); 4] = [
    (
        "pyproject.toml",
        include_str!("template/python/pyproject.toml.txt"),
    ),
    (".gitignore", include_str!("template/python/gitignore.txt")),
    ("flow.py", include_str!("template/python/flow.py")),
    (
        "vendor/wflow/README.md",
        include_str!("template/python/vendor/wflow/README.md"),
    ),
];

const C: [(&str, &str); 4] = [
    (
        "compile_flags.txt",
        include_str!("template/c/compile_flags.txt.txt"),
    ),
    (".gitignore", include_str!("template/c/gitignore.txt")),
    ("flow.c", include_str!("template/c/flow.c")),
    (
        "vendor/wflow/README.md",
        include_str!("template/c/vendor/wflow/README.md"),
    ),
];

const JS: [(&str, &str); 5] = [
    ("package.json", include_str!("template/js/package.json.txt")),
    (
        "tsconfig.json",
        include_str!("template/js/tsconfig.json.txt"),
    ),
    (".gitignore", include_str!("template/js/gitignore.txt")),
    ("flow.js", include_str!("template/js/flow.js")),
    (
        "vendor/wflow/README.md",
        include_str!("template/js/vendor/wflow/README.md"),
    ),
];

const TS: [(&str, &str); 5] = [
    ("package.json", include_str!("template/ts/package.json.txt")),
    (
        "tsconfig.json",
        include_str!("template/ts/tsconfig.json.txt"),
    ),
    (".gitignore", include_str!("template/ts/gitignore.txt")),
    ("flow.ts", include_str!("template/ts/flow.ts")),
    (
        "vendor/wflow/README.md",
        include_str!("template/ts/vendor/wflow/README.md"),
    ),
];

const GO: [(&str, &str); 5] = [
    ("go.mod", include_str!("template/go/go.mod.txt")),
    ("go.work", include_str!("template/go/go.work.txt")),
    (".gitignore", include_str!("template/go/gitignore.txt")),
    ("flow.go", include_str!("template/go/flow.go")),
    (
        "vendor/wflow/README.md",
        include_str!("template/go/vendor/wflow/README.md"),
    ),
];
