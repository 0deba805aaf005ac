//! Files that are not there, not readable, cut short or replaced: said, and nothing stops.

use super::log::Log;

#[test]
fn no_file_and_then_one() {
    let mut log = Log::new();
    log.check(&[]);
    assert_eq!(log.sight(), "missing");
    log.write("one\n");
    log.check(&["one"]);
    log.remove();
    log.check(&["one"]);
    assert_eq!(log.sight(), "missing");
    log.write("two\n");
    log.check(&["one", "two"]);
    assert_eq!((log.sight().as_str(), log.lost()), ("read", 0));
}

#[test]
fn a_folder_is_no_file() {
    let mut log = Log::new();
    log.make_folder();
    log.check(&[]);
    assert_eq!(log.sight(), "it is no regular file");
}

#[test]
fn another_file_without_a_trace_of_the_one_before_is_read_and_the_loss_is_said() {
    let mut log = Log::new();
    log.write("one\ntwo\n");
    log.check(&["one", "two"]);
    log.restart();
    log.replace("x\n");
    log.check(&["one", "two", "x"]);
    assert_eq!(log.lost(), 1);
}

#[test]
fn a_file_that_was_cut_short_repeats_nothing_and_loses_nothing_new() {
    let mut log = Log::new();
    let head = "a first line that is long enough to tell one file from another ".repeat(5);
    log.write(&format!("{head}\none\ntwo\n"));
    log.check(&[&head, "one", "two"]);
    log.restart();
    log.replace(&format!("{head}\none\n"));
    log.check(&[&head, "one", "two"]);
    log.write("three\n");
    log.check(&[&head, "one", "two", "three"]);
    assert_eq!(log.lost(), 1, "that it was cut is said");
}

#[test]
fn a_format_that_is_not_known_waits_and_is_said() {
    let mut log = Log::of("");
    log.write("what is");
    log.check(&[]);
    assert_eq!(log.sight(), "read");
    log.write(" this\n");
    log.check(&[]);
    let said = log.sight();
    assert!(said.starts_with("the format is not known"), "{said}");
    log.write("{\"kind\":\"ping\"}\n");
    log.check(&["what is this", "{\"kind\":\"ping\"}"]);
    assert_eq!(log.sight(), "read");
}

#[test]
fn a_giant_line_is_passed_and_the_next_ones_are_read() {
    let mut log = Log::new();
    log.write("one\n");
    log.write(&"x".repeat(3 * 1024 * 1024));
    log.check(&["one"]);
    log.restart();
    log.write("\ntwo\n");
    log.check(&["one", "two"]);
}
