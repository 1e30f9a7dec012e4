//! Which flow of a component to run, and with which arguments.

use anyhow::{Context, Result, bail};

use crate::model::{Definition, FlowOptions, Manifest, Value};
use crate::runner::ArgumentSource;

/// The flow of this name, or the only one.
pub(super) fn flow<'a>(
    manifest: &'a Manifest,
    name: Option<&str>,
) -> Result<&'a Definition<FlowOptions>> {
    let names: Vec<_> = manifest.flows.iter().map(|flow| &*flow.name).collect();
    let known = names.join(", ");
    match (name, &*manifest.flows) {
        (_, []) => bail!("the component holds no flows"),
        (None, [flow]) => Ok(flow),
        (None, _) => bail!("the component holds several flows; name one of: {known}"),
        (Some(name), flows) => flows.iter().find(|flow| flow.name == name).with_context(|| {
            let nearest = names.iter().max_by(|a, b| {
                strsim::jaro_winkler(a, name).total_cmp(&strsim::jaro_winkler(b, name))
            });
            let nearest = nearest.unwrap_or(&"");
            format!("there is no flow '{name}'; did you mean '{nearest}'? (the component holds: {known})")
        }),
    }
}

/// JSON where the text is JSON, a string otherwise.
pub(super) fn arguments(
    flow: &Definition<FlowOptions>,
    params: &[String],
) -> Result<Vec<(String, ArgumentSource)>> {
    let mut arguments = Vec::new();
    for param in params {
        let (name, text) = param
            .split_once('=')
            .with_context(|| format!("-p {param}: expected NAME=VALUE"))?;
        let known: Vec<_> = flow.parameters.iter().map(|p| &*p.name).collect();
        if !known.contains(&name) {
            bail!(
                "flow '{}' has no parameter '{name}' (it has: {})",
                flow.name,
                known.join(", ")
            );
        }
        let is_json = serde_json::from_str::<&serde_json::value::RawValue>(text).is_ok();
        let json = if is_json {
            text.to_owned()
        } else {
            serde_json::to_string(text)?
        };
        arguments.push((
            name.to_owned(),
            ArgumentSource::Value(Value::Json(json.into())),
        ));
    }
    let given = |name: &str| arguments.iter().any(|(given, _)| given == name);
    let missing = flow
        .parameters
        .iter()
        .find(|p| p.default.is_none() && !given(&p.name));
    match missing {
        Some(p) => bail!(
            "flow '{}' needs the parameter '{}': give it with -p {}=VALUE",
            flow.name,
            p.name,
            p.name
        ),
        None => Ok(arguments),
    }
}
