//! Files beside a log that are what rotation made of it: `x.log.1`, `x.log.2.gz`, `x-20261125.log`.

use std::ffi::OsStr;
use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// A rotated file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sibling {
    pub(crate) path: PathBuf,
    pub(crate) modified: SystemTime,
    pub(crate) device: u64,
    pub(crate) inode: u64,
}

impl Sibling {
    /// Numbers of its device and inode.
    pub(crate) fn number(&self) -> (u64, u64) {
        (self.device, self.inode)
    }
}

/// All of them, the oldest first. One that is being compressed is listed as it was before.
pub(crate) fn list(path: &Path) -> io::Result<Vec<Sibling>> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let Some(base) = path.file_name().and_then(OsStr::to_str) else {
        return Ok(Vec::new());
    };
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        if let Ok(name) = entry?.file_name().into_string()
            && is_rotated(base, &name)
        {
            names.push(name);
        }
    }
    let mut found: Vec<(u64, Sibling)> = Vec::new();
    for name in &names {
        let plain = name.strip_suffix(".gz");
        if plain.is_some_and(|plain| names.iter().any(|name| name == plain)) {
            continue;
        }
        let path = folder.join(name);
        // One that went meanwhile is none.
        if let Ok(data) = std::fs::metadata(&path)
            && data.is_file()
        {
            found.push((number(name), sibling(path, &data)));
        }
    }
    // Of equal times the higher number is the older one.
    found.sort_by(|(a_number, a), (b_number, b)| {
        let by_time = a.modified.cmp(&b.modified);
        by_time.then_with(|| b_number.cmp(a_number))
    });
    Ok(found.into_iter().map(|(_, one)| one).collect())
}

fn sibling(path: PathBuf, data: &Metadata) -> Sibling {
    Sibling {
        path,
        modified: data.modified().unwrap_or(SystemTime::UNIX_EPOCH),
        device: data.dev(),
        inode: data.ino(),
    }
}

/// The number that a name ends with, `.gz` aside; 0 without one.
fn number(name: &str) -> u64 {
    let name = name.strip_suffix(".gz").unwrap_or(name);
    let end = name.rsplit('.').next().unwrap_or_default();
    match end.len() {
        // A date is no count of rotations.
        1..=4 => end.parse().unwrap_or(0),
        _ => 0,
    }
}

/// Whether a name is what rotation makes of `base`: a number, a date or `old` behind it or before its
/// ending, and `.gz` behind that.
pub(crate) fn is_rotated(base: &str, name: &str) -> bool {
    let name = name.strip_suffix(".gz").unwrap_or(name);
    if let Some(rest) = name.strip_prefix(base)
        && let Some(mark) = rest.strip_prefix(['.', '-', '_'])
    {
        return mark == "old" || is_mark(mark);
    }
    let Some((stem, ending)) = base.rsplit_once('.') else {
        return false;
    };
    let rest = name.strip_prefix(stem);
    let rest = rest.and_then(|rest| rest.strip_suffix(ending)?.strip_suffix('.'));
    rest.and_then(|rest| rest.strip_prefix(['.', '-', '_']))
        .is_some_and(is_mark)
}

/// A number or a date.
fn is_mark(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_digit() || "-_.:TZ".contains(c);
    text.contains(|c: char| c.is_ascii_digit()) && text.chars().all(is_part)
}

#[cfg(test)]
mod tests;
