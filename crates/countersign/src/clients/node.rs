//! Node.

use super::{Client, Steered};

const FRAGMENT_TRAP: &str = "What follows the # satisfies the client's check of its URL and is never \
     sent: HTTP drops it. Leave it as it is.";
const COM_TRAP: &str = "After a 401 it asks for a new token only if the REST base holds \".com/\": a \
     tenant's own does, and so does the gateway's (/rest.com/).";
const NO_BUFFER: &str =
    "It keeps a token to its last second; expires_in is told short enough for that.";

pub(super) const CLIENTS: &[Client] = &[
    Client {
        name: "sfmc-sdk",
        versions: "sfmc-sdk 2.1.2, 3.0.3",
        place: "where the SDK is made (ES module)",
        lines: "\
import SDK from 'sfmc-sdk';

const sfmc = new SDK(
    {
        client_id: '{client_id}',
        client_secret: process.env.SFMC_CLIENT_SECRET,
        account_id: {account_id},
        auth_url: '{token_url#}',
    },
    { requestAttempts: 2 },
);
",
        min_ttl_s: 0,
        asks_again: true,
        direct_only: false,
        steered: Steered::ByUrl,
        env: &[],
        traps: &[
            FRAGMENT_TRAP,
            "requestAttempts is 1 unless you say otherwise, and 1 means no second try after a 401.",
            "Twenty calls at once on a cold client are twenty token requests; one reaches SFMC.",
            NO_BUFFER,
        ],
    },
    Client {
        name: "mcdev",
        versions: "mcdev 8.0, 9.0",
        place: ".mcdev-auth.json, beside .mcdevrc.json; the name must be that of your credential there",
        lines: "\
{
    \"countersign\": {
        \"client_id\": \"{client_id}\",
        \"client_secret\": \"{key}\",
        \"auth_url\": \"{token_url#}\",
        \"account_id\": {account_id}
    }
}
",
        min_ttl_s: 0,
        asks_again: true,
        direct_only: false,
        steered: Steered::ByUrl,
        env: &[],
        traps: &[
            FRAGMENT_TRAP,
            "The file holds the key: chmod 600 before you paste, and keep it out of version control.",
            "mcdev writes key and token in clear into its own session file: give it a consumer of its \
             own, and end the consumer when the work is done.",
            "It asks with the full list of scopes each time; that is a set like any other here.",
        ],
    },
    Client {
        name: "fuel-rest",
        versions: "fuel-rest 3.2.2 with fuel-auth 3.3.0",
        place: "where the client is made",
        lines: "\
const FuelRest = require('fuel-rest');

const rest = new FuelRest({
    auth: {
        clientId: '{client_id}',
        clientSecret: process.env.SFMC_CLIENT_SECRET,
        authUrl: '{token_url}',
        authOptions: { authVersion: 2, accountId: '{account_id}' },
    },
});
",
        min_ttl_s: 0,
        asks_again: true,
        direct_only: false,
        steered: Steered::ByUrl,
        env: &[],
        traps: &[
            "authVersion belongs into authOptions; beside clientId it is not seen, and the client \
             speaks the legacy protocol.",
            COM_TRAP,
            "It does not look at the status of a token answer: a refusal shows as \"No access token\".",
            NO_BUFFER,
        ],
    },
    Client {
        name: "fuel-soap",
        versions: "fuel-soap 2.2.4 with fuel-auth 3.3.0",
        place: "where the client is made",
        lines: "\
const FuelSoap = require('fuel-soap');

const soap = new FuelSoap({
    auth: {
        clientId: '{client_id}',
        clientSecret: process.env.SFMC_CLIENT_SECRET,
        authUrl: '{token_url}',
        authOptions: { authVersion: 2, accountId: '{account_id}' },
    },
});
",
        min_ttl_s: 0,
        asks_again: true,
        direct_only: false,
        steered: Steered::ByUrl,
        env: &[],
        traps: &[
            "authVersion belongs into authOptions; beside clientId it is not seen.",
            "After a revocation it tries once more with the same dead token. A consumer with vend \
             gateway is spared that: the gateway renews in the midst of the call.",
        ],
    },
    Client {
        name: "fuelsdk-node",
        versions: "sfmc-fuelsdk-node 2.4.0",
        place: "where the client is made",
        lines: "\
const ET_Client = require('sfmc-fuelsdk-node');

const client = new ET_Client('{client_id}', process.env.SFMC_CLIENT_SECRET, undefined, {
    authOrigin: '{base}',
    authOptions: { authVersion: 2, accountId: '{account_id}' },
});
",
        min_ttl_s: 0,
        asks_again: true,
        direct_only: false,
        steered: Steered::ByUrl,
        env: &[],
        traps: &[
            "authOrigin is the base alone: the library adds /v2/token itself.",
            COM_TRAP,
        ],
    },
    Client {
        name: "simple-oauth2",
        versions: "simple-oauth2 5.1.0",
        place: "where the token is asked for (ES module)",
        lines: "\
import { ClientCredentials } from 'simple-oauth2';

const oauth = new ClientCredentials({
    client: { id: '{client_id}', secret: process.env.SFMC_CLIENT_SECRET },
    auth: { tokenHost: '{base}', tokenPath: '/v2/token' },
    options: { authorizationMethod: 'body', bodyFormat: 'json' },
});
const token = await oauth.getToken({ account_id: '{account_id}' });
",
        min_ttl_s: 60,
        asks_again: false,
        direct_only: false,
        steered: Steered::ByUrl,
        env: &[],
        traps: &[
            "It keeps no token for you: ask again when token.expired(60) says so.",
            "It ignores HTTPS_PROXY.",
        ],
    },
    Client {
        name: "openid-client",
        versions: "openid-client 6.8",
        place: "where the token is asked for (ES module)",
        lines: "\
import * as oidc from 'openid-client';

const server = { issuer: '{base}', token_endpoint: '{token_url}' };
const config = new oidc.Configuration(server, '{client_id}', process.env.SFMC_CLIENT_SECRET);
oidc.allowInsecureRequests(config); // plain http, on loopback only
const token = await oidc.clientCredentialsGrant(config, { account_id: '{account_id}' });
",
        min_ttl_s: 60,
        asks_again: false,
        direct_only: false,
        steered: Steered::ByUrl,
        env: &[],
        traps: &[
            "Take allowInsecureRequests out where the broker stands behind TLS.",
            "It keeps no token for you: ask again before expires_in has passed.",
        ],
    },
];
