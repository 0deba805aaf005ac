//! "Did you mean": the legal name closest to a misspelt one.

/// Furthest edit distance at which a suggestion still helps more than it confuses.
const DISTANCE_MAX: usize = 3;

/// Returns the candidate fewest edits away from `name`, if it is close enough to be meant.
///
/// Close enough is at most three edits, and fewer than half of the name's letters. Of equally
/// close candidates the first wins, so that the answer is stable.
pub(super) fn find_nearest<'c>(
    name: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    let bound = DISTANCE_MAX.min(name.chars().count().div_ceil(2));
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        if candidate.len().abs_diff(name.len()) > 2 * DISTANCE_MAX {
            continue;
        }
        let distance = edits(name, candidate);
        if distance <= bound && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Levenshtein distance, ignoring case and treating `-` as `_`.
fn edits(a: &str, b: &str) -> usize {
    let fold = |text: &str| -> Vec<char> {
        text.chars()
            .map(|c| {
                if c == '-' {
                    '_'
                } else {
                    c.to_ascii_lowercase()
                }
            })
            .collect()
    };
    let (a, b) = (fold(a), fold(b));
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(from != to);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
