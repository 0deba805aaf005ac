//! One Rust source, read just well enough to ask simple questions of it.
//!
//! Not a parser: comments and the insides of literals are blanked, byte for byte, so that a search
//! in [`Source::code`] finds code only and its offsets still hold in [`Source::text`].

mod function;
mod mask;
#[cfg(test)]
mod tests;

pub(crate) use function::Function;
use std::ops::Range;

/// A Rust file.
pub(crate) struct Source {
    /// Path relative to the root.
    pub(crate) path: String,
    /// The file as it is.
    pub(crate) text: String,
    /// The same length, with comments and the insides of literals blanked.
    pub(crate) code: String,
    /// `code` with what is test blanked too; all blank for a file of tests.
    pub(crate) product: String,
    test_modules: Vec<Range<usize>>,
    is_test: bool,
}

impl Source {
    /// Reads a file.
    pub(crate) fn new(path: String, text: String) -> Source {
        let code = mask::without_comments_and_literals(&text);
        let test_modules = mask::test_modules(&code);
        let product = without(&code, &test_modules);
        let is_test = is_test_file(&path);
        let source = Source {
            path,
            text,
            code,
            product,
            test_modules,
            is_test,
        };
        if is_test { source.into_test() } else { source }
    }

    /// The same file, known to be a test as a whole.
    pub(crate) fn into_test(mut self) -> Source {
        self.test_modules = vec![Range {
            start: 0,
            end: self.code.len(),
        }];
        self.product = without(&self.code, &self.test_modules);
        self.is_test = true;
        self
    }

    /// Whether the file belongs to tests as a whole.
    pub(crate) fn is_test(&self) -> bool {
        self.is_test
    }

    /// The files it declares by `#[cfg(test)] mod name;`, which are tests whatever they are called.
    pub(crate) fn declared_tests(&self) -> Vec<String> {
        let stem = self.path.trim_end_matches(".rs");
        let folder = match stem.rsplit_once('/') {
            Some((folder, "lib" | "main")) => folder,
            _ => stem,
        };
        let names = mask::declared_test_modules(&self.code);
        names
            .into_iter()
            .map(|name| format!("{folder}/{name}.rs"))
            .collect()
    }

    /// What of the file ships, with its comments and literals.
    pub(crate) fn product_text(&self) -> String {
        without(&self.text, &self.test_modules)
    }

    /// What of the file is test, with its comments and literals.
    pub(crate) fn test_text(&self) -> String {
        self.test_modules
            .iter()
            .map(|module| &self.text[module.clone()])
            .collect()
    }

    /// The line number of an offset, from 1.
    pub(crate) fn line_of(&self, offset: usize) -> usize {
        1 + self.text.as_bytes()[..offset]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count()
    }

    /// The functions that have a body.
    pub(crate) fn functions(&self) -> Vec<Function> {
        function::all(&self.code)
    }

    /// The module a file is, as `room::module::part`, from its path.
    ///
    /// `crates/vault/src/envelope.rs` is `vault::envelope`; `lib.rs` and `main.rs` are their room.
    pub(crate) fn module(&self) -> String {
        let path = self.path.strip_prefix("crates/").unwrap_or(&self.path);
        let parts = path
            .trim_end_matches(".rs")
            .split('/')
            .filter(|part| *part != "src");
        let mut parts: Vec<&str> = parts.collect();
        if matches!(parts.last(), Some(&("lib" | "main"))) {
            parts.pop();
        }
        parts.join("::").replace('-', "_")
    }
}

fn without(text: &str, spans: &[Range<usize>]) -> String {
    let mut kept = text.to_owned();
    for span in spans {
        mask::blank(&mut kept, span.clone());
    }
    kept
}

/// Whether a path is a test: `tests.rs`, or anything below a folder called `tests`.
fn is_test_file(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.split('/').any(|part| part == "tests")
}

/// The offset just behind the bracket that closes the one at `open`; `None` when it never closes.
pub(crate) fn end_of_brackets(code: &str, open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in code.bytes().enumerate().skip(open) {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            return Some(at + 1);
        }
    }
    None
}

/// The offsets at which `word` stands alone in `code`, not as a part of a longer name.
pub(crate) fn words(code: &str, word: &str) -> Vec<usize> {
    let part_of_name =
        |byte: Option<&u8>| byte.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
    let bytes = code.as_bytes();
    let alone = |at: &usize| {
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        !part_of_name(before) && !part_of_name(bytes.get(at + word.len()))
    };
    code.match_indices(word)
        .map(|(at, _)| at)
        .filter(alone)
        .collect()
}
