"""The PyPI package pysfmc, with the real token and through the gateway."""

import unittest

import broker
from pydantic import SecretStr
from pysfmc.auth import SFMCSettings
from pysfmc.client import SFMCClient
from pysfmc.exceptions import SFMCAuthenticationError, SFMCRateLimitError
from simulator import send


class Pointed(SFMCSettings):
    """The package derives its URL from a subdomain; this is the one line that points it elsewhere."""

    base: str

    @property
    def auth_base_url(self):
        return SecretStr(self.base)


class Tests:
    def client(self, **changes):
        settings = {
            "client_id": self.consumer["client_id"],
            "client_secret": self.consumer["client_secret"],
            "account_id": str(self.consumer["account_id"]),
            "subdomain": "not-used",
            "base": self.demo.broker,
        }
        return SFMCClient(Pointed(**{**settings, **changes}))

    def table(self):
        return f"/data/v1/customobjectdata/key/{self.consumer['data_extension_key']}/rowset"

    def test_a_table_is_read_and_written(self):
        client = self.client()
        self.assertEqual(client.get(self.table())["customObjectKey"], self.consumer["data_extension_key"])
        row = {"keys": {"id": "pysfmc-" + self.mode}, "values": {"name": "Ada"}}
        path = f"/hub/v1/dataevents/key:{self.consumer['data_extension_key']}/rowset"
        self.assertEqual(client.post(path, json=[row]), [row])

    def test_a_wrong_key_is_refused_as_such(self):
        with self.assertRaises(SFMCAuthenticationError):
            self.client(client_secret="wrong").get(self.table())

    def test_a_dead_token_is_noticed_in_direct_mode_alone(self):
        client = self.client()
        client.get(self.table())
        self.demo.revoke()
        if self.mode == "gateway":
            self.assertIn("count", client.get(self.table()))
            return
        with self.assertRaises(SFMCAuthenticationError):
            client.get(self.table())
        self.demo.renew()
        self.assertIn("count", self.client().get(self.table()))

    def test_throttling_reaches_the_caller_with_its_wait(self):
        fault = {"kind": "rate_limited", "credential": self.consumer["integration"]}
        client = self.client()
        client.get(self.table())
        url = self.demo.control_url + "/_sim/faults"
        made = send("POST", url, fault)
        with self.assertRaises(SFMCRateLimitError) as raised:
            client.get(self.table())
        self.assertGreater(raised.exception.retry_after, 0)
        send("DELETE", f"{url}/{made['id']}")


class Direct(Tests, broker.Case):
    mode = "direct"


class Gateway(Tests, broker.Case):
    mode = "gateway"


if __name__ == "__main__":
    unittest.main()
