use super::*;
use crate::ingest::IngestScope;
use crate::tail::From;

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(1_795_351_200 + 60 * minute).unwrap()
}

fn source(quiet_after: Option<SignedDuration>) -> TailSource {
    TailSource {
        name: "etl".to_owned(),
        path: "/var/log/etl.log".into(),
        format: None,
        mapping: None,
        scope: IngestScope::All,
        integration: None,
        from: From::Start,
        quiet_after,
    }
}

/// Looks in a row, each with the minute of its last line; gives what was said.
fn said(looks: &[(i64, Sight, i64)]) -> Vec<String> {
    let source = source(Some(SignedDuration::from_mins(30)));
    let mut stand = Stand::new(TailStanding::default());
    let mut told = Vec::new();
    for (minute, sight, heard) in looks {
        let place = TailPlace {
            heard_at: Some(at(*heard)),
            ..TailPlace::default()
        };
        if let Some(standing) = stand.next(&source, sight, &place, at(*minute)) {
            let since = standing.since.unwrap().duration_since(at(0)).as_mins();
            told.push(format!("{minute}: {:?} since {since}", standing.state));
            stand.keep(standing);
        }
    }
    told
}

#[test]
fn silence_is_said_after_its_span_and_ends_with_a_line() {
    let looks = [
        (0, Sight::Read, 0),
        (30, Sight::Read, 0),
        (31, Sight::Read, 0),
        (40, Sight::Read, 0),
        (41, Sight::Read, 41),
    ];
    assert_eq!(
        said(&looks),
        [
            "0: Following since 0",
            "31: Quiet since 0",
            "41: Following since 41"
        ]
    );
}

#[test]
fn a_moment_without_a_file_is_a_rotation_and_a_minute_is_not() {
    let unreadable = || Sight::Unreadable("permission denied".to_owned());
    let looks = [
        (0, Sight::Read, 0),
        (1, Sight::Missing, 0),
        (1, Sight::Read, 1),
        (2, Sight::Missing, 1),
        (3, Sight::Missing, 1),
        (4, Sight::Missing, 1),
        (5, unreadable(), 1),
        (6, Sight::Read, 6),
    ];
    assert_eq!(
        said(&looks),
        [
            "0: Following since 0",
            "3: Missing since 2",
            "5: Unreadable since 2",
            "6: Following since 6"
        ]
    );
}

#[test]
fn a_file_that_is_not_there_at_the_start_is_said_at_once() {
    assert_eq!(said(&[(0, Sight::Missing, 0)]), ["0: Missing since 0"]);
}

#[test]
fn where_silence_is_usual_it_is_not_said() {
    let mut stand = Stand::new(TailStanding::default());
    let place = TailPlace::default();
    let first = stand.next(&source(None), &Sight::Read, &place, at(0));
    stand.keep(first.unwrap());
    let later = stand.next(&source(None), &Sight::Read, &place, at(100_000));
    assert_eq!(later, None);
}
