//! Tools that are told what to send.

use super::{Client, Steered};

pub(super) const CLIENTS: &[Client] = &[
    Client {
        name: "curl",
        versions: "curl",
        place: "a shell; the file keeps the key out of the process list, and is yours alone",
        lines: "\
(umask 077; rm -f request.json; cat > request.json) <<'END'
{\"grant_type\":\"client_credentials\",\"client_id\":\"{client_id}\",\"client_secret\":\"{key}\",\"account_id\":{account_id}}
END
curl -sS {token_url} -H 'Content-Type: application/json' -d @request.json
",
        min_ttl_s: 60,
        asks_again: false,
        direct_only: false,
        steered: Steered::ByUrl,
        env: &[],
        traps: &[
            "A script that asks once has its token for as long as that lives, and no longer: let long \
             ones ask again, or run them under countersign exec.",
        ],
    },
    Client {
        name: "newman",
        versions: "newman 6.2",
        place: "sfmc.postman_environment.json, then: newman run collection.json -e sfmc.postman_environment.json",
        lines: "\
{
    \"name\": \"sfmc\",
    \"values\": [
        { \"key\": \"token_url\", \"value\": \"{token_url}\" },
        { \"key\": \"client_id\", \"value\": \"{client_id}\" },
        { \"key\": \"client_secret\", \"value\": \"{key}\" },
        { \"key\": \"account_id\", \"value\": \"{account_id}\" }
    ]
}
",
        min_ttl_s: 60,
        asks_again: false,
        direct_only: false,
        steered: Steered::ByUrl,
        env: &[],
        traps: &[
            "The collection's token request goes to {{token_url}}, its calls to the answer's \
             rest_instance_url.",
            "The file holds the key: chmod 600 before you paste.",
            "Do not hand the key over with --env-var: it would stand in the process list.",
        ],
    },
];
