//! Arguments with places for parameters: `--format={format}`. Braces themselves are doubled.

use anyhow::{Result, bail, ensure};
use serde_json::Value as Json;

/// One argument of a command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Template(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    /// The name of a parameter.
    Place(String),
}

impl Template {
    /// # Errors
    ///
    /// If a brace has no partner, or a place no name.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut chars = text.chars().peekable();
        while let Some(char) = chars.next() {
            match char {
                '{' | '}' if chars.next_if_eq(&char).is_some() => plain.push(char),
                '{' => {
                    let mut name = String::new();
                    loop {
                        match chars.next() {
                            Some('}') => break,
                            Some(char) if char != '{' => name.push(char),
                            _ => bail!(
                                "'{text}' has a '{{' without its '}}'; double those that are meant"
                            ),
                        }
                    }
                    ensure!(!name.is_empty(), "'{text}' has a place without a name");
                    pieces.push(Piece::Text(std::mem::take(&mut plain)));
                    pieces.push(Piece::Place(name));
                }
                '}' => bail!("'{text}' has a '}}' without its '{{'; double those that are meant"),
                char => plain.push(char),
            }
        }
        pieces.push(Piece::Text(plain));
        pieces.retain(|piece| *piece != Piece::Text(String::new()));
        Ok(Self(pieces))
    }

    pub(super) fn places(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Place(name) => Some(&**name),
            Piece::Text(_) => None,
        })
    }

    /// The argument; or several, or none, where it is nothing but the place of a list.
    ///
    /// # Errors
    ///
    /// If a value is no word.
    pub(super) fn filled<'a>(
        &self,
        value: impl Fn(&str) -> &'a Json,
    ) -> Result<Vec<String>, String> {
        if let [Piece::Place(name)] = &self.0[..]
            && let Json::Array(items) = value(name)
        {
            return items.iter().map(|item| word(name, item)).collect();
        }
        let pieces = self.0.iter().map(|piece| match piece {
            Piece::Text(text) => Ok(text.clone()),
            Piece::Place(name) => word(name, value(name)),
        });
        Ok(vec![pieces.collect::<Result<_, _>>()?])
    }
}

fn word(name: &str, value: &Json) -> Result<String, String> {
    match value {
        Json::String(text) if text.contains('\0') => {
            Err(format!("'{name}' holds a zero byte, which no argument can"))
        }
        Json::String(text) => Ok(text.clone()),
        Json::Number(_) | Json::Bool(_) => Ok(value.to_string()),
        _ => Err(format!(
            "'{name}' is no text, number or boolean, and so no argument: {value}"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str, value: Json) -> Result<Vec<String>, String> {
        let template = Template::parse(text).map_err(|error| error.to_string())?;
        template.filled(|_| &value)
    }

    #[test]
    fn places_are_filled_with_words() {
        let is = |text, value: Json, words: &[&str]| {
            let words: Vec<_> = words.iter().map(|&word| word.to_owned()).collect();
            assert_eq!(filled(text, value), Ok(words));
        };
        is("-T{format}", "svg".into(), &["-Tsvg"]);
        is("{n}", 3.into(), &["3"]);
        is("{a}{a}", true.into(), &["truetrue"]);
        is("{{{a}}}", "x y".into(), &["{x y}"]);
        is("", Json::Null, &[""]);
        is("{files}", vec!["a", "b"].into(), &["a", "b"]);
        is("{files}", Json::Array(Vec::new()), &[]);
    }

    #[test]
    fn what_is_no_word_is_refused() {
        let fails = |text, value: Json, says: &str| {
            let refusal = filled(text, value).expect_err("a refusal");
            assert!(refusal.contains(says), "{refusal}");
        };
        fails("{a", Json::Null, "has a '{' without its '}'");
        fails("a}", Json::Null, "has a '}' without its '{'");
        fails("{}", Json::Null, "a place without a name");
        fails("{a}", Json::Null, "'a' is no text, number or boolean");
        fails(
            "x{a}",
            vec!["a"].into(),
            "'a' is no text, number or boolean",
        );
        fails("{a}", "\0".into(), "a zero byte");
    }

    #[test]
    fn places_have_names() {
        let template = Template::parse("{a}-{b}{{c}}").expect("a template");
        assert_eq!(template.places().collect::<Vec<_>>(), ["a", "b"]);
    }
}
