//! Each test plants one fault in a small tree that is otherwise sound.

use super::{faults, measure};
use crate::tree::Tree;
use std::fmt::Write as _;

/// A tree in which all is well.
fn sound() -> Vec<(String, String)> {
    let mut requirements = String::from("| id | requirement | shown by |\n");
    for number in 1..=214 {
        writeln!(
            requirements,
            "| R{number:03} | something | not yet (watch) |"
        )
        .unwrap();
    }
    let invariant = "//! Catalogue.\nconst C: &[I] = &[I { id: \"R1\", promise: \"one\" }];\n";
    let envelope = "//! Seals.\nfn seal(s: &Secret) { s.expose(|b| b.len()) } // R1\n";
    [
        (
            "ARCHITECTURE.md",
            "See `crates/vault/src/envelope.rs` and [it](docs/requirements.md#x).\n",
        ),
        (
            "SECURITY.md",
            "# Security\n```expose-sites\nvault::envelope 1 seals it\n```\n",
        ),
        ("docs/requirements.md", &requirements),
        ("docs/problems/no_such_slot.md", "# Gone\n"),
        ("crates/model/src/invariant.rs", invariant),
        ("crates/vault/src/envelope.rs", envelope),
        (
            "crates/vault/src/envelope/tests.rs",
            "//! Tests.\n#[test]\nfn r1_holds() {}\n",
        ),
        (
            "crates/web/src/route.rs",
            "//! Routes.\nfn f() -> Problem { Problem::new(404, \"no_such_slot\") }\n",
        ),
    ]
    .map(|(path, text)| (path.to_owned(), text.to_owned()))
    .to_vec()
}

/// Puts one file into the sound tree, or replaces it, and looks for one fault.
#[track_caller]
fn check(path: &str, text: &str, expected: &str) {
    let mut files = sound();
    files.retain(|(existing, _)| existing != path);
    files.push((path.to_owned(), text.to_owned()));
    let found = faults(&Tree::of(files));
    assert_eq!(found.len(), 1, "found {found:#?}");
    assert!(
        found[0].contains(expected),
        "`{expected}` is not in `{}`",
        found[0]
    );
}

#[test]
fn a_sound_tree_has_no_faults() {
    assert_eq!(faults(&Tree::of(sound())), Vec::<String>::new());
}

#[test]
fn a_file_without_a_header_is_named() {
    check(
        "crates/a/src/lib.rs",
        "pub mod b;\n",
        "crates/a/src/lib.rs: the first line",
    );
}

#[test]
fn a_drawer_is_named_as_a_file_and_as_a_module() {
    check(
        "crates/a/src/utils.rs",
        "//! A.\n",
        "no module is called `utils`",
    );
    check(
        "crates/a/src/lib.rs",
        "//! A.\nmod helpers {}\n",
        "lib.rs:2: no module is called `helpers`",
    );
    check("crates/a/src/b/mod.rs", "//! A.\n", "not `foo/mod.rs`");
}

#[test]
fn an_exception_without_a_reason_is_a_fault() {
    check(
        "crates/a/src/lib.rs",
        "//! A.\n#[expect(dead_code)]\nfn f() {}\n",
        "lib.rs:2: `expect`",
    );
    check(
        "crates/a/src/lib.rs",
        "//! A.\n#![allow(\n  dead_code\n)]\n",
        "lib.rs:2: `allow`",
    );
}

#[test]
fn an_exception_with_a_reason_and_a_call_of_expect_are_fine() {
    let mut files = sound();
    let text = "//! A.\n#[expect(dead_code, reason = \"x\")]\nfn f() { g().expect(\"never\") }\n";
    files.push(("crates/a/src/lib.rs".to_owned(), text.to_owned()));
    assert_eq!(faults(&Tree::of(files)), Vec::<String>::new());
}

#[test]
fn encrypting_elsewhere_is_a_fault_in_product_code_only() {
    check(
        "crates/a/src/lib.rs",
        "//! A.\nuse ring::aead::Nonce;\n",
        "encrypting happens in `seal`",
    );
    let mut files = sound();
    files.push((
        "crates/a/tests/it.rs".to_owned(),
        "//! A.\nuse ring::aead::Nonce;\n".to_owned(),
    ));
    assert_eq!(faults(&Tree::of(files)), Vec::<String>::new());
}

#[test]
fn v1_an_unlisted_call_of_expose_is_a_fault() {
    let text = "//! A.\nfn f(s: &Secret) { Secret::expose(s, g) }\n";
    check(
        "crates/a/src/b.rs",
        text,
        "`a::b` exposes secret bytes 1 times, SECURITY.md lists 0",
    );
}

#[test]
fn v1_a_listed_site_that_exposes_more_or_nothing_is_a_fault() {
    let twice = "//! Seals. R1\nfn seal(s: &Secret) { s.expose(a); s\n.expose(b) }\n";
    check(
        "crates/vault/src/envelope.rs",
        twice,
        "2 times, SECURITY.md lists 1",
    );
    check(
        "crates/vault/src/envelope.rs",
        "//! Seals. R1\n",
        "0 times, SECURITY.md lists 1",
    );
}

#[test]
fn v1_a_list_that_cannot_be_read_is_a_fault() {
    check("SECURITY.md", "# Security\n", "no list of expose sites");
    check(
        "SECURITY.md",
        "```expose-sites\nvault::envelope\n```\n",
        "needs `module count",
    );
}

