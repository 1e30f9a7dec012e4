//! What makes two values the same: a digest that white space, the order of keys and the spelling of
//! numbers and strings leave as it is.

use std::borrow::Cow;

use serde::de::IgnoredAny;
use sha2::{Digest as _, Sha256};

use crate::model::Value;

pub(super) type Digest = [u8; 32];

/// Everything is written with its kind and its length, so that no two contents run together.
#[derive(Clone, Default)]
pub(super) struct Canonical(Sha256);

impl Canonical {
    pub(super) fn add(&mut self, kind: u8, bytes: &[u8]) {
        self.0.update([kind]);
        self.0.update((bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
    }

    pub(super) fn text(mut self, text: &str) -> Self {
        self.add(b'"', text.as_bytes());
        self
    }

    pub(super) fn digest(mut self, digest: &Digest) -> Self {
        self.add(b'#', digest);
        self
    }

    pub(super) fn finish(self) -> Digest {
        self.0.finalize().into()
    }
}

pub(super) fn of_value(value: &Value) -> Digest {
    match value {
        Value::Bytes(bytes) => scalar(b'b', bytes),
        // What is no JSON is the same as nothing but itself.
        Value::Json(text) => of_json(text).unwrap_or_else(|| scalar(b'?', text.as_bytes())),
    }
}

/// Named values, whatever their order.
pub(super) fn of_named<'a>(values: impl IntoIterator<Item = (Cow<'a, str>, Digest)>) -> Digest {
    let mut values: Vec<_> = values.into_iter().collect();
    // By name alone: of two that share one, the order counts.
    values.sort_by(|a, b| a.0.cmp(&b.0));
    let mut all = Canonical::default();
    all.add(b'{', &[]);
    for (name, digest) in values {
        all = all.text(&name).digest(&digest);
    }
    all.finish()
}

fn scalar(kind: u8, bytes: &[u8]) -> Digest {
    let mut scalar = Canonical::default();
    scalar.add(kind, bytes);
    scalar.finish()
}

/// An element of an array, or a member of an object.
enum Part<'a> {
    Scalar(u8, Cow<'a, str>),
    /// An array or object.
    Nested(Digest),
}

impl Part<'_> {
    fn digest(&self) -> Digest {
        match self {
            Self::Scalar(kind, text) => scalar(*kind, text.as_bytes()),
            Self::Nested(digest) => *digest,
        }
    }
}

/// An array or object that has not ended.
enum Open<'a> {
    Array(Canonical),
    Object {
        members: Vec<(Cow<'a, str>, Digest)>,
        name: Option<Cow<'a, str>>,
    },
}

/// Without recursion: a guest may nest deeper than the stack.
fn of_json(text: &str) -> Option<Digest> {
    serde_json::from_str::<IgnoredAny>(text).ok()?;
    let mut rest = text;
    let mut open: Vec<Open<'_>> = Vec::new();
    loop {
        rest = rest.trim_start_matches([' ', '\t', '\n', '\r', ',', ':']);
        let (token, after) = rest.split_at(length_of_token(rest));
        rest = after;
        let part = match (token.as_bytes().first(), open.last_mut()) {
            (Some(b'{'), _) => {
                open.push(Open::object());
                continue;
            }
            (Some(b'['), _) => {
                open.push(Open::array());
                continue;
            }
            (Some(b'}' | b']'), _) => Part::Nested(open.pop()?.close()),
            (Some(b'"'), Some(Open::Object { name, .. })) if name.is_none() => {
                *name = Some(string(token)?);
                continue;
            }
            (Some(b'"'), _) => Part::Scalar(b'"', string(token)?),
            (Some(b'-' | b'0'..=b'9'), _) => Part::Scalar(b'1', number(token).into()),
            (_, _) => Part::Scalar(b'a', token.into()),
        };
        match open.last_mut() {
            Some(inner) => inner.add(&part),
            None => return Some(part.digest()),
        }
    }
}

