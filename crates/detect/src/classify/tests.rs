use super::*;

fn mint(status: Option<u16>, code: Option<&str>) -> Outcome {
    let fact = Fact::Mint {
        call: Call {
            status,
            error_code: code.map(str::to_owned),
            ..Call::default()
        },
        expires_in: None,
        scope: None,
        generation: None,
        refresh_at: None,
        grant: None,
    };
    Outcome {
        id: "out_1".parse().unwrap(),
        ts: "2026-11-22T12:00:00Z".parse().unwrap(),
        source: "broker".into(),
        integration: None,
        bu: None,
        credential: Some("INT-029".parse().unwrap()),
        consumer: None,
        peer_ip: None,
        n: 1,
        fact,
    }
}

#[test]
fn every_row_of_the_table_reads_as_written() {
    let client = Some(Grant::ClientCredentials);
    let rows = [
        (
            Some(401),
            Some("invalid_client"),
            client,
            Class::AuthRejected,
        ),
        (
            Some(401),
            Some("unauthorized_client"),
            client,
            Class::AuthRejected,
        ),
        (Some(400), Some("invalid_grant"), client, Class::Policy),
        (
            Some(400),
            Some("invalid_grant"),
            Some(Grant::RefreshToken),
            Class::GrantDead,
        ),
        (
            Some(400),
            Some("invalid_grant"),
            Some(Grant::CoreOauth),
            Class::AuthRejected,
        ),
        (
            None,
            Some("outcome_unknown"),
            Some(Grant::CoreOauth),
            Class::GrantDead,
        ),
        (Some(403), Some("access_denied"), client, Class::Scope),
        (Some(400), Some("invalid_scope"), client, Class::Scope),
        (Some(403), None, client, Class::Scope),
        (Some(429), None, client, Class::Throttled),
        (Some(503), None, client, Class::Upstream),
        (None, Some("timeout"), client, Class::Upstream),
        (None, Some("connect_failed"), client, Class::Network),
        (None, Some("connect_timeout"), client, Class::Network),
        (None, Some("dns_failed"), client, Class::Network),
        (None, Some("connection_reset"), client, Class::Network),
        (
            None,
            Some("tls_certificate_expired"),
            client,
            Class::Certificate,
        ),
        (Some(200), Some("malformed"), client, Class::Malformed),
        (
            Some(400),
            Some("unsupported_grant_type"),
            client,
            Class::Config,
        ),
        (Some(404), None, client, Class::Config),
    ];
    for (status, code, grant, class) in rows {
        let verdict = classify(&mint(status, code), grant);
        assert_eq!(
            verdict,
            Verdict::Failed(class),
            "{status:?} {code:?} {grant:?}"
        );
    }
}

#[test]
fn a_success_is_a_success_and_other_facts_say_nothing() {
    assert_eq!(classify(&mint(Some(200), None), None), Verdict::Ok);
    let mut audit = mint(Some(200), None);
    audit.fact = Fact::Audit {
        action: "credential.locked".into(),
        object: None,
    };
    assert_eq!(classify(&audit, None), Verdict::Ignored);
}

#[test]
fn codes_that_mean_none_and_our_own_fault_are_told_apart() {
    assert_eq!(classify(&mint(Some(200), Some("0")), None), Verdict::Ok);
    let own = classify(&mint(None, Some("local")), None);
    assert_eq!(own, Verdict::Failed(Class::Local));
}

#[test]
fn every_row_of_the_table_of_calls_reads_as_written() {
    let refused = Verdict::Failed;
    let rows = [
        (Some(200), None, Verdict::Ok),
        (Some(404), Some("30003"), Verdict::Ok),
        (Some(401), Some("0"), refused(Class::AuthRejected)),
        (
            Some(401),
            Some("INVALID_SESSION_ID"),
            refused(Class::AuthRejected),
        ),
        (Some(403), Some("20002"), refused(Class::Scope)),
        (Some(403), None, refused(Class::Policy)),
        (Some(403), Some("40002"), Verdict::Ignored),
        (Some(429), Some("50200"), Verdict::Ignored),
        (Some(503), None, Verdict::Ignored),
        (
            Some(500),
            Some("Login Failed"),
            refused(Class::AuthRejected),
        ),
        (None, Some("timeout"), Verdict::Ignored),
        (
            None,
            Some("tls_certificate_expired"),
            refused(Class::Certificate),
        ),
    ];
    for (status, code, verdict) in rows {
        let call = Call {
            status,
            error_code: code.map(str::to_owned),
            ..Call::default()
        };
        assert_eq!(classify_call(&call), verdict, "{status:?} {code:?}");
    }
}

/// A table as the page has it.
fn page_of(rows: &[Row]) -> String {
    let line = |row: &Row| {
        let code = match row.code {
            Code::Is(codes) => codes
                .iter()
                .map(|code| format!("`{code}`"))
                .collect::<Vec<_>>()
                .join(", "),
            Code::Begins(start) => format!("`{start}…`"),
            Code::None => "none".to_owned(),
            Code::Any => "any".to_owned(),
        };
        let status = match row.status {
            Status::Is(one) => one.to_string(),
            Status::Within(from, to) => format!("{from} to {to}"),
            Status::None => "no answer".to_owned(),
            Status::Any => "any".to_owned(),
        };
        let meaning = match row.meaning {
            Meaning::Worked => "worked".to_owned(),
            Meaning::Failed(class) => format!("`{}`", class.as_str()),
            Meaning::Grant => "by what was presented".to_owned(),
            Meaning::Nothing => "nothing".to_owned(),
        };
        format!("| {code} | {status} | {meaning} | {} |\n", row.source)
    };
    rows.iter().map(line).collect()
}

#[test]
fn the_page_tells_the_same_rows() {
    let page = include_str!("../../../../docs/formats/classes.md");
    for rows in [table::TOKEN, table::CALL] {
        let told = page_of(rows);
        assert!(
            page.contains(&told),
            "write into docs/formats/classes.md:\n{told}"
        );
    }
}
