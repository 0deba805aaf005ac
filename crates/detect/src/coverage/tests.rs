use super::*;

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(1_795_348_800 + 60 * minute).unwrap()
}

/// An observed package of which nothing is seen.
fn blind() -> Facts {
    Facts {
        mode: CredentialMode::Observed,
        is_brokerable: true,
        guard_s: 180,
        next_renewal_at: None,
        mints: None,
        calls_per_min: None,
        next_run: None,
        pings: None,
        tables: vec![],
        noticeable_min: None,
    }
}

fn run(starts: i64, ends: i64) -> Option<Run> {
    Some(Run {
        starts_at: at(starts),
        ends_at: at(ends),
    })
}

fn beat(last: i64, every_min: u32) -> Option<Beat> {
    Some(Beat {
        last_at: at(last),
        every_s: 60 * every_min,
    })
}

fn table(is_counted: bool, critical_min: Option<u32>) -> Vec<Table> {
    vec![Table {
        asset: "DE-16".parse().unwrap(),
        is_counted,
        critical_s: critical_min.map(|min| 60 * min),
    }]
}

fn brokered() -> Facts {
    Facts {
        mode: CredentialMode::Brokered,
        ..blind()
    }
}

/// Time-to-know at minute 0, its channel, and the next step in words.
fn told(facts: &Facts) -> (String, Option<Channel>, String) {
    let told = knowing(facts).at(at(0));
    let step = told.next_step.map_or(String::new(), |step| step.words);
    (told.words, told.channel, step)
}

#[test]
fn each_channel_tells_in_its_own_time() {
    use Channel::{Calls, Mints, Pings, Renewal, Table, Volume};
    let rows: Vec<(&str, Facts, &str, Option<Channel>, &str)> = vec![
        (
            "nothing is seen",
            blind(),
            "never",
            None,
            "report its calls: 3 min instead of never",
        ),
        (
            "the broker renews in twelve minutes; the second refusal comes 30 s later",
            Facts {
                next_renewal_at: Some(at(12)),
                ..brokered()
            },
            "13 min",
            Some(Renewal),
            "report its calls: 3 min instead of 13 min",
        ),
        (
            "a renewal somebody else planned is not ours to count on",
            Facts {
                next_renewal_at: Some(at(12)),
                ..blind()
            },
            "never",
            None,
            "report its calls: 3 min instead of never",
        ),
        (
            "many calls: the guard",
            Facts {
                calls_per_min: Some(22.0),
                ..blind()
            },
            "3 min",
            Some(Calls),
            "",
        ),
        (
            "many calls of a T0 flow: its shorter guard",
            Facts {
                calls_per_min: Some(22.0),
                guard_s: 120,
                ..blind()
            },
            "2 min",
            Some(Calls),
            "",
        ),
        (
            "a call in four minutes: three of them",
            Facts {
                calls_per_min: Some(0.25),
                ..blind()
            },
            "12 min",
            Some(Calls),
            "",
        ),
        (
            "calls come with the next run, in an hour",
            Facts {
                calls_per_min: Some(22.0),
                next_run: run(62, 70),
                ..blind()
            },
            "65 min",
            Some(Calls),
            "let the broker renew its token: 16 min instead of 65 min",
        ),
        (
            "whoever holds the secret asked ten minutes ago and asks each twenty",
            Facts {
                mints: beat(-10, 20),
                ..blind()
            },
            "11 min",
            Some(Mints),
            "report its calls: 3 min instead of 11 min",
        ),
        (
            "its job pings each hour",
            Facts {
                pings: beat(-20, 60),
                ..blind()
            },
            "55 min",
            Some(Pings),
            "report its calls: 3 min instead of 55 min",
        ),
        (
            "its job pings when the run of minute 30 ends",
            Facts {
                pings: beat(-20, 60),
                next_run: run(30, 35),
                ..blind()
            },
            "50 min",
            Some(Pings),
            "let the broker renew its token: 16 min instead of 50 min",
        ),
        (
            "its table is critical after 75 minutes",
            Facts {
                tables: table(true, Some(75)),
                ..blind()
            },
            "75 min",
            Some(Table),
            "report its calls: 3 min instead of 75 min",
        ),
        (
            "its table is counted after each run",
            Facts {
                tables: table(true, Some(180)),
                next_run: run(17, 19),
                ..blind()
            },
            "24 min",
            Some(Table),
            "let the broker renew its token: 16 min instead of 24 min",
        ),
        (
            "what it feeds would be missed within 41 minutes",
            Facts {
                noticeable_min: Some(41),
                ..blind()
            },
            "41 min",
            Some(Volume),
            "report its calls: 3 min instead of 41 min",
        ),
        (
            "a certificate cannot be brokered",
            Facts {
                is_brokerable: false,
                next_run: run(60, 90),
                ..blind()
            },
            "never",
            None,
            "report its calls: 63 min instead of never",
        ),
        (
            "a brokered slot that is not kept warm, before a nightly run",
            Facts {
                next_run: run(600, 630),
                calls_per_min: Some(40.0),
                ..brokered()
            },
            "11 h",
            Some(Calls),
            "keep its token warm: 16 min instead of 11 h",
        ),
    ];
    for (name, facts, words, channel, step) in rows {
        assert_eq!(
            told(&facts),
            (words.to_owned(), channel, step.to_owned()),
            "{name}"
        );
    }
}

#[test]
fn the_soonest_of_all_counts() {
    let facts = Facts {
        next_renewal_at: Some(at(12)),
        tables: table(true, Some(75)),
        calls_per_min: Some(30.0),
        pings: beat(-1, 60),
        ..brokered()
    };
    assert_eq!(
        told(&facts),
        ("3 min".to_owned(), Some(Channel::Calls), String::new())
    );
}

#[test]
fn a_table_that_is_not_counted_is_a_step() {
    let facts = Facts {
        tables: table(false, Some(75)),
        calls_per_min: Some(0.01),
        is_brokerable: false,
        ..blind()
    };
    let (words, channel, step) = told(&facts);
    assert_eq!((words.as_str(), channel), ("5 h", Some(Channel::Calls)));
    assert_eq!(step, "report the counters of DE-16: 75 min instead of 5 h");
}