impl Open<'_> {
    fn object() -> Self {
        Self::Object {
            members: Vec::new(),
            name: None,
        }
    }

    fn array() -> Self {
        let mut elements = Canonical::default();
        elements.add(b'[', &[]);
        Self::Array(elements)
    }

    fn add(&mut self, part: &Part<'_>) {
        match (self, part) {
            (Self::Array(elements), Part::Scalar(kind, text)) => {
                elements.add(*kind, text.as_bytes());
            }
            (Self::Array(elements), Part::Nested(digest)) => elements.add(b'#', digest),
            (Self::Object { members, name }, part) => {
                members.push((name.take().unwrap_or_default(), part.digest()));
            }
        }
    }

    fn close(self) -> Digest {
        match self {
            Self::Array(elements) => elements.finish(),
            Self::Object { members, .. } => of_named(members),
        }
    }
}

/// Of valid JSON: a bracket, a string, a number or a word.
fn length_of_token(text: &str) -> usize {
    let bytes = text.as_bytes();
    match bytes.first() {
        Some(b'{' | b'}' | b'[' | b']') => 1,
        Some(b'"') => {
            let mut at = 1;
            while let Some(&byte) = bytes.get(at).filter(|byte| **byte != b'"') {
                at += if byte == b'\\' { 2 } else { 1 };
            }
            at + 1
        }
        _ => {
            let ends = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r' | ',' | ']' | '}');
            text.find(ends).unwrap_or(text.len())
        }
    }
}

/// What a string means; half a surrogate pair means nothing.
fn string(literal: &str) -> Option<Cow<'_, str>> {
    match literal.contains('\\') {
        false => Some(Cow::Borrowed(&literal[1..literal.len() - 1])),
        true => serde_json::from_str(literal).ok().map(Cow::Owned),
    }
}

