//! nginx, CSV and JSON of other programs.

use crate::house::{Desk, at, causes, findings};
use countersign_analyze::FormatName;
use countersign_feed::logs::mapping::Mapping;
use std::error::Error;

/// A call every 10 s for 20 minutes, refused from the tenth on, as each format writes it.
fn lines(line: impl Fn(String, i64, u16) -> String) -> String {
    let refused_from = 600;
    (0..120)
        .map(|number| {
            let second = number * 10;
            let status = if second < refused_from { 200 } else { 401 };
            line(at(second).to_string(), second, status)
        })
        .collect()
}

fn nginx(second: i64, status: u16, behind: &str) -> String {
    let time = at(second).strftime("%d/%b/%Y:%H:%M:%S +0000");
    format!(
        "203.0.113.9 - - [{time}] \"POST /hub/v1/dataevents/key:K-{second}/rowset HTTP/1.1\" \
         {status} 77 \"-\" \"python-requests/2.32\"{behind}\n"
    )
}

#[test]
fn a_combined_nginx_log_stands_for_one_integration_called_like_the_file() {
    let text = lines(|_, second, status| nginx(second, status, ""));
    let analysis = Desk::with("loyalty.log", &text).look();
    assert_eq!(causes(&analysis), ["credential:loyalty.log auth_rejected"]);
    assert_eq!(analysis.lines.outcomes, 120);
    let mut desk = Desk::with("loyalty.log", &text);
    desk.options.integration = Some("INT-029".parse().expect("an id"));
    assert_eq!(causes(&desk.look()), ["credential:INT-029 auth_rejected"]);
}

#[test]
fn an_nginx_log_with_names_says_whose_each_line_is() {
    let text = lines(|_, second, status| {
        let good = nginx(second, 200, " us=200 int=INT-007");
        good + &nginx(second, 502, &format!(" us={status} ut=0.183 int=INT-029"))
    });
    let analysis = Desk::with("access.log", text).look();
    assert_eq!(causes(&analysis), ["credential:INT-029 auth_rejected"]);
    assert_eq!(analysis.integrations["INT-007"].failures, 0);
    assert_eq!(analysis.integrations["INT-029"].failed_with["401"], 60);
}

#[test]
fn equal_lines_of_a_log_are_different_facts() {
    let text = nginx(0, 200, "").repeat(3);
    let analysis = Desk::with("access.log", text).look();
    assert_eq!((analysis.lines.outcomes, analysis.lines.duplicates), (3, 0));
}

#[test]
fn csv_is_known_by_its_header() {
    let head = "\u{feff}time,app,integration,status_code,url,colour\n";
    let text = lines(|ts, _, status| {
        format!(
            "{ts},x,INT-029,{status},https://mc01.rest.marketingcloudapis.com/a/1?x=CANARY,red\n"
        )
    });
    let analysis = Desk::with("calls.csv", format!("{head}{text}")).look();
    assert_eq!(causes(&analysis), ["credential:INT-029 auth_rejected"]);
    assert_eq!(analysis.lines.unknown_fields["colour"], 120);
    assert!(!format!("{analysis:?}").contains("CANARY"));
}

#[test]
fn json_of_another_program_is_read_by_a_mapping() {
    let text = lines(|ts, _, status| {
        format!(
            "{{\"@timestamp\":\"{ts}\",\"labels\":{{\"app\":\"INT-029\"}},\"http\":{{\"status\":{status}}}}}\n"
        )
    });
    let mapping = "[fields]\nts='@timestamp'\nintegration='labels.app'\nstatus='http.status'\n";
    let mut desk = Desk::with("app.json", &text);
    desk.options.mapping = Some(Mapping::decode(mapping, true).expect("a mapping"));
    assert_eq!(causes(&desk.look()), ["credential:INT-029 auth_rejected"]);
}

#[test]
fn a_format_that_nobody_knows_is_named() {
    let fault = |desk: Desk| {
        let fault = desk.try_look().expect_err("no format");
        fault.source().expect("why").to_string()
    };
    let unknown = fault(Desk::with("notes.txt", "once upon a time\n"));
    assert!(unknown.contains("the format is not known"), "{unknown}");
    let mut desk = Desk::with("notes.txt", "once upon a time\n");
    desk.options.format = Some(FormatName::Csv);
    assert!(fault(desk).contains("CSV header"));
    let mut desk = Desk::with("notes.txt", "{}\n");
    desk.options.format = Some(FormatName::Json);
    assert!(fault(desk).contains("--mapping"));
    let mut desk = Desk::new();
    desk.options.files.push("/nowhere/at/all.log".into());
    assert!(fault(desk).contains("No such file"));
}

#[test]
fn an_empty_file_is_no_fault() {
    let analysis = Desk::with("empty.log", "").look();
    assert_eq!(analysis.lines.lines, 0);
    assert_eq!(findings(&analysis, "broken_file"), [""; 0]);
}
