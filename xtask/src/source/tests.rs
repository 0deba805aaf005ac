//! Reads small sources with everything in them that looks like code and is not.

use super::{Source, words};

fn source(text: &str) -> Source {
    Source::new("crates/vault/src/envelope.rs".to_owned(), text.to_owned())
}

#[test]
fn comments_and_literals_are_blanked_and_nothing_moves() {
    let text =
        "let a = \"x.expose(\\\"\"; // .expose(\n/* .expose( /* .expose( */ */ b.expose(c);\n";
    let source = source(text);
    assert_eq!(source.code.len(), text.len());
    assert_eq!(source.code.matches(".expose(").count(), 1);
    assert_eq!(source.code.find("b.expose"), text.find("b.expose(c)"));
}

#[test]
fn raw_strings_end_where_their_hashes_say() {
    let source = source("let a = r#\"one \" two\"#; let b = br\"three\"; four(r);");
    assert!(!source.code.contains("two") && !source.code.contains("three"));
    assert!(source.code.contains("four(r)"));
}

#[test]
fn a_lifetime_is_not_the_start_of_a_character() {
    let source = source("fn f<'a>(x: &'a str) { let q = '\"'; let n = '\\n'; let e = 'é'; g(x) }");
    assert!(source.code.contains("<'a>(x: &'a str)"));
    assert!(source.code.contains("g(x)"));
    assert!(!source.code.contains('é'));
}

#[test]
fn a_test_module_is_no_product() {
    let source =
        source("fn a() {}\n#[cfg(test)]\nmod tests {\n fn b() { x.expose(y) }\n}\nfn c() {}\n");
    assert!(source.code.contains("fn b"));
    assert!(!source.product.contains("fn b"));
    assert!(source.product.contains("fn a") && source.product.contains("fn c"));
    assert!(!source.product_text().contains("expose"));
}

#[test]
fn a_declared_test_module_hides_nothing_below_it() {
    let source = source("#[cfg(test)]\nmod tests;\nfn c() { d() }\n");
    assert!(source.product.contains("fn c"));
}

#[test]
fn a_file_below_tests_is_a_test_as_a_whole() {
    let file = |path: &str| Source::new(path.to_owned(), "fn a() {}".to_owned());
    assert!(file("crates/x/tests/it/main.rs").is_test());
    assert!(file("crates/x/src/y/tests.rs").is_test());
    assert!(file("crates/x/tests/it.rs").product.trim().is_empty());
    assert!(!file("crates/x/src/contests.rs").is_test());
}

#[test]
fn a_function_is_measured_by_its_body_and_its_parameters() {
    let source = source(
        "fn one<F: Fn(u8, u8) -> u8>(&mut self, f: F, m: BTreeMap<u8, (u8, u8)>) -> Vec<u8>\n\
         where F: Send,\n{\n    f(1, 2)\n}\nfn two(\n    a: u8,\n    b: fn(u8, u8) -> u8,\n) {}\n\
         trait T { fn three(&self); }\n",
    );
    let measured: Vec<_> = source.functions();
    let measured: Vec<_> = measured
        .iter()
        .map(|f| (f.name.as_str(), f.n_parameters, f.n_lines))
        .collect();
    assert_eq!(measured, [("one", 2, 3), ("two", 2, 1)]);
}

#[test]
fn a_module_is_named_by_its_path() {
    let module = |path: &str| Source::new(path.to_owned(), String::new()).module();
    assert_eq!(module("crates/vault/src/envelope.rs"), "vault::envelope");
    assert_eq!(module("crates/vault-store/src/lib.rs"), "vault_store");
    assert_eq!(
        module("crates/broker/src/route/token.rs"),
        "broker::route::token"
    );
    assert_eq!(module("xtask/src/main.rs"), "xtask");
}

#[test]
fn a_word_is_not_found_inside_another() {
    assert_eq!(words("fn_a fn afn fn", "fn"), [5, 12]);
}
