//! Files that grow, are rotated in every way, vanish and come back: each line once.

mod chance;
mod log;
mod trouble;

use log::Log;

#[test]
fn lines_are_read_as_they_come_and_one_that_is_not_over_waits() {
    let mut log = Log::new();
    log.write("one\ntw");
    log.check(&["one"]);
    log.check(&["one"]);
    log.write("o\n");
    log.check(&["one", "two"]);
}

#[test]
fn a_restart_goes_on_where_the_ledger_says() {
    let mut log = Log::new();
    log.write("one\n");
    log.check(&["one"]);
    log.restart();
    log.write("two\n");
    log.check(&["one", "two"]);
}

#[test]
fn a_read_that_was_not_kept_is_made_again_and_ids_are_the_same() {
    let mut log = Log::new();
    log.write("one\ntwo\n");
    let lost = log.look_and_crash();
    log.check(&["one", "two"]);
    assert_eq!(lost, log.ids());
}

#[test]
fn a_rename_loses_nothing_that_the_writer_still_writes() {
    let mut log = Log::new();
    log.write("one\n");
    log.check(&["one"]);
    log.write("two\n");
    log.rename();
    log.write("four\n");
    log.check(&["one", "two", "four"]);
    log.write_rotated("thr");
    log.check(&["one", "two", "four"]);
    log.write_rotated("ee\n");
    log.check(&["one", "two", "four", "three"]);
}

#[test]
fn the_last_line_of_a_rotated_file_counts_without_its_end_once_nobody_writes_any_more() {
    let mut log = Log::new();
    log.write("one\ntwo");
    log.check(&["one"]);
    log.rename();
    log.write("three\n");
    log.check(&["one", "three"]);
    log.pass_seconds(61);
    log.check(&["one", "three", "two"]);
    assert_eq!(log.n_files(), 1, "the rotated file is done with");
}

#[test]
fn a_file_that_is_moved_away_is_read_on_until_another_comes() {
    let mut log = Log::new();
    log.write("one\n");
    log.check(&["one"]);
    log.write("two\n");
    log.rename();
    log.restart();
    log.check(&["one", "two"]);
    assert_eq!(log.sight(), "missing");
    log.write("three\n");
    log.check(&["one", "two", "three"]);
    assert_eq!(log.sight(), "read");
}

#[test]
fn a_file_that_was_renamed_and_deleted_at_once_is_still_read_to_its_end() {
    let mut log = Log::new();
    log.write("one\n");
    log.check(&["one"]);
    log.write("two\n");
    log.rename();
    log.remove_rotated(1);
    log.write("three\n");
    log.check(&["one", "two", "three"]);
    assert_eq!(log.lost(), 0);
}

#[test]
fn a_copy_that_is_truncated_loses_and_repeats_nothing() {
    for restarts in [false, true] {
        let mut log = Log::new();
        log.write("one\n");
        log.check(&["one"]);
        log.write("two\n");
        log.copy_and_truncate();
        if restarts {
            log.restart();
        }
        log.check(&["one", "two"]);
        log.write("three\n");
        log.check(&["one", "two", "three"]);
        log.pass_seconds(61);
        log.check(&["one", "two", "three"]);
    }
}

#[test]
fn a_truncated_file_that_grew_beyond_its_place_is_known_for_another() {
    let mut log = Log::new();
    log.write("one\n");
    log.check(&["one"]);
    log.copy_and_truncate();
    log.write("a line that is much longer than the one before\n");
    log.check(&["one", "a line that is much longer than the one before"]);
}

#[test]
fn a_file_that_was_copied_before_anything_of_it_was_read_is_read() {
    let mut log = Log::new();
    log.write("");
    log.check(&[]);
    log.write("one\n");
    log.copy_and_truncate();
    log.write("two\n");
    log.restart();
    log.check(&["one", "two"]);
}

#[test]
fn rotations_while_nobody_looked_are_all_read_in_their_order() {
    let mut log = Log::new();
    log.write("one\n");
    log.check(&["one"]);
    log.write("two\n");
    log.rename();
    log.write("three\n");
    log.compress(1);
    log.rename();
    log.write("four\n");
    log.rename();
    log.write("five\n");
    log.restart();
    log.check(&["one", "two", "three", "four", "five"]);
    assert_eq!(log.lost(), 0);
}

#[test]
fn a_rotated_file_that_is_compressed_is_read_on_where_it_was() {
    let mut log = Log::new();
    let long: Vec<String> = (0..40_000).map(|n| format!("line {n} of many")).collect();
    log.write(&(long.join("\n") + "\n"));
    log.look_once();
    let n = log.read.len();
    assert!(n > 0 && n < long.len(), "{n} of a first piece");
    log.rename();
    log.compress(1);
    log.restart();
    log.write("another\n");
    log.look_all();
    let last = log.read.pop();
    assert_eq!(last.as_deref(), Some("another"));
    assert_eq!(log.read, long);
}

#[test]
fn a_new_file_of_the_same_content_and_more_is_the_same_file() {
    let mut log = Log::new();
    log.write("one\ntwo\n");
    log.check(&["one", "two"]);
    log.replace("one\ntwo\nthree\n");
    log.check(&["one", "two", "three"]);
    assert_eq!(log.lost(), 0);
}

#[test]
fn a_csv_header_is_no_line_in_any_of_its_files() {
    let mut log = Log::of("csv");
    log.write("ts,integration,status\na,b,401\n");
    log.check(&["a,b,401"]);
    log.restart();
    log.write("c,d,401\n");
    log.check(&["a,b,401", "c,d,401"]);
    log.rename();
    log.write("ts,integration,status\ne,f,401\n");
    log.check(&["a,b,401", "c,d,401", "e,f,401"]);
}

#[test]
fn a_file_that_is_begun_at_its_end_tells_only_what_comes() {
    let mut log = Log::from_end("old\nolder\npart");
    log.check(&[]);
    log.write(" of a line\nnew\n");
    log.check(&["part of a line", "new"]);
}
