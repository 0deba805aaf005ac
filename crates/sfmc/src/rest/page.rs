//! Pages of a list: `$page`, `$pageSize`, and how much there is.

use super::Call;
use serde_json::{Value, json};

/// A page asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Page {
    pub(super) number: u64,
    pub(super) size: u64,
}

impl Page {
    /// What a call asks for; at most `size_max` a page.
    pub(super) fn new(call: &Call<'_>, size_max: u64) -> Page {
        let size = call
            .request
            .number("$pagesize", 50.min(size_max))
            .min(size_max);
        Page {
            number: call.request.number("$page", 1),
            size,
        }
    }

    /// Things before it.
    pub(super) fn first(&self) -> u64 {
        (self.number - 1).saturating_mul(self.size)
    }

    /// Its part of a list.
    pub(super) fn cut<T>(&self, all: Vec<T>) -> Vec<T> {
        let skip = usize::try_from(self.first()).unwrap_or(usize::MAX);
        let take = usize::try_from(self.size).unwrap_or(usize::MAX);
        all.into_iter().skip(skip).take(take).collect()
    }
}

/// A page as lists with links show it.
pub(super) fn linked<T>(page: &Page, all: Vec<T>, item: impl Fn(T) -> Value) -> Value {
    let count = all.len();
    let items: Vec<Value> = page.cut(all).into_iter().map(item).collect();
    json!({ "count": count, "page": page.number, "pageSize": page.size, "links": {}, "items": items })
}
