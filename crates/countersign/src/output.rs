//! What commands print: one JSON document, or words in columns.

use serde::Serialize;

/// Prints one JSON document.
pub(crate) fn document(value: &impl Serialize) {
    let text = serde_json::to_string(value).expect("our own values are JSON");
    println!("{text}");
}

/// Prints rows under a head, columns as wide as they need to be.
pub(crate) fn table(head: &[&str], rows: &[Vec<String>]) {
    let mut widths: Vec<usize> = head.iter().map(|cell| cell.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: &[String]| {
        let padded: Vec<String> = cells
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        println!("{}", padded.join("  ").trim_end());
    };
    line(
        &head
            .iter()
            .map(|cell| (*cell).to_owned())
            .collect::<Vec<_>>(),
    );
    rows.iter().for_each(|row| line(row));
}
