//! What people read.

use super::house::House;
use crate::view::sample;
use axum::http::StatusCode;
use countersign_model::finding::{FindingKind, Severity};
use countersign_model::incident::{Incident, IncidentState};
use countersign_model::notice::{Notice, NoticeKind};
use countersign_store::{OutboxEntry, PipelineCommit};

#[tokio::test]
async fn today_says_in_one_sentence_whether_customers_are_affected() {
    let house = House::on_the_quiet_sunday().await;
    let page = house.page("/").await;
    assert_eq!(page.status, StatusCode::OK);
    let sentence = "From 10:00 (Chicago) 11,500 members get reminders with old balances, \
                    unless INT-029's secret is renewed: 3 h 08 min left.";
    assert!(page.words().contains(sentence), "{}", page.words());
    let well = House::with(sample::all_healthy(), Vec::new())
        .await
        .page("/")
        .await;
    assert!(
        well.words().contains("No customer is affected."),
        "{}",
        well.words()
    );
    assert!(well.words().contains("None is open."), "{}", well.words());
}

#[tokio::test]
async fn today_shows_units_endings_renewals_and_what_to_do() {
    let words = House::on_the_quiet_sunday().await.page("/").await.words();
    for expected in [
        "Loyalty & Membership",
        "Failing",
        "Points balance load: Its secret is refused.",
        "ended 7 days ago",
        "Next token renewals",
        "Confidence 99 of 100 · refresh seen, calls seen, downstream not seen",
        "A dead credential would be known within: 3 min · Report its calls: 2 min instead of 3 min",
        "What was promised",
        "after 30 s on average, 1 of 1 incident within 15 min",
        "In Setup, generate a second secret for the package.",
        "countersign credential add INT-029",
        "demo time",
    ] {
        assert!(
            words.replace("&#38;", "&").contains(expected),
            "{expected:?} not in {words}"
        );
    }
}

#[tokio::test]
async fn an_empty_house_says_how_to_begin() {
    let house = House::empty().await;
    let words = house.page("/").await.words();
    assert!(
        words.contains("We cannot say whether customers are affected"),
        "{words}"
    );
    assert!(
        words.contains("countersign estate apply estate.yaml"),
        "{words}"
    );
    let words = house.page("/incidents").await.words();
    assert!(words.contains("None is open."), "{words}");
    let words = house.page("/incidents?all=true").await.words();
    assert!(words.contains("There has been none yet."), "{words}");
}

#[tokio::test]
async fn the_incident_page_tells_cause_chain_harm_evidence_people_and_steps() {
    let house = House::on_the_quiet_sunday().await;
    let words = house.page("/incidents/inc_01points").await.words();
    for expected in [
        "Loyalty: points data stopped refreshing.",
        "The secret of Points balance load (INT-029) ended on 22 November 2026 and is refused.",
        "3 h 08 min",
        "Points expiring reminder",
        "reads DE-16",
        "first harm",
        "What Marketing Cloud would show, and what is true",
        "Nobody looked:",
        "renewal refused: invalid_client (401)",
        "Whether somebody else still mints with this secret.",
        "Partner accrual files",
        "Loyalty Product Engineering",
        "Data Platform",
        "countersign renew INT-029",
        "06:51:29 (Chicago)",
        "No notice has gone out: none was due, or no channel is configured.",
    ] {
        assert!(words.contains(expected), "{expected:?} not in {words}");
    }
    assert!(!words.contains("Marketing Cloud shows"), "{words}");
    assert!(!words.contains("last run complete"), "{words}");
}

#[tokio::test]
async fn the_incident_page_shows_who_was_told() {
    let house = House::on_the_quiet_sunday().await;
    let notice = Notice {
        id: "ntc_1".parse().unwrap(),
        kind: NoticeKind::IncidentOpened,
        incident: "inc_01points".parse().unwrap(),
        team: None,
        subject: "Loyalty: points data stopped refreshing.".to_owned(),
        summary: String::new(),
        detail: Vec::new(),
        created_at: sample::at("12:51:29"),
    };
    let entry = OutboxEntry {
        notice,
        channels: vec!["mail:loyalty".to_owned()],
    };
    house
        .commit(PipelineCommit {
            notices: vec![entry],
            ..PipelineCommit::default()
        })
        .await;
    let words = house.page("/incidents/inc_01points").await.words();
    assert!(words.contains("Waiting mail:loyalty"), "{words}");
}

/// A broker that is set to ask before it locks asks here too, with the command that answers it.
#[tokio::test]
async fn the_incident_page_asks_what_the_broker_asks() {
    let mut incident = sample::points();
    incident.asked_at = Some(sample::at("12:52:29"));
    let command = "countersign credential disable INT-029 --reason \"refused three times\"";
    incident.runbook[2].command = Some(command.to_owned());
    incident.impact = None;
    let incident = sample::counted(incident);
    let house = House::with(sample::statuses(), vec![incident]).await;
    let page = house.page("/incidents/inc_01points").await;
    let words = page.words();
    assert!(words.contains("Owner asked to stop it 06:52:29"), "{words}");
    let shown = command.replace('"', "&#34;");
    assert!(page.body.contains(&shown), "{}", page.body);
}

