//! The Python SDK, which is part of wflow: builds need nothing but Python and componentize-py.

use super::super::files::embedded;

/// The package and the contract, by their paths in the repository.
pub const FILES: &[(&str, &str)] = embedded![
    "guest-sdk/python/README.md",
    "guest-sdk/python/pyproject.toml",
    "guest-sdk/python/src/wflow/__init__.py",
    "guest-sdk/python/src/wflow/_component.py",
    "guest-sdk/python/src/wflow/_decorators.py",
    "guest-sdk/python/src/wflow/_definition.py",
    "guest-sdk/python/src/wflow/_failure.py",
    "guest-sdk/python/src/wflow/_future.py",
    "guest-sdk/python/src/wflow/_granted.py",
    "guest-sdk/python/src/wflow/_hints.py",
    "guest-sdk/python/src/wflow/_host.py",
    "guest-sdk/python/src/wflow/_local.py",
    "guest-sdk/python/src/wflow/_log.py",
    "guest-sdk/python/src/wflow/_loop.py",
    "guest-sdk/python/src/wflow/_options.py",
    "guest-sdk/python/src/wflow/_pause.py",
    "guest-sdk/python/src/wflow/_plugin.py",
    "guest-sdk/python/src/wflow/_run.py",
    "guest-sdk/python/src/wflow/_schema.py",
    "guest-sdk/python/src/wflow/_signature.py",
    "guest-sdk/python/src/wflow/_state.py",
    "guest-sdk/python/src/wflow/_submit.py",
    "guest-sdk/python/src/wflow/_values.py",
    "guest-sdk/python/src/wflow/artifacts.py",
    "guest-sdk/python/src/wflow/cache_policies.py",
    "guest-sdk/python/src/wflow/remote.py",
    "guest-sdk/python/src/wflow/task_runners.py",
    "guest-sdk/python/src/wflow/py.typed",
    "wit/plugin.wit",
];
