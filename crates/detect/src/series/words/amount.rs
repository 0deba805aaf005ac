//! Amounts and spans of time as people say them.

use countersign_model::SignedDuration;

/// An amount to two or three digits, with commas: "14", "1,900", "61,000".
pub(in crate::series) fn about(amount: f64) -> String {
    let amount = amount.max(0.0);
    let step = match amount {
        _ if amount < 100.0 => 1.0,
        _ if amount < 1_000.0 => 10.0,
        _ => 10_f64.powf(amount.log10().floor() - 1.0),
    };
    if amount > 0.0 && amount < 0.5 {
        return "less than 1".to_owned();
    }
    with_commas(((amount / step).round() * step).min(1e15) as u64)
}

fn with_commas(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A span to its two greatest units: "25 min", "3 h 10 min", "2 days".
pub(in crate::series) fn ago(span: SignedDuration) -> String {
    let minutes = (span.as_secs().max(0) + 30) / 60;
    let (days, hours, rest) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    match (days, hours, rest) {
        (0, 0, 0) => format!("{} s", span.as_secs().max(0)),
        (0, 0, rest) => format!("{rest} min"),
        (0, hours, 0) => format!("{hours} h"),
        (0, hours, rest) => format!("{hours} h {rest} min"),
        (1, 0, _) => "1 day".to_owned(),
        (days, 0, _) => format!("{days} days"),
        (1, hours, _) => format!("1 day {hours} h"),
        (days, hours, _) => format!("{days} days {hours} h"),
    }
}
