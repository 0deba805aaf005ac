//! The table of REST routes: what there is, and what it takes.

use super::{Call, Needs};
use super::{
    activity, automation, bulk, campaign, catalogue, content, identity, journey, listing, message,
    older, table,
};
use crate::platform::Platform;
use crate::request::Answer;
use crate::setup::AssetKind;

type Handler = fn(&mut Platform, &Call<'_>) -> Answer;

/// A route.
pub(crate) struct Route {
    pub(super) method: &'static str,
    /// Its path; `{…}` stands for a part or, after a colon, the rest of one.
    pub(crate) pattern: &'static str,
    pub(super) needs: Needs,
    /// The kind of asset its first key names.
    pub(super) asset: Option<AssetKind>,
    pub(super) answer: Handler,
}

impl Route {
    /// Whether it lies on the auth host.
    pub(super) fn is_auth(&self) -> bool {
        self.pattern.starts_with("/v2/")
    }
}

const fn get(pattern: &'static str, needs: Needs, answer: Handler) -> Route {
    Route {
        method: "GET",
        pattern,
        needs,
        asset: None,
        answer,
    }
}

const fn post(pattern: &'static str, needs: Needs, answer: Handler) -> Route {
    Route {
        method: "POST",
        pattern,
        needs,
        asset: None,
        answer,
    }
}

const fn of(kind: AssetKind, route: Route) -> Route {
    Route {
        asset: Some(kind),
        ..route
    }
}

const TABLE: AssetKind = AssetKind::Table;
const JOURNEY: AssetKind = AssetKind::Journey;
const SEND: AssetKind = AssetKind::Send;
const AUTOMATION: AssetKind = AssetKind::Automation;

const TABLES: Needs = Needs::Scope(&["data_extensions_read"]);
const JOURNEYS: Needs = Needs::Scope(&["journeys_read"]);
const AUTOMATIONS: Needs = Needs::Scope(&["automations_read"]);
const DEFINITIONS: Needs = Needs::Scope(&["email_read"]);
const CAMPAIGNS: Needs = Needs::Scope(&["campaign_read"]);
const CONTENT: Needs = Needs::Scope(&["saved_content_read", "documents_and_images_read"]);
const LOCATIONS: Needs = Needs::Scope(&["file_locations_read", "automations_read"]);
const CONTACTS: Needs = Needs::Scope(&["list_and_subscribers_read"]);
const SMS: Needs = Needs::Scope(&["sms_read"]);
const PUSH: Needs = Needs::Scope(&["push_read"]);
const WRITING: Needs = Needs::Scope(&["data_extensions_write"]);
const USERS: Needs = Needs::Scope(&["users_read"]);
const SENDING: Needs = Needs::Scope(&["email_send"]);

/// Every route, the more special before the more general.
pub(super) const ROUTES: &[Route] = &[
    get("/v2/userinfo", Needs::Life, identity::userinfo),
    get("/v2/discovery", Needs::Life, identity::discovery),
    get(
        "/platform/v1/tokenContext",
        Needs::Life,
        identity::token_context,
    ),
    get("/platform/v1/endpoints", Needs::Life, identity::endpoints),
    get(
        "/platform/v1/endpoints/{type}",
        Needs::Life,
        identity::endpoint,
    ),
    get("/platform/v1/setup/quickflow/data", USERS, listing::setup),
    of(
        TABLE,
        get(
            "/data/v1/customobjectdata/key/{key}/rowset",
            TABLES,
            table::rowset,
        ),
    ),
    of(
        TABLE,
        post(
            "/hub/v1/dataevents/key:{key}/rowset",
            Needs::DataEvents,
            table::write,
        ),
    ),
    of(
        TABLE,
        Route {
            method: "PUT",
            ..post(
                "/hub/v1/dataevents/key:{key}/rows/{row}",
                Needs::DataEvents,
                table::upsert,
            )
        },
    ),
    get("/interaction/v1/interactions", JOURNEYS, journey::list),
    of(
        JOURNEY,
        get(
            "/interaction/v1/interactions/key:{key}",
            JOURNEYS,
            journey::show,
        ),
    ),
    of(
        JOURNEY,
        get("/interaction/v1/interactions/{id}", JOURNEYS, journey::show),
    ),
    get(
        "/interaction/v1/eventDefinitions",
        JOURNEYS,
        journey::entries,
    ),
    post("/interaction/v1/events", Needs::Events, journey::fire),
    get("/automation/v1/automations", AUTOMATIONS, automation::list),
    of(
        AUTOMATION,
        get(
            "/automation/v1/automations/{id}",
            AUTOMATIONS,
            automation::show,
        ),
    ),
    get(
        "/messaging/v1/email/definitions",
        DEFINITIONS,
        message::list,
    ),
    of(
        SEND,
        get(
            "/messaging/v1/email/definitions/{key}",
            DEFINITIONS,
            message::show,
        ),
    ),
    of(
        SEND,
        get(
            "/messaging/v1/email/definitions/{key}/queue",
            DEFINITIONS,
            message::queue,
        ),
    ),
    get("/messaging/v1/sms/definitions", SMS, message::none),
    get("/messaging/v1/sms/definitions/{key}", SMS, message::nothing),
    get("/messaging/v1/push/definitions", PUSH, message::none),
    get(
        "/messaging/v1/push/definitions/{key}",
        PUSH,
        message::nothing,
    ),
    get("/hub/v1/campaigns", CAMPAIGNS, campaign::list),
    get("/hub/v1/campaigns/{id}", CAMPAIGNS, campaign::show),
    post("/asset/v1/content/assets/query", CONTENT, content::query),
    get("/asset/v1/content/assets", CONTENT, content::list),
    get("/asset/v1/content/assets/{id}", CONTENT, content::show),
    get("/asset/v1/content/categories", CONTENT, content::categories),
    get("/automation/v1/queries", AUTOMATIONS, activity::list),
    get("/automation/v1/queries/{id}", AUTOMATIONS, activity::show),
    get("/automation/v1/scripts", AUTOMATIONS, activity::list),
    get("/automation/v1/scripts/{id}", AUTOMATIONS, activity::show),
    get("/automation/v1/imports", AUTOMATIONS, activity::list),
    get("/automation/v1/imports/{id}", AUTOMATIONS, activity::show),
    get("/automation/v1/filetransfers", AUTOMATIONS, activity::list),
    get(
        "/automation/v1/filetransfers/{id}",
        AUTOMATIONS,
        activity::show,
    ),
    get("/automation/v1/dataextracts", AUTOMATIONS, activity::list),
    get(
        "/automation/v1/dataextracts/{id}",
        AUTOMATIONS,
        activity::show,
    ),
    get("/automation/v1/filters", AUTOMATIONS, activity::list),
    get("/automation/v1/ftplocations", LOCATIONS, listing::locations),
    get(
        "/automation/v1/dataextracttypes",
        AUTOMATIONS,
        listing::extract_types,
    ),
    get(
        "/messaging/v1/domainverification",
        DEFINITIONS,
        listing::verified,
    ),
    get(
        "/hub/v1/contacts/schema/attributeGroups",
        CONTACTS,
        listing::attribute_groups,
    ),
    get(
        "/hub/v1/contacts/schema/setDefinitions",
        CONTACTS,
        listing::attribute_sets,
    ),
    get("/automation/v1/filters/{id}", AUTOMATIONS, activity::show),
    get(
        "/legacy/v1/beta/bulk/automations/automation/definition",
        AUTOMATIONS,
        older::automations,
    ),
    get(
        "/legacy/v1/beta/bulk/automations/automation/definition/{id}",
        AUTOMATIONS,
        older::automation,
    ),
    get(
        "/legacy/v1/beta/automations/notifications/{id}",
        AUTOMATIONS,
        older::notifications,
    ),
    get(
        "/legacy/v1/beta/messaging/deliverypolicy",
        DEFINITIONS,
        older::policies,
    ),
    get("/legacy/v1/beta/mobile/code", SMS, older::none),
    get("/legacy/v1/beta/mobile/keyword", SMS, older::none),
    get("/legacy/v1/beta/mobile/message", SMS, older::none),
    get("/legacy/v1/beta/mobile/imports", SMS, older::none),
    get(
        "/legacy/v1/beta2/data/campaign",
        CAMPAIGNS,
        campaign::legacy,
    ),
    of(
        TABLE,
        post(
            "/data/v1/async/dataextensions/key:{key}/rows",
            WRITING,
            bulk::write,
        ),
    ),
    of(
        TABLE,
        Route {
            method: "PUT",
            ..post(
                "/data/v1/async/dataextensions/key:{key}/rows",
                WRITING,
                bulk::write,
            )
        },
    ),
    get("/data/v1/async/{id}/status", TABLES, bulk::status),
    get("/data/v1/async/{id}/results", TABLES, bulk::results),
    post("/messaging/v1/email/messages", SENDING, message::send_many),
    of(
        SEND,
        post(
            "/messaging/v1/messageDefinitionSends/key:{key}/send",
            SENDING,
            message::send_triggered,
        ),
    ),
    post(
        "/messaging/v1/email/messages/{messageKey}",
        SENDING,
        message::send_one,
    ),
    get("/{part}/v1/rest", Needs::Life, catalogue::show),
    get("/{part}/v1/rest/experimental", Needs::Life, catalogue::show),
];
