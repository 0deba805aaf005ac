//! Clients of Salesforce core. The broker hands them a token; which host it is for they are told.

use super::{Client, Steered};

const DOMAIN_TRAP: &str = "Put your own My Domain in the place of YOUR-DOMAIN.";

const DIRECT_TRAP: &str = "The consumer must have vend direct: the gateway passes calls to Marketing Cloud \
     only, and its bearer opens nothing elsewhere.";

pub(super) const CLIENTS: &[Client] = &[
    Client {
        name: "jsforce",
        versions: "jsforce 3.10.8",
        place: "where the connection is made (ES module)",
        lines: "\
import jsforce from 'jsforce';

async function ask() {
    const body = new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: '{client_id}',
        client_secret: process.env.SFMC_CLIENT_SECRET,
    });
    const answer = await fetch('{token_url}', { method: 'POST', body });
    if (!answer.ok) throw new Error(`no token: ${answer.status}`);
    return (await answer.json()).access_token;
}

const core = new jsforce.Connection({
    instanceUrl: 'https://YOUR-DOMAIN.my.salesforce.com',
    accessToken: await ask(),
    refreshFn: (connection, done) => ask().then((token) => done(null, token), done),
});
",
        min_ttl_s: 60,
        asks_again: true,
        direct_only: true,
        steered: Steered::ByUrl,
        env: &[],
        traps: &[
            DOMAIN_TRAP,
            DIRECT_TRAP,
            "Not by loginUrl: that would send the token request in Salesforce core's own shape.",
        ],
    },
    Client {
        name: "simple-salesforce",
        versions: "simple-salesforce 1.12",
        place: "where the session is made: its login host is fixed, so it is handed a token",
        lines: "\
import os

import requests
from simple_salesforce import Salesforce


def core() -> Salesforce:
    answer = requests.post(
        \"{token_url}\",
        json={
            \"grant_type\": \"client_credentials\",
            \"client_id\": \"{client_id}\",
            \"client_secret\": os.environ[\"SFMC_CLIENT_SECRET\"],
        },
        timeout=30,
    )
    answer.raise_for_status()
    token = answer.json()[\"access_token\"]
    return Salesforce(instance_url=\"https://YOUR-DOMAIN.my.salesforce.com\", session_id=token)
",
        min_ttl_s: 60,
        asks_again: false,
        direct_only: true,
        steered: Steered::Not {
            why: "its login host is fixed: https://{domain}.salesforce.com",
            fix: "hand it instance_url and a session_id that your code got from COUNTERSIGN_TOKEN_URL \
                  (`countersign connect INTEGRATION --client simple-salesforce` prints how), and leave \
                  --client out",
        },
        env: &[],
        traps: &[
            DOMAIN_TRAP,
            DIRECT_TRAP,
            "With a session_id it never logs in again by itself: make a new session on \
             SalesforceExpiredSession.",
        ],
    },
];
