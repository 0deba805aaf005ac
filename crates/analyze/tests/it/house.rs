//! Files in a temporary folder, and what comes of them.

use countersign_analyze::{Analysis, Options, Rules, SourceFault, analyze};
use countersign_model::{SignedDuration, Timestamp};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;
use std::path::PathBuf;
use tempfile::TempDir;

/// A folder of logs, and how they are looked at.
pub(crate) struct Desk {
    folder: TempDir,
    pub(crate) options: Options,
}

impl Desk {
    pub(crate) fn new() -> Desk {
        Desk {
            folder: TempDir::new().expect("a temporary folder"),
            options: Options {
                files: Vec::new(),
                format: None,
                mapping: None,
                estate: None,
                integration: None,
                rules: Rules::default(),
                threads: 2,
                now: "2026-11-25T08:00:00Z".parse().expect("an instant"),
            },
        }
    }

    /// One file, looked at as it is.
    pub(crate) fn with(name: &str, bytes: impl AsRef<[u8]>) -> Desk {
        let mut desk = Desk::new();
        desk.add(name, bytes);
        desk
    }

    pub(crate) fn add(&mut self, name: &str, bytes: impl AsRef<[u8]>) {
        let path: PathBuf = self.folder.path().join(name);
        std::fs::write(&path, bytes).expect("a file");
        self.options.files.push(path);
    }

    pub(crate) fn look(&self) -> Analysis {
        self.try_look().expect("readable files")
    }

    pub(crate) fn try_look(&self) -> Result<Analysis, SourceFault> {
        analyze(&self.options)
    }
}

/// `root_cause class` of each incident.
pub(crate) fn causes(analysis: &Analysis) -> Vec<String> {
    let told = |incident: &countersign_analyze::Opened| {
        format!("{} {}", incident.root_cause, incident.class.as_str())
    };
    analysis.incidents.iter().map(told).collect()
}

/// The findings of one kind.
pub(crate) fn findings<'a>(analysis: &'a Analysis, kind: &str) -> Vec<&'a str> {
    let found = analysis.findings.iter().filter(|found| found.kind == kind);
    found.map(|found| found.words.as_str()).collect()
}

pub(crate) fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).expect("memory");
    encoder.finish().expect("memory")
}

/// Seconds after noon of the quiet Sunday.
pub(crate) fn at(seconds: i64) -> Timestamp {
    let noon: Timestamp = "2026-11-22T12:00:00Z".parse().expect("an instant");
    noon + SignedDuration::from_secs(seconds)
}

/// A call every 10 s for `span_s`; from `dead_s` on each is answered 401.
pub(crate) fn calls(integration: &str, span_s: i64, dead_s: i64) -> String {
    (0..span_s / 10)
        .map(|number| {
            let second = number * 10;
            let status = if second >= dead_s { 401 } else { 200 };
            call(integration, second, status)
        })
        .collect()
}

pub(crate) fn call(integration: &str, second: i64, status: u16) -> String {
    let ts = at(second);
    format!(
        "{{\"id\":\"{integration}-{second}\",\"ts\":\"{ts}\",\"source\":\"middleware\",\
         \"integration\":\"{integration}\",\"kind\":\"call\",\"method\":\"POST\",\
         \"route\":\"/hub/v1/dataevents/key:{{key}}/rowset\",\"status\":{status}}}\n"
    )
}

/// A token request.
pub(crate) fn mint(integration: &str, second: i64, answer: &str) -> String {
    let ts = at(second);
    format!(
        "{{\"ts\":\"{ts}\",\"source\":\"middleware\",\"integration\":\"{integration}\",\
         \"kind\":\"mint\",\"method\":\"POST\",\"route\":\"/v2/token\",{answer}}}\n"
    )
}
