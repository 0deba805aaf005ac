//! XML within bounds: bytes to a tree, text to what may stand in a document.
//!
//! A reader for requests of strangers. What could make it work without end is refused: document types
//! (and so entities), deep nesting, crowds of elements and attributes. Prefixes are not looked up:
//! an element is known by its local name, since clients choose any.

use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

/// Largest document, bytes.
pub const BYTES_MAX: usize = 4 * 1024 * 1024;
/// Elements within elements, at most.
pub const DEPTH_MAX: usize = 64;
/// Elements of a document, at most.
pub const ELEMENTS_MAX: usize = 200_000;
/// Attributes of an element, at most.
pub const ATTRIBUTES_MAX: usize = 32;

/// Why bytes are no document of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum XmlError {
    /// It is not in UTF-8, or says so.
    #[error("the document is not in UTF-8")]
    Encoding,
    /// A bound was passed.
    #[error("the document is too large: at most {max} {of}")]
    TooLarge {
        /// The bound.
        max: usize,
        /// What is bounded.
        of: &'static str,
    },
    /// A document type definition.
    #[error("the document has a document type definition")]
    DocumentType,
    /// It is not well formed.
    #[error("the document is not well formed: {reason}")]
    Malformed {
        /// What is wrong.
        reason: String,
    },
}

/// An element: its local name, its attributes by local name, its own text, its children.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Element {
    /// Local name.
    pub name: String,
    /// Attributes by local name, in order; declarations of namespaces are left out.
    pub attributes: Vec<(String, String)>,
    /// Text directly in it, all pieces together.
    pub text: String,
    /// Elements directly in it.
    pub children: Vec<Element>,
}

impl Element {
    /// The first child of that local name.
    #[must_use]
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// An attribute by its local name.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(known, _)| known == name);
        found.map(|(_, text)| text.as_str())
    }

    /// The first text in it or in anything in it, without white space around it.
    #[must_use]
    pub fn first_text(&self) -> Option<&str> {
        let own = self.text.trim();
        if !own.is_empty() {
            return Some(own);
        }
        self.children.iter().find_map(Element::first_text)
    }
}

/// What has been read so far.
struct Tree {
    open: Vec<Element>,
    root: Option<Element>,
    n_elements: usize,
}

impl Tree {
    fn open(&mut self, start: &BytesStart<'_>) -> Result<(), XmlError> {
        self.n_elements += 1;
        if self.n_elements > ELEMENTS_MAX {
            return Err(too_large(ELEMENTS_MAX, "elements"));
        }
        if self.open.len() >= DEPTH_MAX {
            return Err(too_large(DEPTH_MAX, "elements within each other"));
        }
        if self.root.is_some() {
            return Err(malformed("something follows the end"));
        }
        self.open.push(element(start)?);
        Ok(())
    }

