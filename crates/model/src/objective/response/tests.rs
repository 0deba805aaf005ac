use super::*;
use crate::objective::sample::{self, estate};

fn at(text: &str) -> Timestamp {
    format!("2026-11-{text}Z").parse().unwrap()
}

/// Began, opened, ended.
fn incident(flow: &str, began: &str, opened: &str, ended: Option<&str>) -> Incident {
    Incident {
        state: match ended {
            Some(_) => IncidentState::Resolved,
            None => IncidentState::Open,
        },
        title: format!("{flow} stopped."),
        integrations: vec![flow.parse().unwrap()],
        started_at: at(began),
        opened_at: Some(at(opened)),
        notified_at: Some(at(opened)),
        resolved_at: ended.map(at),
        ..sample::incident()
    }
}

#[test]
fn figures_are_taken_over_the_estate_and_over_each_tier() {
    let incidents = [
        incident("A", "10T10:00:00", "10T10:02:00", Some("10T10:22:00")),
        incident("A", "11T10:00:00", "11T10:20:00", Some("11T11:20:00")),
        incident("B", "12T10:00:00", "12T10:05:00", None),
    ];
    let told = Responses::over(&estate(), &incidents, 30, at("20T00:00:00"));
    let tiers: Vec<_> = told.figures.iter().map(|figure| figure.tier).collect();
    assert_eq!(tiers, [None, Some(Tier::T0), Some(Tier::T3)]);
    let all = &told.figures[0];
    assert_eq!(
        all.to_detect,
        Figure {
            n: 3,
            mean_s: Some(540),
            worst_s: Some(1_200),
            target_s: 900,
            n_within: 2
        }
    );
    assert_eq!(
        all.to_recover,
        Figure {
            n: 2,
            mean_s: Some(2_400),
            worst_s: Some(3_600),
            target_s: 1_800,
            n_within: 1
        },
        "an open incident has no end to count"
    );
    assert_eq!(told.figures[2].to_recover.mean_s, None);
    assert_eq!(
        told.improve,
        [
            "\"A stopped\" took 60 min to end; the target is 30 min.",
            "\"A stopped\" was found after 20 min; the target is 15 min."
        ]
    );
}

#[test]
fn suspicions_parts_and_older_incidents_are_not_counted() {
    let inside = incident("A", "10T10:00:00", "10T10:02:00", Some("10T10:22:00"));
    let part = Incident {
        part_of: Some("inc_other".parse().unwrap()),
        ..inside.clone()
    };
    let suspicion = Incident {
        state: IncidentState::Suspect,
        opened_at: None,
        ..inside.clone()
    };
    let count = |days| {
        let incidents = [inside.clone(), part.clone(), suspicion.clone()];
        let told = Responses::over(&estate(), &incidents, days, at("20T10:00:00"));
        told.figures[0].to_detect.n
    };
    assert_eq!((count(30), count(9)), (1, 0));
}

#[test]
fn without_incidents_there_is_no_mean() {
    let told = Responses::over(&estate(), &[], 90, at("20T00:00:00"));
    let figure = &told.figures[0].to_detect;
    assert_eq!((figure.n, figure.mean_s, figure.worst_s), (0, None, None));
    assert_eq!(told.improve, Vec::<String>::new());
}
