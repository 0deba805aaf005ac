"""The PyPI package Salesforce-FuelSDK-Sans, with the real token and through the gateway."""

import os
import unittest

import broker
import FuelSDK


class Tests:
    def client(self, **changes):
        settings = {
            "clientid": self.consumer["client_id"],
            "clientsecret": self.consumer["client_secret"],
            "authenticationurl": self.demo.broker,
            "useOAuth2Authentication": "True",
            "accountId": str(self.consumer["account_id"]),
            "defaultwsdl": self.demo.broker + "/etframework.wsdl",
            "wsdl_file_local_loc": os.path.join(self.demo.folder.name, "wsdl.xml"),
        }
        return FuelSDK.ET_Client(False, False, {**settings, **changes})

    def tables(self, client):
        ask = FuelSDK.ET_DataExtension()
        ask.auth_stub, ask.props = client, ["CustomerKey", "Name"]
        return ask.get()

    def test_objects_are_retrieved(self):
        got = self.tables(self.client())
        self.assertEqual((got.code, got.status), (200, True), got.message)
        self.assertIn(self.consumer["data_extension_key"], [one.CustomerKey for one in got.results])

    def test_campaigns_are_asked_for_over_rest(self):
        ask = FuelSDK.ET_Campaign()
        ask.auth_stub = self.client()
        got = ask.get()
        self.assertEqual((got.code, got.status), (200, True), got.message)
        listed = got.results
        self.assertGreaterEqual(listed["count"], len(listed["items"]))
        self.assertTrue(all(one["id"] for one in listed["items"]))

    def test_a_wrong_key_gets_no_client(self):
        with self.assertRaises(Exception):
            self.client(clientsecret="wrong")

    def test_a_dead_token_is_noticed_in_direct_mode_alone(self):
        client = self.client()
        self.assertTrue(self.tables(client).status)
        self.demo.revoke()
        if self.mode == "gateway":
            self.assertTrue(self.tables(client).status)
            return
        self.assertFalse(self.tables(client).status)
        self.demo.renew()
        client.refresh_token(True)
        self.assertTrue(self.tables(client).status)


class Direct(Tests, broker.Case):
    mode = "direct"


class Gateway(Tests, broker.Case):
    mode = "gateway"


if __name__ == "__main__":
    unittest.main()
