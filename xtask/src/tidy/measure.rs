//! Prints files, functions and parameter lists that are longer than the calm ones. Fails nothing.

use crate::source::Source;
use crate::tree::Tree;

const FILE_LINES_MAX: usize = 400;
const FUNCTION_LINES_MAX: usize = 70;
const PARAMETERS_MAX: usize = 5;

/// One line for each thing worth a look, most of them by path.
pub(super) fn what_stands_out(tree: &Tree) -> Vec<String> {
    tree.sources
        .iter()
        .filter(|source| !source.is_test())
        .flat_map(of_source)
        .collect()
}

fn of_source(source: &Source) -> Vec<String> {
    let path = &source.path;
    let mut found = Vec::new();
    let n_lines = source.product_text().trim_end().lines().count();
    if n_lines > FILE_LINES_MAX {
        found.push(format!(
            "{path}: {n_lines} lines without tests (aim 150, rarely beyond 400)"
        ));
    }
    for function in source.functions() {
        let (line, name) = (source.line_of(function.offset), &function.name);
        if function.n_lines > FUNCTION_LINES_MAX {
            let n_lines = function.n_lines;
            found.push(format!(
                "{path}:{line}: `{name}` has {n_lines} lines (rarely beyond 70)"
            ));
        }
        if function.n_parameters > PARAMETERS_MAX {
            let n_parameters = function.n_parameters;
            found.push(format!(
                "{path}:{line}: `{name}` takes {n_parameters} parameters (rarely beyond 5)"
            ));
        }
    }
    found
}
