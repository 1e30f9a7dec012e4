//! Cache policies as people write them, such as `"inputs - debug + task-source"`.

const PARTS: [&str; 4] = ["inputs", "task-source", "flow-parameters", "run-id"];

/// The words of the contract for it, or what is wrong with it.
pub(crate) fn words(text: &str) -> Result<Vec<String>, String> {
    if text.trim() == "none" {
        return Ok(Vec::new());
    }
    let mut words = Vec::new();
    let signed = format!("+ {text}");
    let mut tokens = signed.split_whitespace();
    while let Some(sign) = tokens.next() {
        match (sign, tokens.next()) {
            ("+", Some(part)) if PARTS.contains(&part) => words.push(part.to_owned()),
            ("-", Some(parameter)) => words.push(format!("-{parameter}")),
            _ => return Err(expected(text)),
        }
    }
    let leaves_out = words.iter().any(|word| word.starts_with('-'));
    match leaves_out && !words.iter().any(|word| word == "inputs") {
        true => Err("a policy without `inputs` has no parameter to leave out".to_owned()),
        false => Ok(words),
    }
}

fn expected(text: &str) -> String {
    format!(
        "`{text}` is not a cache policy: write `inputs`, `task-source`, `flow-parameters` and `run-id` \
         with ` + ` between them, ` - ` before a parameter to leave out, or `none`"
    )
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn parts_are_added_and_parameters_are_taken_away() {
        assert_eq!(words("inputs").as_deref(), Ok(&["inputs".to_owned()][..]));
        let all = words(" run-id +  inputs - a - b + task-source + flow-parameters");
        let expected = [
            "run-id",
            "inputs",
            "-a",
            "-b",
            "task-source",
            "flow-parameters",
        ];
        assert_eq!(all, Ok(expected.map(str::to_owned).to_vec()));
        assert_eq!(words("none"), Ok(Vec::new()));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "input",
            "inputs +",
            "inputs task-source",
            "inputs-a",
            "none + inputs",
        ] {
            let message = words(text).expect_err(text);
            assert!(message.contains("is not a cache policy"), "{message}");
        }
        assert!(words("run-id - a").is_err());
    }
}
