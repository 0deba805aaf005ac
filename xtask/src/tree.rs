//! The texts of the checkout, read once: Rust sources, documents and the names of all files.

use crate::source::Source;
use anyhow::{Context, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Folders that hold no text of ours.
const SKIPPED: &[&str] = &[
    "target",
    ".git",
    "node_modules",
    ".venv",
    "countersign-data",
];

/// Everything the checks of `tidy` look at. Paths are relative to the root, with `/`.
#[derive(Default)]
pub(crate) struct Tree {
    /// Every Rust source.
    pub(crate) sources: Vec<Source>,
    documents: BTreeMap<String, String>,
    paths: BTreeSet<String>,
}

impl Tree {
    /// A tree of these files and their texts.
    pub(crate) fn of(files: impl IntoIterator<Item = (String, String)>) -> Tree {
        let mut tree = Tree::default();
        for (path, text) in files {
            tree.paths.insert(path.clone());
            match path.rsplit_once('.') {
                Some((_, "rs")) => tree.sources.push(Source::new(path, text)),
                _ => drop(tree.documents.insert(path, text)),
            }
        }
        let declared: BTreeSet<String> = tree
            .sources
            .iter()
            .flat_map(Source::declared_tests)
            .collect();
        let known = |source: Source| match declared.contains(&source.path) {
            true => source.into_test(),
            false => source,
        };
        tree.sources = tree.sources.into_iter().map(known).collect();
        tree
    }

    /// The text of a document, by its path.
    pub(crate) fn document(&self, path: &str) -> Option<&str> {
        self.documents.get(path).map(String::as_str)
    }

    /// Whether a file or folder of this path exists.
    pub(crate) fn exists(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        let within = |file: &String| file.strip_prefix(path).is_some_and(|r| r.starts_with('/'));
        self.paths.contains(path) || self.paths.iter().any(within)
    }

    /// The paths of files directly inside a folder.
    pub(crate) fn inside<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a str> {
        self.paths.iter().filter_map(move |path| {
            let rest = path.strip_prefix(folder)?.strip_prefix('/')?;
            (!rest.contains('/')).then_some(path.as_str())
        })
    }
}

/// The root of the workspace: the parent of this crate's directory.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent()
        .expect("the manifest of xtask lies in a folder below the root")
        .to_owned()
}

/// Reads the checkout below `root`.
pub(crate) fn read(root: &Path) -> Result<Tree> {
    let mut files = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries =
            fs::read_dir(&folder).with_context(|| format!("list {}", folder.display()))?;
        for entry in entries {
            let entry = entry.with_context(|| format!("list {}", folder.display()))?;
            let name = entry.file_name();
            if entry.path().is_dir() {
                if !SKIPPED.iter().any(|skipped| name == *skipped) {
                    folders.push(entry.path());
                }
                continue;
            }
            files.push((relative(root, &entry.path()), text_of(&entry.path())?));
        }
    }
    files.sort();
    Ok(Tree::of(files))
}

fn relative(root: &Path, path: &Path) -> String {
    let path = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<_> = path
        .components()
        .map(|part| part.as_os_str().to_string_lossy())
        .collect();
    parts.join("/")
}

/// The text of sources and documents; of other files only the name matters.
fn text_of(path: &Path) -> Result<String> {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("rs" | "md") => {
            fs::read_to_string(path).with_context(|| format!("read {}", path.display()))
        }
        _ => Ok(String::new()),
    }
}