#[test]
fn a_problem_without_a_page_and_a_page_without_a_problem_are_faults() {
    let text = "//! A.\nfn f() { Problem::new(\n  StatusCode::NOT_FOUND,\n  \"gone\",\n) }\n";
    check(
        "crates/a/src/lib.rs",
        text,
        "lib.rs:4: the problem `gone` has no page",
    );
    check(
        "docs/problems/old.md",
        "# Old\n",
        "nothing sends the problem `old`",
    );
}

#[test]
fn a_code_is_read_from_its_table_too_and_a_detail_is_no_code() {
    let table = "//! Codes.\ncodes! {\n    /// Gone.\n    Gone = \"gone\", GONE, \"a = b\";\n}\n";
    check(
        "crates/a/src/problem/code.rs",
        table,
        "code.rs:4: the problem `gone` has no page",
    );
    let text = "//! A.\nfn f() { Problem::new(g(1, 2), \"gone\", \"one_detail\") }\n";
    check(
        "crates/a/src/lib.rs",
        text,
        "the problem `gone` has no page",
    );
}

#[test]
fn a_file_declared_as_a_test_is_one() {
    let mut files = sound();
    let text = |text: &str| format!("//! A.\n{text}\n");
    files.push((
        "crates/a/src/b.rs".to_owned(),
        text("#[cfg(test)]\npub(crate) mod sample;"),
    ));
    files.push((
        "crates/a/src/b/sample.rs".to_owned(),
        text("fn f(s: &S) { s.expose(g) }"),
    ));
    assert_eq!(faults(&Tree::of(files)), Vec::<String>::new());
}

#[test]
fn an_invariant_must_be_in_code_and_in_a_test() {
    let code = "//! Seals.\nfn seal(s: &Secret) { s.expose(|b| b.len()) }\n";
    check(
        "crates/vault/src/envelope.rs",
        code,
        "R1 is not written in any code",
    );
    let test = "//! Tests.\n#[test]\nfn it_holds() {}\n";
    check(
        "crates/vault/src/envelope/tests.rs",
        test,
        "R1 is not written in any test",
    );
}

#[test]
fn an_invariant_named_in_a_test_module_counts_as_test_and_not_as_code() {
    let code = "//! Seals.\nfn seal(s: &Secret) { s.expose(|b| b.len()) }\n\
                #[cfg(test)]\nmod tests {\n    // R1: here\n    fn f() {}\n}\n";
    check(
        "crates/vault/src/envelope.rs",
        code,
        "R1 is not written in any code",
    );
}

#[test]
fn a_path_in_the_architecture_must_lead_somewhere() {
    check(
        "ARCHITECTURE.md",
        "See `crates/vault/src/gone.rs`.\n",
        "names `crates/vault/src/gone.rs`",
    );
    check(
        "ARCHITECTURE.md",
        "See [it](docs/gone.md).\n",
        "names `docs/gone.md`",
    );
}

#[test]
fn a_requirement_must_have_one_row_with_a_cell_that_exists() {
    let page = |from: &str, to: &str| {
        let files = sound();
        let (_, text) = files
            .iter()
            .find(|(path, _)| path == "docs/requirements.md")
            .unwrap();
        text.replace(from, to)
    };
    let row = "| R007 | something | not yet (watch) |";
    let shown = |by: &str| page(row, &format!("| R007 | something | {by} |"));
    check(
        "docs/requirements.md",
        &page(&format!("{row}\n"), ""),
        "R007 has no row",
    );
    check(
        "docs/requirements.md",
        &page(row, &format!("{row}\n{row}")),
        "R007 has 2 rows",
    );
    check("docs/requirements.md", &shown(""), "R007 has an empty cell");
    check(
        "docs/requirements.md",
        &shown("`vault::gone`"),
        "`vault::gone`, which does not exist",
    );
    check(
        "docs/requirements.md",
        &shown("`a_test_nobody_wrote`"),
        "`a_test_nobody_wrote`",
    );
    check(
        "docs/requirements.md",
        &shown("`crates/gone`"),
        "`crates/gone`",
    );
}

#[test]
fn long_files_long_functions_and_long_lists_stand_out() {
    let long = format!(
        "//! A.\nfn f(a: u8, b: u8, c: u8, d: u8, e: u8, g: u8) {{\n{}}}\n",
        "h();\n".repeat(400)
    );
    let tree = Tree::of([("crates/a/src/lib.rs".to_owned(), long)]);
    let found = measure::what_stands_out(&tree);
    assert_eq!(found.len(), 3, "{found:#?}");
    assert!(found[0].contains("403 lines"), "{found:#?}");
}

#[test]
fn a_rule_that_is_cited_is_on_the_page_of_rules() {
    let envelope = "//! Seals (broker rules 2.1 and on; Design 4.4).\nfn seal(s: &Secret) { s.expose(|b| \
                    b.len()) } // R1\n";
    let mut files = sound();
    files.retain(|(path, _)| path != "crates/vault/src/envelope.rs");
    files.push((
        "crates/vault/src/envelope.rs".to_owned(),
        envelope.to_owned(),
    ));
    let with = |page: &str| {
        let page = ("docs/rules.md".to_owned(), page.to_owned());
        faults(&Tree::of(files.iter().cloned().chain([page])))
    };
    assert_eq!(
        with("### Broker rule 2.1: when\n\n## Design 4.4\n"),
        Vec::<String>::new()
    );
    let found = with("### Broker rule 2.12: keys\n\nAs design 4.4 says.\n");
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(found[0].contains("envelope.rs:1: `broker rule 2.1` is not on docs/rules.md"));
    assert!(found[1].contains("`design 4.4`"));
}
