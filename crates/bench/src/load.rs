//! A closed-loop load of keep-alive connections: each sends, waits for the whole answer, sends again.

use countersign_host::clock::stopwatch;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// Sends `requests` in all over `connections`; requests a second. Every answer must be a 200.
pub(crate) async fn run(
    to: SocketAddr,
    body: &str,
    connections: usize,
    requests: usize,
) -> anyhow::Result<f64> {
    let request = format!(
        "POST /v2/token HTTP/1.1\r\nhost: {to}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    let each = requests / connections;
    let started = stopwatch();
    let mut callers = JoinSet::new();
    for _ in 0..connections {
        let request = request.clone();
        callers.spawn(async move { call(to, request.as_bytes(), each).await });
    }
    while let Some(ended) = callers.join_next().await {
        ended??;
    }
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    Ok((each * connections) as f64 / started.elapsed().as_secs_f64())
}

/// A round: its rate, and the latency that one request in a hundred exceeds.
pub(crate) struct Timed {
    pub(crate) rate: f64,
    pub(crate) p99_ms: f64,
}

/// Sends the request as it is, `requests` times in all over `connections`. Every answer must be a
/// 200.
pub(crate) async fn timed(
    to: SocketAddr,
    request: &str,
    connections: usize,
    requests: usize,
) -> anyhow::Result<Timed> {
    let each = requests / connections;
    let started = stopwatch();
    let mut callers = JoinSet::new();
    for _ in 0..connections {
        let request = request.to_owned();
        callers.spawn(async move { call(to, request.as_bytes(), each).await });
    }
    let mut took = Vec::with_capacity(requests);
    while let Some(ended) = callers.join_next().await {
        took.extend(ended??);
    }
    let elapsed = started.elapsed().as_secs_f64();
    took.sort();
    let p99 = took.get(took.len() * 99 / 100).copied().unwrap_or_default();
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let rate = took.len() as f64 / elapsed;
    Ok(Timed {
        rate,
        p99_ms: p99.as_secs_f64() * 1_000.0,
    })
}

/// One connection's requests; how long each took.
async fn call(to: SocketAddr, request: &[u8], times: usize) -> anyhow::Result<Vec<Duration>> {
    let mut took = Vec::with_capacity(times);
    let mut stream = TcpStream::connect(to).await?;
    stream.set_nodelay(true)?;
    let mut buffer = vec![0; 16 * 1024];
    for _ in 0..times {
        let asked = stopwatch();
        stream.write_all(request).await?;
        let mut filled = 0;
        loop {
            let read = stream.read(&mut buffer[filled..]).await?;
            anyhow::ensure!(read > 0, "the server hung up");
            filled += read;
            if whole(&buffer[..filled])? {
                break;
            }
        }
        took.push(asked.elapsed());
    }
    Ok(took)
}

/// Whether a whole answer is there; an answer that is no 200 is an error.
fn whole(bytes: &[u8]) -> anyhow::Result<bool> {
    let Some(head) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(false);
    };
    let text = std::str::from_utf8(&bytes[..head])?;
    anyhow::ensure!(text.starts_with("HTTP/1.1 200"), "not a 200: {text}");
    let length = text
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map(|(_, value)| value.trim().parse::<usize>())
        .transpose()?
        .unwrap_or(0);
    Ok(bytes.len() >= head + 4 + length)
}
