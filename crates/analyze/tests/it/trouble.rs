//! Files as they are: damaged, huge, with clocks that are wrong. Nothing stops.

use crate::house::{Desk, at, call, calls, causes, findings, gzip};
use countersign_analyze::LineReject;

#[test]
fn bad_lines_are_counted_and_named_and_stop_nothing() {
    let good = calls("INT-029", 1_200, 600);
    let bad = [
        "rubbish\n",
        "{\"kind\":\"call\"\n",
        "\n",
        "{\"kind\":\"teapot\",\"ts\":\"2026-11-22T12:00:00Z\"}\n",
        "{\"kind\":\"call\",\"status\":200}\n",
        "{\"kind\":\"call\",\"ts\":\"1970-01-01T00:00:00Z\",\"integration\":\"INT-029\",\"status\":200}\n",
        "{\"kind\":\"call\",\"ts\":\"2026-11-22T12:00:00Z\",\"integration\":\"CANARY 1\",\"status\":200}\n",
    ];
    let text = format!(
        "\u{feff}{}{}\u{0}\n{good}",
        bad.concat(),
        "{\"kind\":\"ping\",\"ts\":\"2026-11-22T12:00:01Z\",\"state\":\"ok\",\"integration\":\"INT-029\",\"colour\":1}\n"
    );
    let analysis = Desk::with("day.ndjson", text.replace('\n', "\r\n")).look();
    assert_eq!(causes(&analysis), ["credential:INT-029 auth_rejected"]);
    assert_eq!((analysis.lines.lines, analysis.lines.rejected), (128, 7));
    assert_eq!(analysis.lines.outcomes, 121);
    let told = |reject: &LineReject| format!("{}: {}", reject.line, reject.reason);
    let told: Vec<String> = analysis.rejects.iter().map(told).collect();
    let expected = [
        "1: the line is not one JSON object",
        "2: the line is not one JSON object",
        "4: `kind` must be one of mint, call, probe, ping, run, sample, audit",
        "5: a line of a file needs `ts`",
        "6: `ts` must be a time since the year 2000",
        "7: `integration, bu, credential or consumer` must be an id of letters, digits and . _ : @ -",
        "9: the line is not one JSON object",
    ];
    assert_eq!(told, expected);
    assert_eq!(analysis.lines.unknown_fields["colour"], 1);
    assert!(!format!("{analysis:?}{analysis}").contains("CANARY"));
}

#[test]
fn a_line_that_came_before_counts_once() {
    let text = calls("INT-029", 1_200, 600);
    let mut desk = Desk::with("a.ndjson", &text);
    desk.add("b.ndjson", &text);
    let analysis = desk.look();
    assert_eq!(
        (analysis.lines.outcomes, analysis.lines.duplicates),
        (120, 120)
    );
    assert_eq!(causes(&analysis), ["credential:INT-029 auth_rejected"]);
    assert_eq!(findings(&analysis, "duplicates").len(), 1);
}

#[test]
fn times_that_cannot_be_are_refused_and_hide_nothing() {
    let mut text = calls("INT-029", 1_200, 600);
    let odd = |ts: &str| {
        call("INT-029", 5, 200)
            .replace(&at(5).to_string(), ts)
            .replace("INT-029-5", ts)
    };
    for ts in [
        "2099-01-01T00:00:00Z",
        "2026-11-25T09:00:00Z",
        "2021-01-01T00:00:00Z",
    ] {
        text.push_str(&odd(ts));
    }
    let analysis = Desk::with("day.ndjson", text).look();
    assert_eq!(causes(&analysis), ["credential:INT-029 auth_rejected"]);
    assert_eq!((analysis.lines.outcomes, analysis.lines.rejected), (120, 3));
    let told: Vec<(u64, bool)> = analysis
        .rejects
        .iter()
        .map(|reject| (reject.line, reject.reason.contains("in the future")))
        .collect();
    assert_eq!(told, [(122, true), (121, true), (123, false)]);
}

#[test]
fn a_machine_whose_own_clock_is_wrong_reads_all_the_same() {
    let mut desk = Desk::with("day.ndjson", calls("INT-029", 1_200, 600));
    desk.options.now = "2020-01-01T00:00:00Z".parse().expect("an instant");
    assert_eq!(causes(&desk.look()), ["credential:INT-029 auth_rejected"]);
}

#[test]
fn gzip_is_seen_by_its_beginning_and_a_cut_file_gives_what_it_has() {
    let text = calls("INT-029", 1_200, 600);
    let whole = gzip(text.as_bytes());
    let analysis = Desk::with("day.log", &whole).look();
    assert_eq!((analysis.lines.lines, causes(&analysis).len()), (120, 1));
    let long: String = (0..100_000).map(|n| call("INT-007", n, 200)).collect();
    let mut cut = gzip(long.as_bytes());
    cut.truncate(cut.len() / 2);
    let mut desk = Desk::with("cut.gz", cut);
    desk.add("day.log", &whole);
    let analysis = desk.look();
    assert_eq!(findings(&analysis, "broken_file").len(), 1);
    assert!(analysis.integrations["INT-007"].calls > 10_000);
    assert_eq!(causes(&analysis), ["credential:INT-029 auth_rejected"]);
}

#[test]
fn a_line_longer_than_a_chunk_is_passed_over() {
    let mut text = calls("INT-029", 600, i64::MAX);
    text.push_str(&"x".repeat(9 * 1024 * 1024));
    text.push('\n');
    let rest = calls("INT-029", 1_200, 600);
    text.push_str(
        rest.split_at(rest.len() / 2)
            .1
            .split_once('\n')
            .expect("lines")
            .1,
    );
    let analysis = Desk::with("day.ndjson", text).look();
    assert_eq!(analysis.lines.rejected, 1);
    assert_eq!(analysis.rejects[0].line, 61);
    assert!(analysis.rejects[0].reason.contains("at most 65536"));
    assert_eq!(causes(&analysis), ["credential:INT-029 auth_rejected"]);
}

#[test]
fn any_number_of_threads_comes_to_the_same() {
    let mut text = String::new();
    for second in 0..12_000 {
        for integration in ["INT-007", "INT-008", "INT-029"] {
            let is_dead = integration == "INT-029" && second > 6_000;
            let status = if is_dead || second % 97 == 0 {
                401
            } else {
                200
            };
            text.push_str(&call(integration, second, status));
        }
    }
    assert!(text.len() > 6 * 1024 * 1024, "more than one chunk");
    let mut desk = Desk::with("day.ndjson", &text);
    let of = |desk: &Desk| serde_json::to_value(desk.look()).expect("JSON");
    desk.options.threads = 1;
    let one = of(&desk);
    assert_eq!(one["incidents"].as_array().map(Vec::len), Some(1));
    for threads in [2, 5] {
        desk.options.threads = threads;
        assert_eq!(of(&desk), one);
    }
}
