//! A day of outcome lines: 40 integrations, 3 of 100 calls failing, and one secret that ends at noon.

use countersign_model::{SignedDuration, Timestamp};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

const INTEGRATIONS: u64 = 40;
const UNITS: [&str; 4] = ["LOY", "SHOP", "BANK", "TRVL"];
const ROUTES: [&str; 4] = [
    "/hub/v1/dataevents/key:{key}/rowset",
    "/interaction/v1/events",
    "/messaging/v1/email/messages/{id}",
    "/data/v1/async/{id}/results",
];
/// Whose secret ends, and between which hours of the day it is dead.
const DEAD: (u64, std::ops::Range<i64>) = (29, 12 * 3_600_000..14 * 3_600_000);
const DAY_MS: u64 = 86_400_000;

/// Writes them.
pub(crate) fn write(file: &Path, n: u64) -> anyhow::Result<()> {
    let start: Timestamp = "2026-11-22T00:00:00Z".parse()?;
    let mut out = BufWriter::with_capacity(1 << 20, File::create(file)?);
    let mut chance = 7_u64;
    for number in 0..n {
        // Knuth's linear congruential generator: the same lines every time.
        chance = chance
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let ms = i64::try_from(number * DAY_MS / n)?;
        let ts = start + SignedDuration::from_millis(ms);
        let integration = (chance >> 33) % INTEGRATIONS;
        let place = usize::try_from(integration % 4)?;
        let status = match (chance >> 43) % 100 {
            _ if integration == DEAD.0 && DEAD.1.contains(&ms) => 401,
            0 => 401,
            1 => 429,
            2 => 500,
            _ => 200,
        };
        let (unit, route, latency_ms) = (UNITS[place], ROUTES[place], 20 + (chance >> 53) % 800);
        writeln!(
            out,
            "{{\"id\":\"01J{number:023}\",\"ts\":\"{ts:.3}\",\"source\":\"middleware\",\
             \"integration\":\"INT-{integration:03}\",\"bu\":\"{unit}\",\
             \"credential\":\"INT-{integration:03}\",\"kind\":\"call\",\"method\":\"POST\",\
             \"route\":\"{route}\",\"status\":{status},\"error_code\":\"0\",\"attempt\":1,\
             \"retry_of\":null,\"latency_ms\":{latency_ms},\"n\":1,\
             \"consumer\":\"etl-{integration}\",\"peer_ip\":\"203.0.113.{integration}\"}}"
        )?;
    }
    out.flush()?;
    Ok(())
}
