//! What every `Cargo.toml` of ours must say: the house's lints, and versions chosen at the root.

/// Faults of one manifest. Reads lines, not TOML: our manifests are flat and formatted alike.
pub(crate) fn faults(name: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    if !lines_of(text).any(|(section, line)| match section {
        "lints" => line == "workspace = true",
        "" => line == "lints.workspace = true",
        _ => false,
    }) {
        found.push(format!(
            "{name}: its manifest must say `lints.workspace = true`"
        ));
    }
    for (_, line) in lines_of(text).filter(|(section, _)| section.ends_with("dependencies")) {
        let entry = line.split_once('=').map_or(line, |(entry, _)| entry.trim());
        if !entry.ends_with(".workspace") {
            found.push(format!(
                "{name}: dependency `{entry}` must be chosen in the root manifest and named here \
                 as `{entry}.workspace = true`"
            ));
        }
    }
    found
}

/// Lines that say something, each with the section it stands in (`""` before the first).
fn lines_of(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut section = "";
    let telling = text
        .lines()
        .map(str::trim)
        .filter(|l| !l.is_empty() && !l.starts_with('#'));
    telling.filter_map(move |line| {
        match line
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            Some(title) => {
                section = title;
                None
            }
            None => Some((section, line)),
        }
    })
}
