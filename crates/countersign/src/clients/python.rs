//! Python.

use super::{Client, Steered};

const TAP_FIX: &str = "let your own TLS proxy answer for TENANT.auth.marketingcloudapis.com on that \
     machine (hosts file) and pass it on to the broker, with your CA in REQUESTS_CA_BUNDLE";
const TAP_LINES: &str = "\
{
    \"client_id\": \"{client_id}\",
    \"client_secret\": \"{key}\",
    \"tenant_subdomain\": \"TENANT\",
    \"start_date\": \"2026-01-01T00:00:00Z\"
}
";

pub(super) const CLIENTS: &[Client] = &[
    Client {
        name: "fuelsdk-python",
        versions: "Salesforce-FuelSDK 1.3, Salesforce-FuelSDK-Sans 1.3.1",
        place: "where the client is made",
        lines: "\
import os

from FuelSDK import ET_Client

client = ET_Client(
    params={
        \"clientid\": \"{client_id}\",
        \"clientsecret\": os.environ[\"SFMC_CLIENT_SECRET\"],
        \"authenticationurl\": \"{base}\",
        \"defaultwsdl\": \"{wsdl_url}\",
        \"useOAuth2Authentication\": \"True\",
        \"accountId\": \"{account_id}\",
    }
)
",
        min_ttl_s: 400,
        asks_again: true,
        direct_only: false,
        steered: Steered::ByUrl,
        env: &[
            ("FUELSDK_AUTH_URL", "{base}"),
            ("FUELSDK_USE_OAUTH2", "True"),
            ("FUELSDK_DEFAULT_WSDL", "{wsdl_url}"),
            ("FUELSDK_CLIENT_ID", "{client_id}"),
            ("FUELSDK_CLIENT_SECRET", "{key}"),
            ("FUELSDK_ACCOUNT_ID", "{account_id}"),
        ],
        traps: &[
            "It asks again when 300 s are left: with shorter tokens every call is a token request \
             and a reading of the WSDL. Hence --min-ttl 400.",
            "authenticationurl is the base alone: the library adds /v2/token itself.",
            "It reads the WSDL once and keeps it in a file inside the package: one from elsewhere stays \
             until that file is removed.",
            "useOAuth2Authentication is the text \"True\"; the value True is taken for no.",
            "After a 401 it never signs in again: the caller sees status False.",
            "SOAP and the WSDL ignore HTTPS_PROXY.",
        ],
    },
    Client {
        name: "pysfmc",
        versions: "pysfmc 0.1.4",
        place: "where the client is made: its address is fixed, and this class opens it",
        lines: "\
import os

from pydantic import SecretStr
from pysfmc.auth import SFMCSettings


class Countersign(SFMCSettings):
    @property
    def auth_base_url(self) -> SecretStr:
        return SecretStr(\"{base}\")


settings = Countersign(
    client_id=\"{client_id}\",
    client_secret=os.environ[\"SFMC_CLIENT_SECRET\"],
    account_id=\"{account_id}\",
    subdomain=\"unused\",
)
",
        min_ttl_s: 180,
        asks_again: true,
        direct_only: false,
        steered: Steered::Not {
            why: "it builds its address from `subdomain` alone",
            fix: "give it the settings class that `countersign connect INTEGRATION --client pysfmc` \
                  prints, with os.environ[\"SFMC_AUTH_BASE_URI\"] as its address, and leave --client out",
        },
        env: &[],
        traps: &[
            "It asks again when 120 s are left: shorter tokens are a token request for every call.",
            "It demands scope and both instance URLs in the answer; they are there.",
        ],
    },
    Client {
        name: "tap-exacttarget",
        versions: "tap-exacttarget 2.0.0",
        place: "config.json of the tap",
        lines: TAP_LINES,
        min_ttl_s: 860,
        asks_again: true,
        direct_only: false,
        steered: Steered::Not {
            why: "it builds its address from `tenant_subdomain` alone",
            fix: TAP_FIX,
        },
        env: &[],
        traps: &[
            "The file holds the key: chmod 600 before you paste.",
            "Its address is fixed: let your own TLS proxy answer for TENANT.auth.marketingcloudapis.com \
             on that machine (hosts file), pass it on to the broker, and put your CA into \
             REQUESTS_CA_BUNDLE.",
            "It gives up a token 800 s before its end, so one of 1079 s serves for 279 s. Hence \
             --min-ttl 860; shorter tokens are a token request for every call.",
            "A 401 is tried up to five times with the same token.",
        ],
    },
    Client {
        name: "tap-exacttarget-1",
        versions: "tap-exacttarget 1.7.1",
        place: "config.json of the tap",
        lines: TAP_LINES,
        min_ttl_s: 400,
        asks_again: true,
        direct_only: false,
        steered: Steered::Not {
            why: "it builds its address from `tenant_subdomain` alone",
            fix: TAP_FIX,
        },
        env: &[],
        traps: &[
            "The file holds the key: chmod 600 before you paste.",
            "Its address is fixed, and suds ignores HTTPS_PROXY: a hosts entry and your own CA for \
             TENANT.auth.marketingcloudapis.com and webservice.exacttarget.com are needed.",
            "It tries /v1/requestToken?legacy=1 first and is told that there is no legacy token here; \
             it goes on with /v2/token by itself.",
            "It asks again when 300 s are left, as FuelSDK does. Hence --min-ttl 400.",
        ],
    },
    Client {
        name: "authlib",
        versions: "authlib 1.9",
        place: "where the session is made",
        lines: "\
import os

from authlib.integrations.requests_client import OAuth2Session

os.environ.setdefault(\"AUTHLIB_INSECURE_TRANSPORT\", \"1\")  # plain http, on loopback only
session = OAuth2Session(
    \"{client_id}\",
    os.environ[\"SFMC_CLIENT_SECRET\"],
    token_endpoint=\"{token_url}\",
    token_endpoint_auth_method=\"client_secret_post\",
    grant_type=\"client_credentials\",
)
token = session.fetch_token(account_id=\"{account_id}\")
",
        min_ttl_s: 60,
        asks_again: true,
        direct_only: false,
        steered: Steered::ByUrl,
        env: &[("AUTHLIB_INSECURE_TRANSPORT", "1")],
        traps: &[
            "When it asks again by itself it leaves account_id out: give it a consumer whose own MID is \
             the one you mean.",
            "Take AUTHLIB_INSECURE_TRANSPORT out where the broker stands behind TLS.",
        ],
    },
    Client {
        name: "requests-oauthlib",
        versions: "requests-oauthlib 2.0",
        place: "where the session is made",
        lines: "\
import os

from oauthlib.oauth2 import BackendApplicationClient
from requests_oauthlib import OAuth2Session

os.environ.setdefault(\"OAUTHLIB_INSECURE_TRANSPORT\", \"1\")  # plain http, on loopback only
session = OAuth2Session(client=BackendApplicationClient(client_id=\"{client_id}\"))
token = session.fetch_token(
    \"{token_url}\",
    client_secret=os.environ[\"SFMC_CLIENT_SECRET\"],
    include_client_id=True,
    account_id=\"{account_id}\",
)
",
        min_ttl_s: 60,
        asks_again: false,
        direct_only: false,
        steered: Steered::ByUrl,
        env: &[("OAUTHLIB_INSECURE_TRANSPORT", "1")],
        traps: &[
            "When the token ends it raises TokenExpiredError: catch it and fetch_token again.",
            "Take OAUTHLIB_INSECURE_TRANSPORT out where the broker stands behind TLS.",
        ],
    },
];
