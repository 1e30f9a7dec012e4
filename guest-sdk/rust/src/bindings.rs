//! The contract of `wit/`, as wit-bindgen's types.

#![expect(unsafe_code, reason = "generated")]

wit_bindgen::generate!({
    path: "../../wit",
    world: "guest",
});

export!(Component);

/// What the host calls; [`crate::plugin`] answers.
struct Component;

impl exports::wflow::plugin::plugin::Guest for Component {
    fn describe() -> exports::wflow::plugin::plugin::Manifest {
        crate::plugin::describe()
    }

    fn run_flow(
        name: String,
        arguments: Vec<wflow::plugin::types::Value>,
    ) -> Result<wflow::plugin::types::Value, wflow::plugin::types::Error> {
        crate::plugin::run(crate::plugin::Kind::Flow, &name, arguments)
    }

    fn run_task(
        name: String,
        arguments: Vec<wflow::plugin::types::Value>,
    ) -> Result<wflow::plugin::types::Value, wflow::plugin::types::Error> {
        crate::plugin::run(crate::plugin::Kind::Task, &name, arguments)
    }

    fn run_hook(name: String, run: String) -> Result<(), wflow::plugin::types::Error> {
        crate::plugin::run_hook(&name, &run)
    }

    fn retry_if(run: String) -> Result<bool, wflow::plugin::types::Error> {
        crate::plugin::retry_if(&run)
    }
}
