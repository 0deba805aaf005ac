//! Log files that the watch follows, through rotations and power cuts: every line counts once.

use crate::commands::ESTATE;
use crate::house::{Folder, Server, ask};
use serde_json::Value;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

/// Lines of one batch: several reads of the watch, so that a power cut comes between two of them.
const BATCH: usize = 6_000;
const ROUNDS: usize = 4;

struct House {
    folder: Folder,
    log: PathBuf,
    written: usize,
}

impl House {
    fn new() -> House {
        let folder = Folder::new();
        folder.run(&["init", "--role", "watch"]).good();
        let file = folder.path().join("estate.yaml");
        fs::write(&file, ESTATE).expect("written");
        let words = ["estate", "apply", &file.to_string_lossy()];
        folder.run(&words).good();
        let log = folder.path().join("calls.ndjson");
        let settings = format!(
            "[[tail]]\nname = \"calls\"\npath = \"{}\"\nformat = \"ndjson\"\nintegration = \"INT-1\"\n",
            log.display()
        );
        fs::write(folder.path().join("countersign.toml"), settings).expect("written");
        House {
            folder,
            log,
            written: 0,
        }
    }

    fn serve(&self) -> Server {
        let words = [
            "serve",
            "--json",
            "--role",
            "watch",
            "--listen",
            "127.0.0.1:0",
        ];
        Server::start(self.folder.command(&words))
    }

    fn write(&mut self, n: usize) {
        let mut options = OpenOptions::new();
        let file = options.create(true).append(true).open(&self.log);
        let mut file = file.expect("it opens");
        let lines: String = (self.written..self.written + n)
            .map(|n| {
                format!(
                    "{{\"kind\":\"call\",\"method\":\"POST\",\"route\":\"/hub/v1/x\",\
                     \"status\":200,\"latency_ms\":{n}}}\n"
                )
            })
            .collect();
        file.write_all(lines.as_bytes()).expect("written");
        self.written += n;
    }

    fn rotated(&self, number: usize) -> PathBuf {
        self.folder.path().join(format!("calls.ndjson.{number}"))
    }

    /// Rotates as logrotate does: by renaming, or by a copy that is truncated.
    fn rotate(&self, by_copy: bool) {
        for number in (1..50).rev() {
            if self.rotated(number).exists() {
                fs::rename(self.rotated(number), self.rotated(number + 1)).expect("renamed");
            }
        }
        if by_copy {
            fs::copy(&self.log, self.rotated(1)).expect("copied");
            let file = OpenOptions::new().write(true).open(&self.log);
            file.and_then(|file| file.set_len(0)).expect("truncated");
        } else {
            fs::rename(&self.log, self.rotated(1)).expect("renamed");
        }
    }

    async fn get(&self, server: &Server, path: &str) -> Value {
        let run = fs::read(self.folder.path().join("run.json")).expect("a run file");
        let run: Value = serde_json::from_slice(&run).expect("JSON");
        let token = run["token"].as_str().expect("a token");
        let url = format!("{}{path}", server.url("dashboard"));
        ask("GET", &url, Some(token), None).await.1
    }

    async fn tail(&self, server: &Server) -> Value {
        self.get(server, "/api/v1/tails").await[0].clone()
    }

    /// Looks until so many lines are kept; at most a minute of the wall.
    async fn until(&self, server: &Server, n: usize) -> Value {
        for _ in 0..3_000 {
            let tail = self.tail(server).await;
            if tail["accepted"].as_u64() >= Some(n as u64) {
                return tail;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{n} lines were not read: {}", self.tail(server).await);
    }

    /// Looks until its silence stands as a finding, or does not; at most a minute of the wall.
    async fn until_finding(&self, server: &Server, expected: bool) {
        for _ in 0..3_000 {
            let findings = self.get(server, "/api/v1/findings").await;
            let findings = findings["findings"].as_array().expect("a list").clone();
            let is_it = |one: &Value| one["id"] == "source_silent:source:calls";
            if findings.iter().any(is_it) == expected {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{}", self.tail(server).await);
    }

    /// Calls that were judged and counted.
    async fn calls(&self, server: &Server) -> u64 {
        let path = "/api/v1/integrations/INT-1/history?grain=hour";
        let history = self.get(server, path).await;
        let rows = history["rows"].as_array().expect("rows").clone();
        rows.iter().filter_map(|row| row["calls"].as_u64()).sum()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_in_the_midst_of_a_file_that_rotates_every_line_counts_once() {
    let mut house = House::new();
    house.write(1);
    let server = house.serve();
    house.until(&server, 1).await;
    server.kill();
    for round in 0..ROUNDS {
        house.write(BATCH / 2);
        house.rotate(round % 2 == 0);
        house.write(BATCH / 2);
        let server = house.serve();
        // In the midst of the first batch, and again after a rotation that it did not see coming.
        let kept = house.tail(&server).await["accepted"]
            .as_u64()
            .expect("a count");
        house
            .until(&server, usize::try_from(kept).expect("a few") + 1)
            .await;
        house.write(7);
        house.rotate(round % 2 == 1);
        server.kill();
    }
    house.write(1);
    let server = house.serve();
    let tail = house.until(&server, house.written).await;
    assert_eq!(tail["accepted"], house.written, "{tail}");
    for zero in ["duplicates", "rejected", "files_lost"] {
        assert_eq!(tail[zero], 0, "{tail}");
    }
    for _ in 0..3_000 {
        if house.calls(&server).await == house.written as u64 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(house.calls(&server).await, house.written as u64);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_not_there_is_a_finding_until_it_comes() {
    let mut house = House::new();
    let server = house.serve();
    house.until_finding(&server, true).await;
    assert_eq!(house.tail(&server).await["state"], "missing");
    house.write(1);
    house.until(&server, 1).await;
    house.until_finding(&server, false).await;
    assert_eq!(house.tail(&server).await["state"], "following");
    let listed = house.folder.run(&["source", "list"]).good();
    assert!(
        listed.contains("calls") && listed.contains("following"),
        "{listed}"
    );
}
