//! What the attributes refuse, and in which words.

#[test]
fn mistakes_are_told_where_they_were_made() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
