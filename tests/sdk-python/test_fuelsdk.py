"""The PyPI package Salesforce-FuelSDK-Sans, unmodified. It changes suds, so it has a process of its own."""

import os
import unittest

import FuelSDK
from simulator import Case


class Fuel(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        settings = {
            "clientid": cls.sim.client_id,
            "clientsecret": cls.sim.client_secret,
            "authenticationurl": cls.sim.url,
            "useOAuth2Authentication": "True",
            "accountId": "7",
            "defaultwsdl": cls.sim.url + "/etframework.wsdl",
            "wsdl_file_local_loc": os.path.join(cls.sim.folder.name, "wsdl.xml"),
        }
        cls.client = FuelSDK.ET_Client(False, False, settings)

    def ask(self, kind, props=None, search_filter=None):
        one = kind()
        one.auth_stub, one.props = self.client, props
        if search_filter:
            one.search_filter = search_filter
        return one

    def test_it_asks_what_there_is_and_retrieves_all_of_it(self):
        for kind in (
            FuelSDK.ET_DataExtension, FuelSDK.ET_Subscriber, FuelSDK.ET_List, FuelSDK.ET_Email,
            FuelSDK.ET_TriggeredSend, FuelSDK.ET_Folder, FuelSDK.ET_SentEvent, FuelSDK.ET_OpenEvent,
            FuelSDK.ET_ClickEvent, FuelSDK.ET_BounceEvent, FuelSDK.ET_UnsubEvent,
            FuelSDK.ET_Send, FuelSDK.ET_ListSend, FuelSDK.ET_List_Subscriber,
        ):
            with self.subTest(kind.__name__):
                got = self.ask(kind).get()
                self.assertEqual((got.code, got.status), (200, True), got.message)
                self.assertTrue(got.results)

    def test_more_results_are_fetched(self):
        rows = self.ask(FuelSDK.ET_DataExtension_Row, ["id", "name"])
        rows.CustomerKey = "orders"
        got = rows.get()
        seen = len(got.results)
        while got.more_results:
            got = rows.getMoreResults()
            seen += len(got.results)
        self.assertEqual(seen, 6000)

    def test_a_data_extension_lives_and_dies(self):
        table = self.ask(FuelSDK.ET_DataExtension, {"Name": "fuel", "CustomerKey": "fuel"})
        table.columns = [
            {"Name": "key", "FieldType": "Text", "IsPrimaryKey": "true", "MaxLength": "50", "IsRequired": "true"},
            {"Name": "note", "FieldType": "Text"},
        ]
        self.assertTrue(table.post().status)
        row = self.ask(FuelSDK.ET_DataExtension_Row, {"key": "1", "note": "a"})
        row.CustomerKey = "fuel"
        made = row.post()
        self.assertTrue(made.status, made.results)
        row.props = {"key": "1", "note": "b"}
        self.assertTrue(row.patch().status)
        row.props = ["key", "note"]
        seen = row.get().results[0].Properties.Property
        self.assertEqual([(one.Name, one.Value) for one in seen], [("key", "1"), ("note", "b")])
        row.props = {"key": "1"}
        self.assertTrue(row.delete().status)
        table.props = {"CustomerKey": "fuel"}
        self.assertTrue(table.delete().status)
        columns = self.ask(
            FuelSDK.ET_DataExtension_Column,
            ["Name"],
            {"Property": "DataExtension.CustomerKey", "SimpleOperator": "equals", "Value": "fuel"},
        )
        self.assertFalse(columns.get().results)

    def test_a_triggered_send_is_found_paused_and_sent(self):
        by_key = {"Property": "CustomerKey", "SimpleOperator": "equals", "Value": "order-mail"}
        found = self.ask(FuelSDK.ET_TriggeredSend, ["CustomerKey", "TriggeredSendStatus"], by_key).get()
        self.assertEqual(found.results[0].TriggeredSendStatus, "Active")
        send = self.ask(FuelSDK.ET_TriggeredSend, {"CustomerKey": "order-mail"})
        send.subscribers = [{"EmailAddress": "x@example.com", "SubscriberKey": "x"}]
        self.assertTrue(send.send().status)
        paused = {"CustomerKey": "order-mail", "TriggeredSendStatus": "Inactive"}
        self.assertTrue(self.ask(FuelSDK.ET_TriggeredSend, paused).patch().status)
        self.assertFalse(send.send().status)
        running = {"CustomerKey": "order-mail", "TriggeredSendStatus": "Active"}
        self.assertTrue(self.ask(FuelSDK.ET_TriggeredSend, running).patch().status)

    def test_a_wrong_field_and_a_dead_token_have_no_status(self):
        got = self.ask(FuelSDK.ET_List, ["Odd"]).get()
        self.assertFalse(got.status)
        self.assertIn("Odd do not match", got.message)
        self.sim.control("POST", "/_sim/faults", {"kind": "token_revoked", "credential": "INT-1"})
        got = self.ask(FuelSDK.ET_List, ["ID"]).get()
        self.assertEqual((got.code, got.status), (500, False))
        self.client.refresh_token(True)
        self.assertTrue(self.ask(FuelSDK.ET_List, ["ID"]).get().status)


if __name__ == "__main__":
    unittest.main()
