use super::*;

#[test]
fn every_number_has_its_row_in_its_place() {
    assert_eq!(Limit::FiledKeptDays as usize, ROWS.len() - 1);
    for (limit, name) in [
        (Limit::RenewalLeftShare, "renewal_left_share"),
        (Limit::StormMintsMin, "storm_mints_min"),
        (Limit::SkewS, "skew_s"),
        (Limit::IdleUrgentDays, "idle_urgent_days"),
        (Limit::JobRowsShare, "job_rows_share"),
        (Limit::EndingInfoDays, "ending_info_days"),
        (Limit::FiledKeptDays, "filed_kept_days"),
    ] {
        assert_eq!(ROWS[limit as usize].name, name);
    }
    let mut names = ROWS.map(|row| row.name);
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
}

#[test]
fn every_default_is_within_its_bounds_and_says_where_it_comes_from() {
    for row in ROWS {
        assert!(
            (row.least..=row.most).contains(&row.default),
            "{}",
            row.name
        );
        assert!(
            !row.what.is_empty() && !row.source.is_empty(),
            "{}",
            row.name
        );
    }
}

#[test]
fn a_number_can_be_changed_within_its_bounds() {
    let rules = FindingRules::default().with(Limit::IdleInfoDays, 10.0);
    assert!((rules.get(Limit::IdleInfoDays) - 10.0).abs() < f64::EPSILON);
    let rules = rules.with(Limit::RenewalLeftShare, 7.0);
    assert!((rules.get(Limit::RenewalLeftShare) - 0.5).abs() < f64::EPSILON);
}

#[test]
fn the_page_has_every_number_and_every_kind() {
    let page = include_str!("../../../../../docs/formats/findings.md");
    for row in ROWS {
        let Row {
            name,
            default,
            least,
            most,
            what,
            source,
        } = row;
        let line = format!("| `{name}` | {default} | {least} to {most} | {what} | {source} |");
        assert!(
            page.lines().any(|written| written == line),
            "not on the page: {line}"
        );
    }
    let numbers = page
        .lines()
        .filter(|line| line.starts_with("| `") && line.contains(" to "));
    assert!(numbers.count() >= ROWS.len());
    for kind in countersign_model::finding::FindingKind::ALL {
        let name = format!("`{}`", kind.as_str());
        assert!(page.contains(&name), "{name} is not on the page");
    }
}
