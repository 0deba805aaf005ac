"""The PyPI package pysfmc, unmodified but for where it looks for its tenant."""

from pydantic import SecretStr
from pysfmc import SFMCClient
from pysfmc.auth import SFMCSettings
from pysfmc.exceptions import (
    SFMCAuthenticationError,
    SFMCAuthorizationError,
    SFMCNotFoundError,
    SFMCRateLimitError,
)
from tenant import Case

PACKAGE = "INT-007"


class Settings(SFMCSettings):
    """Its settings take a subdomain only; a base URL is a property of them."""

    url: str

    @property
    def auth_base_url(self):
        return SecretStr(self.url)


class PySfmc(Case):
    def connect(self, package=PACKAGE, **changes):
        found = self.tenant.client(package)
        settings = {
            "client_id": found["client_id"],
            "client_secret": found["secrets"][0]["secret"],
            "account_id": str(found["home_mid"]),
            "subdomain": "unused",
            "url": self.tenant.url,
            **changes,
        }
        client = SFMCClient(Settings(**settings))
        self.addCleanup(client.close)
        return client

    def test_lists_are_read_as_they_are(self):
        client = self.connect()
        for path in [
            "/automation/v1/queries/",
            "/interaction/v1/interactions",
            "/hub/v1/campaigns/",
            "/automation/v1/automations",
        ]:
            body = client.get(path)
            self.assertIsInstance(body["items"], list, path)
            self.assertGreaterEqual(body["count"], len(body["items"]), path)

    def test_assets_fit_its_models_and_are_found_by_its_filters(self):
        assets = self.connect().assets.query
        found = assets.get_assets(page=1, page_size=50, order_by="name desc")
        self.assertGreater(found.count, 0)
        names = [item.name for item in found.items]
        self.assertEqual(names, sorted(names, key=str.lower, reverse=True))
        first = found.items[0]
        self.assertEqual(assets.get_asset_by_id(first.id).customer_key, first.customer_key)
        named = assets.get_assets(filter_expr=f"name eq '{first.name}'")
        self.assertEqual([item.id for item in named.items], [first.id])

    def test_rows_written_without_waiting_are_accepted(self):
        body = self.connect().post(
            "/data/v1/async/dataextensions/key:DE-01/rows", json={"items": [{"id": "CANARY"}]}
        )
        self.assertTrue(body["requestId"])

    def test_refusals_have_kinds_of_their_own(self):
        with self.assertRaises(SFMCAuthenticationError):
            self.connect(client_secret="CANARY-no").get("/platform/v1/tokenContext")
        with self.assertRaises(SFMCNotFoundError):
            self.connect().get("/hub/v1/campaigns/0")
        with self.assertRaises(SFMCAuthorizationError):
            self.connect("INT-001").get("/hub/v1/campaigns/")
        self.tenant.control("POST", "/_sim/faults", {"kind": "rate_limited", "credential": PACKAGE})
        self.addCleanup(self.tenant.control, "POST", "/_sim/mend", {"target": PACKAGE})
        with self.assertRaises(SFMCRateLimitError) as refused:
            self.connect().get("/platform/v1/tokenContext")
        self.assertEqual(refused.exception.retry_after, 5)
