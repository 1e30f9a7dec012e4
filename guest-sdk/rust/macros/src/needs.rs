//! What the code asks of the operator: grants by name, such as `"secret token"`.

use syn::{Error, Expr, LitStr, Result};

use crate::value::strings;
use crate::words;

/// The kinds of grants, each with a name for example.
const GRANTS: [(&str, &str); 6] = [
    ("dir", "data:ro"),
    ("env", "HOME"),
    ("net", "db.example.org:5432"),
    ("http", "GET https://api.example.org"),
    ("var", "workers"),
    ("secret", "token"),
];

/// The needs as the contract spells them.
pub(crate) fn needs(value: &Expr) -> Result<Vec<String>> {
    let mut needs = Vec::new();
    for text in strings(value, "[\"secret token\", \"dir data:ro\"]")? {
        let need = need(text)?;
        if needs.contains(&need) {
            let message = format!("`{need}` is asked for twice");
            return Err(Error::new(text.span(), message));
        }
        needs.push(need);
    }
    Ok(needs)
}

fn need(text: &LitStr) -> Result<String> {
    let need = text.value();
    let need = need.trim();
    let (grant, name) = need.split_once(char::is_whitespace).unwrap_or((need, ""));
    let error = |message| Err(Error::new(text.span(), message));
    if grant.is_empty() {
        return error("expected a grant and its name, such as \"secret token\"".to_owned());
    }
    words::check("grant", grant, &GRANTS.map(|(grant, _)| grant), text.span())?;
    match (name.trim_start(), GRANTS.iter().find(|it| it.0 == grant)) {
        ("", Some((_, example))) => error(format!(
            "`{grant}` needs a name, such as \"{grant} {example}\""
        )),
        (name, _) => Ok(format!("{grant} {name}")),
    }
}
