use super::*;
use countersign_model::impact::{Figure, Part, Range, Unit};

#[test]
fn a_figure_shows_its_range_its_shares_and_what_it_rests_on() {
    let figure = |kind, unit| Figure {
        kind,
        asset: None,
        range: Range {
            low: 138.4,
            best: 173.0,
            high: 207.6,
        },
        unit,
        words: "About 173 messages wait.".to_owned(),
        parts: vec![Part {
            fate: Fate::MustNotSend,
            n: 138.0,
        }],
        assumes: vec![0, 2],
    };
    let impact = Impact {
        as_of: "2026-11-22T12:52:00Z".parse().unwrap(),
        figures: vec![
            figure(FigureKind::CallerBacklog, Unit::Messages),
            figure(FigureKind::ValueAtRisk, Unit::Usd),
            figure(FigureKind::Prevented, Unit::Contacts),
        ],
        assumptions: vec!["One.".to_owned(), "Two.".to_owned(), "Three.".to_owned()],
    };
    let view = impact_view(&impact, &Place::utc(), impact.as_of);
    assert_eq!((view.rows.len(), view.kept.len()), (2, 1));
    let backlog = &view.rows[0];
    assert_eq!(backlog.name, "Waiting at the caller");
    assert_eq!(backlog.range, "138 to 208 messages");
    assert_eq!(backlog.parts, ["138 must not be sent"]);
    assert_eq!(backlog.rests_on, "1, 3");
    assert_eq!(view.rows[1].range, "$138 to $208");
    assert_eq!(view.assumptions.len(), 3);
}
