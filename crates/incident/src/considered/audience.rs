//! Whether there was anybody to reach and anything to move.

use super::{Case, Evidence};
use crate::words::thousands;
use countersign_model::estate::{Asset, AssetKind};

impl Case<'_> {
    pub(super) fn audience(&self, evidence: &mut Evidence) {
        if self.is_refusal() {
            let words = "Requests fail, and that does not depend on whom they would reach.";
            evidence.oppose(words.to_owned());
            return;
        }
        for asset in self.own_assets() {
            self.sources(asset, evidence);
            if let Some(waiting) = self.tally.asset(&asset.id).unsent
                && waiting.value >= 1.0
            {
                let n = thousands(crate::figures::whole(waiting.value));
                evidence.oppose(format!("{n} wait at the caller for {}.", asset.name));
            }
        }
        for flow in &self.cause.integrations {
            let calls = self.tally.of_flow(&flow.id).calls;
            match (calls.ok_at, calls.ok_at.max(calls.failed_at)) {
                (Some(ok), _) if ok >= self.since => evidence.oppose(format!(
                    "{} went on calling: the last answer was at {}.",
                    flow.name,
                    self.clock(ok)
                )),
                (_, Some(last)) if last < self.since => evidence.favour(format!(
                    "No call of {} was seen since {}: it may have had nothing to send.",
                    flow.name,
                    self.clock(last)
                )),
                _ => {}
            }
            if let Some((at, _, Some(0))) = self.tally.of_flow(&flow.id).run {
                evidence.favour(format!(
                    "The last run of {}, at {}, found 0 rows to move.",
                    flow.name,
                    self.clock(at)
                ));
            }
        }
    }

    /// The tables from which an asset takes its people.
    fn sources(&self, asset: &Asset, evidence: &mut Evidence) {
        let tables = asset.reads.iter();
        let tables = tables.filter_map(|id| self.cause.estate.asset(id));
        for table in tables.filter(|table| table.kind == AssetKind::DataExtension) {
            let row = self.tally.asset(&table.id);
            match (row.moved_at, row.read_at) {
                (Some(moved), _) if moved >= self.since => evidence.oppose(format!(
                    "{}, from which {} works, changed at {}.",
                    table.name,
                    asset.name,
                    self.clock(moved)
                )),
                (_, Some(read)) if read >= self.since => evidence.favour(format!(
                    "{}, from which {} works, has not changed since it began; read at {}.",
                    table.name,
                    asset.name,
                    self.clock(read)
                )),
                _ => {}
            }
        }
    }
}
