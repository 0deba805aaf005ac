//! Assets: fields that belong to another kind, and numbers out of range.

use super::Finding;
use countersign_model::estate::{Asset, AssetKind, Estate};

pub(super) fn lint(estate: &Estate, findings: &mut Vec<Finding>) {
    for (index, asset) in estate.assets.iter().enumerate() {
        let at = |field: &str| format!("assets[{index}].{field}");
        kinds(asset, &at, findings);
        numbers(asset, &at, findings);
        if asset.kind == AssetKind::Launch && asset.starts_at.is_none() {
            let said = (
                format!("{} is a launch without a start.", asset.id),
                "Give `starts_at`.",
            );
            findings.push(Finding::error(
                at("starts_at"),
                "launch_without_start",
                said,
            ));
        }
    }
}

fn kinds(asset: &Asset, at: &dyn Fn(&str) -> String, findings: &mut Vec<Finding>) {
    use AssetKind::{Automation, DataExtension, Journey, Launch, TriggeredSend};
    let given: [(&str, bool, &[AssetKind]); 12] = [
        ("writes", !asset.writes.is_empty(), &[Automation]),
        ("rows", asset.rows.is_some(), &[DataExtension]),
        (
            "rows_per_run",
            asset.rows_per_run.is_some(),
            &[DataExtension],
        ),
        (
            "normal_change",
            !asset.normal_change.is_empty(),
            &[DataExtension],
        ),
        (
            "warn_after_min",
            asset.warn_after_min.is_some(),
            &[DataExtension],
        ),
        (
            "critical_after_min",
            asset.critical_after_min.is_some(),
            &[DataExtension],
        ),
        ("entry", asset.entry.is_some(), &[Journey]),
        ("value_usd", asset.value_usd.is_some(), &[Journey]),
        (
            "volume_weekday",
            asset.volume_weekday.is_some(),
            &[Journey, TriggeredSend],
        ),
        ("useful_min", asset.useful_min.is_some(), &[TriggeredSend]),
        ("starts_at", asset.starts_at.is_some(), &[Launch]),
        ("audience", asset.audience.is_some(), &[Launch]),
    ];
    for (field, present, belongs_to) in given {
        if present && !belongs_to.contains(&asset.kind) {
            let message = format!(
                "`{field}` of {} belongs to another kind of asset.",
                asset.id
            );
            let said = (message, "Correct `kind`, or remove the field.");
            findings.push(Finding::warning(at(field), "field_of_other_kind", said));
        }
    }
}

fn numbers(asset: &Asset, at: &dyn Fn(&str) -> String, findings: &mut Vec<Finding>) {
    let negative = |number: Option<f64>| number.is_some_and(|number| number < 0.0);
    for (field, number) in [
        ("weekend_factor", asset.weekend_factor),
        ("value_usd", asset.value_usd),
    ] {
        if negative(number) {
            let said = (
                format!("`{field}` of {} is below 0.", asset.id),
                "Use 0 or more.",
            );
            findings.push(Finding::error(at(field), "number_out_of_range", said));
        }
    }
    if let (Some(warn), Some(critical)) = (asset.warn_after_min, asset.critical_after_min)
        && critical <= warn
    {
        let message = format!(
            "{} would be critical after {critical} min, before its warning.",
            asset.id
        );
        let said = (message, "Let `critical_after_min` be the greater one.");
        findings.push(Finding::error(
            at("critical_after_min"),
            "freshness_reversed",
            said,
        ));
    }
}
