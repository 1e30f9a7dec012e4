//! The contract of `wit/`, as wasmtime's types.

wasmtime::component::bindgen!({
    path: "../wit",
    world: "guest",
    imports: {
        "wflow:plugin/runner.[method]run-future.result": async | trappable,
        "wflow:plugin/runner.submit": async | trappable,
        "wflow:plugin/runner.submit-many": async | trappable,
        "wflow:plugin/runner.start-flow": async | trappable,
        "wflow:plugin/runner.wait-any": async | trappable,
        "wflow:plugin/runner.pause": async | trappable,
        "wflow:plugin/runner.create-artifact": async | trappable,
        "wflow:plugin/runner.log": async | trappable,
        default: trappable,
    },
    exports: { default: async },
    with: { "wflow:plugin/runner.run-future": crate::runner::TaskFuture },
});
