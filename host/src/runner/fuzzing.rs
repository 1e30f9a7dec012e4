//! What holds for whatever guests hand to each other and ask of the host.

use std::sync::Arc;

use serde_json::Value as Json;
use uuid::Uuid;

use super::draft::Draft;
use super::{ArgumentSource, Origin, Part, Plan, Submit, Target, TaskFuture, canonical};
use crate::model::{
    ArtifactKind, Definition, Limits, Manifest, Options, Parameter, RunId, RunnerKind, Value,
};

/// Two values, which have one digest if they are the same.
pub fn values(one: &str, other: &str) {
    let value = |text: &str| Value::Json(text.into());
    let digest = |text: &str| canonical::of_value(&value(text));
    for kind in [
        ArtifactKind::Markdown,
        ArtifactKind::Table,
        ArtifactKind::Link,
        ArtifactKind::Progress,
        ArtifactKind::Image,
    ] {
        kind.fits(&value(one));
    }
    let bytes = Value::Bytes(one.as_bytes().to_vec().into());
    assert_ne!(canonical::of_value(&bytes), digest(one));
    let Ok(parsed) = serde_json::from_str::<Json>(one) else {
        return;
    };
    assert_eq!(digest(one), digest(&spaced(one)));
    let pretty = serde_json::to_string_pretty(&parsed).expect("JSON");
    assert_eq!(digest(&parsed.to_string()), digest(&pretty));
    if let Ok(other_parsed) = serde_json::from_str::<Json>(other)
        && digest(one) == digest(other)
    {
        assert!(is_same(&parsed, &other_parsed), "{one} and {other}");
    }
}

/// With white space wherever it means nothing.
fn spaced(json: &str) -> String {
    let (mut spaced, mut in_string, mut escaped) = (String::new(), false, false);
    for character in json.chars() {
        let is_structure = !in_string && "{}[],:".contains(character);
        in_string ^= character == '"' && !escaped;
        escaped = character == '\\' && !escaped;
        match is_structure {
            true => spaced.extend([' ', character, '\n']),
            false => spaced.push(character),
        }
    }
    spaced
}

/// But for how numbers are spelt, and what is lost of them here.
fn is_same(one: &Json, other: &Json) -> bool {
    match (one, other) {
        (Json::Number(one), Json::Number(other)) => match (one.as_f64(), other.as_f64()) {
            (Some(one), Some(other)) => (one - other).abs() <= one.abs() * 1e-12,
            _ => false,
        },
        (Json::Array(one), Json::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(a, b)| is_same(a, b))
        }
        (Json::Object(one), Json::Object(other)) => {
            let same =
                |((a, one), (b, other)): ((_, &Json), (_, &Json))| a == b && is_same(one, other);
            one.len() == other.len() && one.iter().zip(other).all(same)
        }
        (one, other) => one == other,
    }
}

/// A submit of a task, with what the code declares and what the submit overrides.
pub fn submits(declared: &str, overridden: &str, arguments: &[(&str, &str)]) {
    let Ok(options) = serde_json::from_str::<Options>(declared) else {
        return;
    };
    let parameter = |(name, default): &(&str, Option<&str>)| Parameter {
        name: (*name).to_owned(),
        schema: String::new(),
        default: default.map(str::to_owned),
    };
    let task = Definition {
        name: "task".into(),
        parameters: [("a", None), ("b", Some("null"))]
            .iter()
            .map(parameter)
            .collect(),
        options,
        ..Definition::default()
    };
    let part = Part {
        name: String::new(),
        digest: String::new(),
        home: String::new(),
        manifest: Manifest {
            flows: Vec::new(),
            tasks: vec![task],
        },
    };
    let plan = Plan::new(vec![part], None, 1, |_, _| Limits::default());
    let planned = plan.find(Target::Task, &Origin::default(), "task");
    let argument = |&(name, json): &(&str, &str)| {
        let value = Value::Json(json.into());
        (name.to_owned(), ArgumentSource::Value(value))
    };
    let submit = Submit {
        name: "task".into(),
        arguments: arguments.iter().map(argument).collect(),
        wait_for: Vec::new(),
        options: serde_json::from_str(overridden).map_err(|error| error.to_string()),
    };
    let mut draft = Draft::new(planned.expect("it is there"), submit, None);
    let retries = draft.options().retries();
    for retry in [0, 1, 2, u32::MAX] {
        retries.delay_ms(retry, 1.0);
    }
    let name: Arc<str> = draft.name().unwrap_or_default().into();
    let future = TaskFuture::new(RunId(Uuid::nil()), name);
    draft.submission(&future, None, RunnerKind::default(), None);
}
