//! The channel's secret, and the key in its URL, show up nowhere.

use crate::hook_server::HookServer;
use crate::house::{HOOK_SECRET, House, at, refusal};
use std::io::Write;
use std::sync::{Arc, Mutex};
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Log;
    fn make_writer(&'a self) -> Log {
        self.clone()
    }
}

fn holds_canary(bytes: &[u8]) -> bool {
    let signing_key = b"\x08\x03\x40\x45\x80\x80";
    [b"CANARY".as_slice(), HOOK_SECRET.as_bytes(), signing_key]
        .iter()
        .any(|canary| bytes.windows(canary.len()).any(|window| window == *canary))
}

#[tokio::test]
async fn no_secret_of_a_channel_is_in_any_log_or_file() {
    let log = Log::default();
    let lines = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false);
    let lines = lines.with_writer(log.clone()).finish();
    // For the whole process: what the other tests log meanwhile is looked at too.
    tracing::subscriber::set_global_default(lines).unwrap();

    let dir = tempfile::tempdir().unwrap();
    for answer in [503, 410, 204] {
        let hook = HookServer::start(&[answer], Arc::new(|| {})).await;
        let sub = dir.path().join(answer.to_string());
        let house = House::open(&sub, at("12:50:59"), &hook);
        house.send(refusal(at("12:50:59"))).await;
        house.advance_to(at("12:50:59"), at("12:51:29")).await;
        house.send(refusal(at("12:51:29"))).await;
        assert_eq!(hook.received().len(), 1, "the channel was used");
        house.kill().await;
        for file in std::fs::read_dir(&sub).unwrap() {
            let path = file.unwrap().path();
            assert!(
                !holds_canary(&std::fs::read(&path).unwrap()),
                "{}",
                path.display()
            );
        }
    }
    let log = log.0.lock().unwrap();
    let text = String::from_utf8_lossy(&log);
    assert!(text.contains("notice delivered"), "the log was written");
    let line = text.lines().find(|line| holds_canary(line.as_bytes()));
    assert_eq!(line, None);
}
