//! V1: secret bytes are exposed at the sites listed in `SECURITY.md`, and at each as often as it
//! says there.

use crate::source::{Source, words};
use crate::tree::Tree;
use std::collections::BTreeMap;

/// The fence that opens the list: lines of `module count what for`.
const FENCE: &str = "```expose-sites";

/// Differences between the list and the code, both ways.
pub(super) fn faults(tree: &Tree) -> Vec<String> {
    let Some(text) = tree.document("SECURITY.md") else {
        return vec!["SECURITY.md is missing, and with it the list of expose sites".to_owned()];
    };
    let listed = match listed(text) {
        Ok(listed) => listed,
        Err(fault) => return vec![fault],
    };
    let found = in_code(tree);
    let mut faults = Vec::new();
    for module in listed
        .keys()
        .chain(found.keys().filter(|m| !listed.contains_key(*m)))
    {
        let says = listed.get(module).copied().unwrap_or(0);
        let has = found.get(module).copied().unwrap_or(0);
        if says != has {
            faults.push(format!(
                "V1: `{module}` exposes secret bytes {has} times, SECURITY.md lists {says}"
            ));
        }
    }
    faults
}

fn listed(text: &str) -> Result<BTreeMap<String, usize>, String> {
    let missing = || format!("SECURITY.md has no list of expose sites between `{FENCE}` and ```");
    let (_, rest) = text.split_once(FENCE).ok_or_else(missing)?;
    let (list, _) = rest.split_once("```").ok_or_else(missing)?;
    let mut sites = BTreeMap::new();
    for line in list.lines().filter(|line| !line.trim().is_empty()) {
        let mut fields = line.split_whitespace();
        let (module, count) = (fields.next().unwrap_or_default(), fields.next());
        let count = count.and_then(|count| count.parse().ok());
        let count = count.ok_or_else(|| format!("SECURITY.md: `{line}` needs `module count …`"))?;
        sites.insert(module.to_owned(), count);
    }
    Ok(sites)
}

fn in_code(tree: &Tree) -> BTreeMap<String, usize> {
    let counted = tree
        .sources
        .iter()
        .map(|source| (source.module(), calls(source)));
    counted.filter(|(_, calls)| *calls > 0).collect()
}

/// How often a source calls `expose`, as a method or by its path. The definition does not count.
fn calls(source: &Source) -> usize {
    let called = |at: &usize| {
        let before = source.product[..*at].trim_end();
        before.ends_with('.') || before.ends_with("::")
    };
    words(&source.product, "expose")
        .iter()
        .filter(|at| called(at))
        .count()
}
