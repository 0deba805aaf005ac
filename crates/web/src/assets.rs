//! Style sheet, script and icon, built into the binary; and the pages of `docs/problems`.

use crate::page::PageProblem;
use crate::problem::{Code, Problem};
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use data_encoding::HEXLOWER;
use rust_embed::RustEmbed;
use std::sync::LazyLock;

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Assets;

/// Every page, also those of problems that the broker tells: its documents name the same road.
#[derive(RustEmbed)]
#[folder = "../../docs/problems/"]
struct ProblemPages;

/// A short name of the present set of assets; pages ask for `/assets/…?v=` it, so that browsers may
/// keep them for good.
pub(crate) fn version() -> &'static str {
    static VERSION: LazyLock<String> = LazyLock::new(|| {
        let mut hash = ring::digest::Context::new(&ring::digest::SHA256);
        for name in Assets::iter() {
            let file = Assets::get(&name).expect("a listed asset exists");
            hash.update(&file.metadata.sha256_hash());
        }
        HEXLOWER.encode(&hash.finish().as_ref()[..6])
    });
    &VERSION
}

/// `GET /assets/{name}`.
pub(crate) async fn asset(
    Path(name): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, PageProblem> {
    let file = Assets::get(&name).ok_or_else(|| missing(&name))?;
    let tag = format!(
        "\"{}\"",
        HEXLOWER.encode(&file.metadata.sha256_hash()[..12])
    );
    let named = uri
        .query()
        .is_some_and(|query| query == format!("v={}", version()));
    let keep = if named {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let seen = headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|given| given == tag.as_str());
    let status = if seen {
        StatusCode::NOT_MODIFIED
    } else {
        StatusCode::OK
    };
    let body = if seen { Vec::new() } else { file.data.to_vec() };
    let kind = HeaderValue::from_static(kind_of(&name));
    let mut response = (status, [(header::CONTENT_TYPE, kind)], body).into_response();
    let keep = HeaderValue::from_static(keep);
    response.headers_mut().insert(header::CACHE_CONTROL, keep);
    let tag = HeaderValue::from_str(&tag).expect("hex in quotes is a header value");
    response.headers_mut().insert(header::ETAG, tag);
    Ok(response)
}

/// `GET /problems/{code}`: what an operator does about it.
pub(crate) async fn problem_page(Path(code): Path<String>) -> Result<Response, PageProblem> {
    let page = ProblemPages::get(&format!("{code}.md")).ok_or_else(|| missing(&code))?;
    let kind = (
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/plain; charset=utf-8"),
    );
    Ok(([kind], page.data.into_owned()).into_response())
}

fn missing(name: &str) -> PageProblem {
    PageProblem(Problem::new(
        Code::UnknownRoute,
        format!("There is nothing called {name:?} here."),
    ))
}

fn kind_of(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}
