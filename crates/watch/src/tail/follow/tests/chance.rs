//! Whatever is written, rotated, read and interrupted in whatever order: every line, once.

use super::log::Log;

const SEEDS: u64 = 64;
const STEPS: usize = 60;

/// Knuth's linear congruential generator: a seed reproduces everything.
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

struct Writer {
    log: Log,
    written: Vec<String>,
    /// A line that was begun, and what ends it.
    is_begun: bool,
    story: Vec<&'static str>,
}

impl Writer {
    fn new() -> Writer {
        Writer {
            log: Log::new(),
            written: Vec::new(),
            is_begun: false,
            story: Vec::new(),
        }
    }

    fn next_line(&mut self, ending: &str) -> String {
        let line = format!("{{\"n\":{}}}", self.written.len());
        self.written.push(format!("{line}{ending}"));
        line
    }

    fn end_line(&mut self) {
        if std::mem::take(&mut self.is_begun) {
            self.log.write("!\n");
        }
    }

    fn write(&mut self, n: u64) {
        self.end_line();
        for _ in 0..n {
            let line = self.next_line("");
            self.log.write(&format!("{line}\n"));
        }
    }

    fn begin_line(&mut self) {
        self.end_line();
        let line = self.next_line("!");
        self.log.write(&line);
        self.is_begun = true;
    }

    fn rename(&mut self) {
        self.log.rename();
        if std::mem::take(&mut self.is_begun) {
            self.log.write_rotated("!\n");
        }
        // A program that has the old file open still writes to it.
        let late = self.next_line("");
        self.log.write_rotated(&format!("{late}\n"));
        self.write(1);
    }

    fn copy_and_truncate(&mut self) {
        self.write(1);
        self.log.copy_and_truncate();
        self.write(1);
    }

    fn step(&mut self, chance: &mut Chance) -> &'static str {
        match chance.below(10) {
            0 | 1 => {
                self.write(chance.below(20));
                "write"
            }
            2 => {
                self.begin_line();
                "begin a line"
            }
            3 => {
                self.rename();
                "rename"
            }
            4 => {
                self.copy_and_truncate();
                "copy and truncate"
            }
            5 if self.log.is_plain(2) => {
                self.log.compress(2);
                "compress"
            }
            6 => {
                self.log.restart();
                "restart"
            }
            7 => {
                self.log.look_and_crash();
                "crash"
            }
            8 => {
                self.log.look_once();
                "look"
            }
            _ => {
                self.log.look_all();
                self.log.pass_seconds(20);
                "look at all"
            }
        }
    }
}

#[test]
fn every_line_counts_once_whatever_happens() {
    for seed in 0..SEEDS {
        let mut chance = Chance(seed);
        let mut writer = Writer::new();
        writer.write(1);
        // What was rotated before a source is first followed is not its matter.
        writer.log.look_all();
        for _ in 0..STEPS {
            let step = writer.step(&mut chance);
            writer.story.push(step);
        }
        writer.end_line();
        for _ in 0..4 {
            writer.log.look_all();
            writer.log.pass_seconds(61);
        }
        let story = writer.story.join(", ");
        let (mut read, mut written) = (writer.log.read.clone(), writer.written);
        read.sort();
        written.sort();
        assert_eq!(read, written, "seed {seed}: {story}");
        assert_eq!(writer.log.lost(), 0, "seed {seed}: {story}");
    }
}
