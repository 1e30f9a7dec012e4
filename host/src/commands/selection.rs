//! Which flow of a component to run.

use anyhow::{Context, Result, bail};

use super::nearest;
use crate::model::{Definition, Manifest};

/// The flow of this name, or the only one.
pub(super) fn flow<'a>(manifest: &'a Manifest, name: Option<&str>) -> Result<&'a Definition> {
    let names = || manifest.flows.iter().map(|flow| &*flow.name);
    match (name, &*manifest.flows) {
        (_, []) => bail!("the component holds no flow, only tasks; write one with #[flow]"),
        (None, [flow]) => Ok(flow),
        (None, _) => {
            let known: Vec<_> = names().collect();
            bail!(
                "the component holds several flows; name one of: {}",
                known.join(", ")
            )
        }
        (Some(name), flows) => flows
            .iter()
            .find(|flow| flow.name == name)
            .with_context(|| {
                let hint = nearest(name, names(), "the component holds");
                format!("there is no flow '{name}'{hint}")
            }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(flows: &[&str], name: Option<&str>, expected: Result<&str, &str>) {
        let flow = |name: &&str| Definition {
            name: (*name).to_owned(),
            ..Definition::default()
        };
        let manifest = Manifest {
            flows: flows.iter().map(flow).collect(),
            tasks: Vec::new(),
        };
        let found = super::flow(&manifest, name).map(|flow| &*flow.name);
        let found = found.map_err(|error| error.to_string());
        assert_eq!(found, expected.map_err(str::to_owned));
    }

    #[test]
    fn the_only_flow_needs_no_name() {
        check(&["a"], None, Ok("a"));
        check(&["a", "b"], Some("b"), Ok("b"));
    }

    #[test]
    fn a_flow_that_is_not_there_is_named_with_those_that_are() {
        let none = "the component holds no flow, only tasks; write one with #[flow]";
        check(&[], None, Err(none));
        check(&[], Some("a"), Err(none));
        let several = "the component holds several flows; name one of: a, b";
        check(&["a", "b"], None, Err(several));
        let unknown = "there is no flow 'nigthly'; did you mean 'nightly'? \
            (the component holds: hourly, nightly)";
        check(&["nightly", "hourly"], Some("nigthly"), Err(unknown));
    }
}
