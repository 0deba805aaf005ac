//! Campaigns, which the estate knows as launches.

use super::page::{self, Page};
use super::{Call, MADE_AT};
use crate::asset::Asset;
use crate::envelope;
use crate::platform::Platform;
use crate::request::Answer;
use crate::setup::AssetKind;
use serde_json::{Value, json};

/// Largest page.
const PAGE_MAX: u64 = 500;

pub(super) fn list(platform: &mut Platform, call: &Call<'_>) -> Answer {
    let page = Page::new(call, PAGE_MAX);
    let all: Vec<&Asset> = platform
        .world
        .assets
        .of(AssetKind::Campaign, call.token.mid)
        .collect();
    Answer::json(200, page::linked(&page, all, item))
}

pub(super) fn show(platform: &mut Platform, call: &Call<'_>) -> Answer {
    let wanted = &call.keys[0];
    let mut all = platform
        .world
        .assets
        .of(AssetKind::Campaign, call.token.mid);
    let found = all.find(|one| one.number().to_string() == *wanted || one.is_called(wanted));
    match found {
        Some(campaign) => Answer::json(200, item(campaign)),
        None => envelope::rest(404, 30_003, "Campaign not found."),
    }
}

fn item(campaign: &Asset) -> Value {
    json!({
        "id": campaign.number().to_string(), "createdDate": MADE_AT, "modifiedDate": MADE_AT,
        "name": campaign.name, "description": "", "campaignCode": campaign.key, "color": "0000ff",
        "favorite": false,
    })
}

/// The same under its older route.
pub(super) fn legacy(platform: &mut Platform, call: &Call<'_>) -> Answer {
    let all: Vec<&Asset> = platform
        .world
        .assets
        .of(AssetKind::Campaign, call.token.mid)
        .collect();
    let entry = |campaign: &Asset| {
        json!({
            "id": campaign.number().to_string(), "type": "campaign", "createdDate": MADE_AT,
            "lastUpdated": MADE_AT, "name": campaign.name, "description": "",
            "externalKey": campaign.key, "campaignCode": campaign.key, "isFavorite": false,
            "campaignId": campaign.number(), "campaignStatus": "Active",
        })
    };
    super::older::page(call, all, entry)
}