#[tokio::test]
async fn the_list_shows_open_ones_and_on_request_all() {
    let resolved = Incident {
        id: "inc_00old".parse().unwrap(),
        state: IncidentState::Resolved,
        title: "Cart: mails stopped.".to_owned(),
        resolved_at: Some(sample::at("09:00:00")),
        ..sample::points()
    };
    let house = House::with(sample::statuses(), vec![sample::points(), resolved]).await;
    let open = house.page("/incidents").await.words();
    assert!(
        open.contains("points data") && !open.contains("Cart"),
        "{open}"
    );
    let all = house.page("/incidents?all=true").await.words();
    assert!(all.contains("points data") && all.contains("Cart"), "{all}");
}

#[tokio::test]
async fn names_from_the_estate_and_incidents_are_text_and_never_markup() {
    let script = "<script>alert(1)</script>\"'&";
    let mut incident = sample::points();
    incident.title = script.to_owned();
    incident.owner = Some(script.to_owned());
    incident.unaffected = vec![script.to_owned()];
    incident.blind_spots = vec![script.to_owned()];
    incident.runbook[1].command = Some(script.to_owned());
    for hit in &mut incident.affected {
        hit.name = script.to_owned();
        hit.words = script.to_owned();
    }
    incident.impact = None;
    let incident = sample::counted(incident);
    let mut statuses = sample::statuses();
    for status in &mut statuses {
        status.reason = script.to_owned();
    }
    let house = House::with(statuses, vec![incident]).await;
    let mut estate = sample::estate();
    estate.business_units[0].name = script.to_owned();
    for integration in &mut estate.integrations {
        integration.name = script.to_owned();
        integration.owner = Some(script.to_owned());
    }
    house
        .app
        .store
        .estate_put(&estate, sample::now())
        .await
        .unwrap();
    for path in ["/", "/incidents", "/incidents/inc_01points"] {
        let body = house.page(path).await.body;
        assert!(!body.contains("<script>alert"), "{path}");
        assert!(body.contains("&#60;script&#62;alert(1)"), "{path}");
    }
}

#[tokio::test]
async fn a_long_name_may_break_after_its_underscores_and_is_still_text() {
    let mut incident = sample::points();
    incident.affected[0].name = "LOY_<b>_&_Points".to_owned();
    let house = House::with(sample::statuses(), vec![incident]).await;
    let body = house.page("/incidents/inc_01points").await.body;
    let name = "LOY_<wbr>&#60;b&#62;_<wbr>&#38;_<wbr>Points";
    assert!(body.contains(name), "{body}");
    assert!(!body.contains("<b>"), "{body}");
}

#[tokio::test]
async fn pages_carry_landmarks_a_skip_link_and_no_inline_script_or_style() {
    let house = House::on_the_quiet_sunday().await;
    for path in ["/", "/incidents", "/incidents/inc_01points"] {
        let body = house.page(path).await.body;
        for part in [
            "<main",
            "<header",
            "<nav aria-label",
            "<footer",
            "class=\"skip\"",
            "lang=\"en\"",
        ] {
            assert!(body.contains(part), "{path} lacks {part}");
        }
        assert_eq!(body.matches("<h1").count(), 1, "{path}");
        for inline in ["style=", "<style", "onclick", "onload", "javascript:"] {
            assert!(!body.contains(inline), "{path} has {inline}");
        }
        let scripts = body.matches("<script").count();
        assert_eq!(
            scripts,
            body.matches("<script type=\"module\" src=\"/assets/")
                .count()
        );
    }
}

#[tokio::test]
async fn every_time_on_a_page_has_utc_in_its_title() {
    let house = House::on_the_quiet_sunday().await;
    let body = house.page("/incidents/inc_01points").await.body;
    let heads = body.split("<time ").skip(1);
    let heads = heads.map(|tag| tag.split('>').next().unwrap());
    let times: Vec<&str> = heads.filter(|head| !head.contains("data-clock")).collect();
    assert!(!times.is_empty(), "the page tells no time");
    for head in times {
        assert!(head.contains("title=") && head.contains("UTC"), "{head}");
    }
}

#[tokio::test]
async fn an_unknown_page_is_a_page_that_says_so() {
    let house = House::on_the_quiet_sunday().await;
    for path in [
        "/nothing",
        "/incidents/inc_none",
        "/assets/none.css",
        "/problems/none",
    ] {
        let page = house.page(path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        assert!(
            page.header("content-type").starts_with("text/html"),
            "{path}"
        );
        assert!(page.words().contains("Go to Today"), "{}", page.words());
    }
}

#[tokio::test]
async fn today_lists_findings_with_their_remedy_and_none_where_there_is_none() {
    let house = House::with(sample::all_healthy(), Vec::new()).await;
    let words = house.page("/").await.words();
    assert!(
        !words.contains("Weaknesses that are no outage yet."),
        "{words}"
    );
    house
        .commit(PipelineCommit {
            findings: vec![sample::weakness(FindingKind::WrongBu, Severity::Urgent)],
            ..PipelineCommit::default()
        })
        .await;
    let words = house.page("/").await.words();
    for expected in [
        "Weaknesses that are no outage yet.",
        "Points balance load: the permission to write tables was removed.",
        "Act within days",
        "Give its package the permission back.",
        "No customer is affected.",
    ] {
        assert!(words.contains(expected), "{expected:?} not in {words}");
    }
}
