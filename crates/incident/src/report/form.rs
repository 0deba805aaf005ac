//! The two forms of a report.

use super::{Block, Report};
use std::fmt::Write;

pub(super) fn markdown(report: &Report) -> String {
    let mut text = format!("# {}\n", plain(&report.title));
    for section in &report.sections {
        put(&mut text, format_args!("\n## {}\n", section.title));
        for block in &section.blocks {
            match block {
                Block::Text(words) => put(&mut text, format_args!("\n{}\n", plain(words))),
                Block::List(items) => {
                    text.push('\n');
                    for item in items {
                        put(&mut text, format_args!("- {}\n", plain(item)));
                    }
                }
                Block::Table { head, rows } => {
                    let rule = vec!["---"; head.len()];
                    put(&mut text, format_args!("\n| {} |\n", head.join(" | ")));
                    put(&mut text, format_args!("| {} |\n", rule.join(" | ")));
                    for row in rows {
                        let cells: Vec<String> = row.iter().map(|cell| plain(cell)).collect();
                        put(&mut text, format_args!("| {} |\n", cells.join(" | ")));
                    }
                }
            }
        }
    }
    text
}

pub(super) fn html(report: &Report) -> String {
    let mut text = format!("<h1>{}</h1>\n", escaped(&report.title));
    for section in &report.sections {
        put(
            &mut text,
            format_args!("<section>\n<h2>{}</h2>\n", section.title),
        );
        for block in &section.blocks {
            match block {
                Block::Text(words) => put(&mut text, format_args!("<p>{}</p>\n", escaped(words))),
                Block::List(items) => {
                    text.push_str("<ul>\n");
                    for item in items {
                        put(&mut text, format_args!("<li>{}</li>\n", escaped(item)));
                    }
                    text.push_str("</ul>\n");
                }
                Block::Table { head, rows } => {
                    text.push_str("<table>\n<thead><tr>");
                    for name in head {
                        put(&mut text, format_args!("<th scope=\"col\">{name}</th>"));
                    }
                    text.push_str("</tr></thead>\n<tbody>\n");
                    for row in rows {
                        text.push_str("<tr>");
                        for cell in row {
                            put(&mut text, format_args!("<td>{}</td>", escaped(cell)));
                        }
                        text.push_str("</tr>\n");
                    }
                    text.push_str("</tbody>\n</table>\n");
                }
            }
        }
        text.push_str("</section>\n");
    }
    text
}

fn put(text: &mut String, words: std::fmt::Arguments<'_>) {
    text.write_fmt(words).expect("a string takes every text");
}

/// A text that stays a text in Markdown, on one line.
fn plain(words: &str) -> String {
    let mut text = String::new();
    for letter in words.chars() {
        match letter {
            '\n' | '\r' | '\t' => text.push(' '),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' => {
                text.push('\\');
                text.push(letter);
            }
            _ => text.push(letter),
        }
    }
    text
}

fn escaped(words: &str) -> String {
    let mut text = String::new();
    for letter in words.chars() {
        match letter {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '"' => text.push_str("&quot;"),
            '\'' => text.push_str("&#39;"),
            _ => text.push(letter),
        }
    }
    text
}