/// Digits without zeros at either end, and the power of ten of the last one: `1.0`, `10e-1` and `1`
/// are `1e0`. Exact, however big. A zero keeps its sign, as whoever reads a float can tell.
fn number(literal: &str) -> String {
    let (sign, unsigned) = match literal.strip_prefix('-') {
        Some(unsigned) => ("-", unsigned),
        None => ("", literal),
    };
    let (digits, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((digits, exponent)) => (digits, exponent),
        None => (unsigned, "0"),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all = format!("{whole}{fraction}");
    let significant = all.trim_start_matches('0').trim_end_matches('0');
    if significant.is_empty() {
        return format!("{sign}0");
    }
    let dropped = all.len() - all.trim_end_matches('0').len();
    // Beyond this nothing is exact any more, nor the same as anything that is spelt differently.
    let Ok(exponent) = exponent.parse::<i64>() else {
        return literal.to_owned();
    };
    let exponent = i128::from(exponent) - fraction.len() as i128 + dropped as i128;
    format!("{sign}{significant}e{exponent}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value as Json;

    use super::*;

    fn json(text: &str) -> Digest {
        of_value(&Value::Json(text.into()))
    }

    #[track_caller]
    fn same(texts: &[&str]) {
        for pair in texts.windows(2) {
            assert_eq!(json(pair[0]), json(pair[1]), "{pair:?}");
        }
    }

    #[track_caller]
    fn all_different(texts: &[&str]) {
        for (index, one) in texts.iter().enumerate() {
            for other in &texts[index + 1..] {
                assert_ne!(json(one), json(other), "{one} and {other}");
            }
        }
    }

    #[test]
    fn spelling_and_order_make_no_difference() {
        same(&[
            r#"{"a":1,"b":[true,null]}"#,
            "{ \"b\": [true , null],\n\"a\" :1 }",
        ]);
        same(&[r#""é\n""#, r#""\u00e9\u000A""#]);
        same(&[r#"{"é":1}"#, r#"{"\u00e9":1}"#]);
        same(&[r#""\ud83d\ude00""#, r#""😀""#]);
        same(&["1", "1.0", "1e0", "10E-1", "0.1e+1", "0.001000e3"]);
        same(&["100", "1e2", "1.00e2"]);
        same(&["0", "0.0", "0e9", "0.000E-5"]);
        same(&["-1.50", "-15e-1"]);
        same(&[
            "123456789012345678901234567890",
            "1.2345678901234567890123456789e29",
        ]);
        same(&["[]", " [ ] "]);
    }

    #[test]
    fn what_differs_stays_apart() {
        all_different(&[
            "18446744073709551616",
            "18446744073709551617",
            "0",
            "-0.0",
            "1",
            "-1",
            "10",
            "0.1",
            "1e99999999999999999999",
            "1e99999999999999999998",
        ]);
        all_different(&[
            "null",
            "true",
            "false",
            "1",
            r#""1""#,
            r#""null""#,
            r#""""#,
            "[]",
            "{}",
            "[[]]",
            "[{}]",
            "[null]",
            r#"{"":null}"#,
        ]);
        all_different(&[
            r#"["a","b"]"#,
            r#"["a,b"]"#,
            r#"["ab"]"#,
            r#"["ab",""]"#,
            r#"[["a"],"b"]"#,
            r#"[["a","b"]]"#,
            r#"["b","a"]"#,
            r#"{"a":"b"}"#,
        ]);
        all_different(&[
            r#"{"a":1,"b":2}"#,
            r#"{"a":2,"b":1}"#,
            r#"{"a":{"b":2}}"#,
            r#"{"a":1}"#,
            r#"{"a":1,"a":2}"#,
            r#"{"a":2,"a":1}"#,
        ]);
        all_different(&["no json", "no  json", "", "[", r#""\ud800""#, r#""\ud801""#]);
    }

    #[test]
    fn bytes_are_no_text() {
        let bytes = of_value(&Value::Bytes(b"1"[..].into()));
        assert_ne!(bytes, json("1"));
        assert_ne!(bytes, json(r#""1""#));
        assert_ne!(bytes, of_value(&Value::Bytes(b"2"[..].into())));
    }

    #[test]
    fn depth_costs_no_stack() {
        let deep = format!("{}{}", "[".repeat(1 << 20), "]".repeat(1 << 20));
        let deeper = format!("[{deep}]");
        assert_ne!(json(&deep), json(&deeper));
    }

    fn json_of(
        numbers: impl Strategy<Value = Json> + 'static,
        text: &'static str,
    ) -> impl Strategy<Value = Json> {
        let leaf = prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::from),
            numbers,
            text.prop_map(Json::from),
        ];
        leaf.prop_recursive(3, 16, 3, move |inner| {
            let members = prop::collection::btree_map(text, inner.clone(), 0..3);
            prop_oneof![
                prop::collection::vec(inner, 0..3).prop_map(Json::from),
                members.prop_map(|members| Json::Object(members.into_iter().collect())),
            ]
        })
    }

    fn any_number() -> impl Strategy<Value = Json> {
        prop_oneof![
            any::<i64>().prop_map(Json::from),
            any::<f64>().prop_map(Json::from)
        ]
    }

    /// So few values that some are the same.
    fn plain_json() -> impl Strategy<Value = Json> {
        json_of((0..3_u8).prop_map(Json::from), "[a,]{0,2}")
    }

    proptest! {
        #[test]
        fn every_spelling_of_a_value_has_its_digest(value in json_of(any_number(), ".{0,3}")) {
            let pretty = serde_json::to_string_pretty(&value).expect("JSON");
            prop_assert_eq!(json(&value.to_string()), json(&pretty));
        }

        #[test]
        fn values_have_one_digest_if_they_are_the_same(one in plain_json(), other in plain_json()) {
            let same = json(&one.to_string()) == json(&other.to_string());
            prop_assert_eq!(one == other, same);
        }
    }
}
