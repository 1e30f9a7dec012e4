//! Tables of figures on the terminal.

#![expect(clippy::print_stdout, reason = "the table is what it is for")]

const NAME: usize = 44;
const COLUMN: usize = 13;

pub(crate) struct Table;

impl Table {
    /// Prints the title and what the columns are.
    pub(crate) fn new(title: &str, columns: &[&str]) -> Self {
        println!("\n{title}");
        let columns: String = columns.iter().map(|it| format!("{it:>COLUMN$}")).collect();
        println!("{:NAME$}{columns}", "");
        Self
    }

    pub(crate) fn row(&self, name: &str, figures: &[f64]) {
        let figures: String = figures
            .iter()
            .map(|number| format!("{:>COLUMN$}", figure(*number)))
            .collect();
        println!("{name:NAME$}{figures}");
    }

    /// A line below the table.
    pub(crate) fn note(&self, text: &str) {
        println!("{text}");
    }
}

/// With three digits that mean something; a dash where there is no number.
pub(crate) fn figure(number: f64) -> String {
    if number.is_nan() {
        return "-".to_owned();
    }
    let before = number.abs().max(1.0).log10() as usize + 1;
    format!("{number:.*}", 3_usize.saturating_sub(before))
}