    fn close(&mut self) -> Result<(), XmlError> {
        let done = self
            .open
            .pop()
            .ok_or_else(|| malformed("an end without a start"))?;
        match self.open.last_mut() {
            Some(parent) => parent.children.push(done),
            None => self.root = Some(done),
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), XmlError> {
        match self.open.last_mut() {
            Some(element) => element.text.push_str(text),
            None if text.trim().is_empty() => {}
            None => return Err(malformed("text outside of the document")),
        }
        Ok(())
    }
}

fn too_large(max: usize, of: &'static str) -> XmlError {
    XmlError::TooLarge { max, of }
}

fn malformed(reason: impl ToString) -> XmlError {
    XmlError::Malformed {
        reason: reason.to_string(),
    }
}

fn local(name: &str) -> String {
    name.rsplit(':').next().unwrap_or(name).to_owned()
}

fn element(start: &BytesStart<'_>) -> Result<Element, XmlError> {
    let mut attributes = Vec::new();
    for (n, attribute) in start.attributes().enumerate() {
        if n >= ATTRIBUTES_MAX {
            return Err(too_large(ATTRIBUTES_MAX, "attributes"));
        }
        let attribute = attribute.map_err(malformed)?;
        let name: &str = attribute.key.as_ref();
        if name == "xmlns" || name.starts_with("xmlns:") {
            continue;
        }
        let text = quick_xml::escape::unescape(&attribute.value).map_err(malformed)?;
        attributes.push((local(name), text.into_owned()));
    }
    Ok(Element {
        name: local(start.name().as_ref()),
        attributes,
        text: String::new(),
        children: Vec::new(),
    })
}

/// What a reference stands for: a character by number, or one of the five that XML knows.
fn resolved(reference: &BytesRef<'_>) -> Result<String, XmlError> {
    if let Some(character) = reference.resolve_char_ref().map_err(malformed)? {
        return Ok(character.to_string());
    }
    let known = quick_xml::escape::resolve_xml_entity(reference);
    known
        .map(str::to_owned)
        .ok_or_else(|| malformed("an entity that is not declared"))
}

/// Reads a document.
///
/// # Errors
/// [`XmlError`]; nothing is read beyond the first fault, and the work is bounded by the length.
pub fn read(bytes: &[u8]) -> Result<Element, XmlError> {
    if bytes.len() > BYTES_MAX {
        return Err(too_large(BYTES_MAX, "bytes"));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| XmlError::Encoding)?;
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    let mut tree = Tree {
        open: Vec::new(),
        root: None,
        n_elements: 0,
    };
    loop {
        match reader.read_event().map_err(malformed)? {
            Event::Start(start) => tree.open(&start)?,
            Event::Empty(start) => {
                tree.open(&start)?;
                tree.close()?;
            }
            Event::End(_) => tree.close()?,
            Event::Text(text) => tree.text(&text)?,
            Event::CData(text) => tree.text(&text)?,
            Event::GeneralRef(reference) => tree.text(&resolved(&reference)?)?,
            Event::Decl(declaration) => {
                let told = declaration.encoding().transpose().map_err(malformed)?;
                if told.is_some_and(|told| !is_utf8(&told)) {
                    return Err(XmlError::Encoding);
                }
            }
            Event::DocType(_) => return Err(XmlError::DocumentType),
            Event::Comment(_) | Event::PI(_) => {}
            Event::Eof => break,
        }
    }
    match tree {
        Tree {
            root: Some(root), ..
        } => Ok(root),
        _ => Err(malformed("it ends too early")),
    }
}

/// The same document without the text of some elements, and without comments; all else stands as it
/// was written. `is_hidden` sees each element in the order in which they begin, and those around it,
/// the outermost first.
///
/// # Errors
/// [`XmlError`], as [`read`].
pub fn without(
    bytes: &[u8],
    is_hidden: impl Fn(&[&Element], &Element) -> bool,
) -> Result<Vec<u8>, XmlError> {
    let root = read(bytes)?;
    let mut hidden = Vec::new();
    judge(&root, &mut Vec::new(), &is_hidden, &mut hidden);
    let mut hidden = hidden.into_iter();
    let mut next = || hidden.next().unwrap_or(true);

    let text = std::str::from_utf8(bytes).map_err(|_| XmlError::Encoding)?;
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = Reader::from_str(text);
    let mut out = Vec::with_capacity(text.len());
    let mut open = Vec::new();
    let mut begin = 0;
    loop {
        let stays = match reader.read_event().map_err(malformed)? {
            Event::Start(_) => {
                open.push(next());
                true
            }
            Event::Empty(_) => {
                next();
                true
            }
            Event::End(_) => {
                open.pop();
                true
            }
            Event::Text(_) | Event::CData(_) | Event::GeneralRef(_) => {
                !open.last().copied().unwrap_or(false)
            }
            Event::Decl(_) => true,
            Event::Comment(_) | Event::PI(_) | Event::DocType(_) => false,
            Event::Eof => return Ok(out),
        };
        let end = usize::try_from(reader.buffer_position()).unwrap_or(text.len());
        if stays {
            out.extend_from_slice(&text.as_bytes()[begin..end]);
        }
        begin = end;
    }
}

/// For each element in the order in which they begin, whether its text is hidden.
fn judge<'a>(
    element: &'a Element,
    around: &mut Vec<&'a Element>,
    is_hidden: &impl Fn(&[&Element], &Element) -> bool,
    hidden: &mut Vec<bool>,
) {
    hidden.push(is_hidden(around, element));
    around.push(element);
    for child in &element.children {
        judge(child, around, is_hidden, hidden);
    }
    around.pop();
}

fn is_utf8(name: &str) -> bool {
    ["utf-8", "utf8", "us-ascii"]
        .iter()
        .any(|known| name.eq_ignore_ascii_case(known))
}

/// Appends text so that it stands in an element or attribute as it is. Characters that no document
/// may hold are left out.
pub fn escape(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\r' => out.push_str("&#13;"),
            '\t' | '\n' => out.push(character),
            '\u{fffe}' | '\u{ffff}' => {}
            other if other < ' ' => {}
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests;
