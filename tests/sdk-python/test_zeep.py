"""zeep, which insists on what the WSDL says, with the WSDL that the simulator serves."""

import unittest

import zeep
from lxml import etree
from simulator import Case

NAMESPACE = "{http://exacttarget.com/wsdl/partnerAPI}"

RETRIEVED = [
    "Account", "AccountUser", "Automation", "BounceEvent", "BusinessUnit", "ClickEvent",
    "ContentArea", "DataExtension", "DataExtensionField", "DataExtensionTemplate", "DataFolder",
    "DeliveryProfile", "Email", "Group", "List", "ListSend", "ListSubscriber", "NotSentEvent",
    "OpenEvent", "Portfolio", "QueryDefinition", "Role", "Send", "SendClassification", "SenderProfile", "SentEvent",
    "Subscriber", "TriggeredSendDefinition", "TriggeredSendSummary", "UnsubEvent",
]
# A tenant has none of these until somebody makes one.
MADE_BY_CALLERS = ["ContentArea", "DataExtensionTemplate", "Group", "Portfolio"]


class Zeep(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client = zeep.Client(cls.sim.url + "/etframework.wsdl")
        cls.token = cls.sim.token()

    def header(self, token=None):
        header = etree.Element("{http://exacttarget.com}fueloauth")
        header.text = token or self.token
        return {"_soapheaders": [header]}

    def make(self, name, **values):
        return self.client.get_type(NAMESPACE + name)(**values)

    def retrieve(self, **values):
        request = self.make("RetrieveRequest", **values)
        return self.client.service.Retrieve(request, **self.header())

    def described(self, name):
        asked = {"ObjectDefinitionRequest": [{"ObjectType": name}]}
        answer = self.client.service.Describe(DescribeRequests=asked, **self.header())
        return answer.ObjectDefinition[0]

    def test_all_that_is_described_as_retrievable_is_retrieved_in_the_order_of_the_wsdl(self):
        for name in RETRIEVED:
            with self.subTest(name):
                listed = self.described(name).Properties
                names = [one.Name for one in listed if one.IsRetrievable]
                self.assertGreater(len(names), 3)
                answer = self.retrieve(ObjectType=name, Properties=names)
                self.assertIn(answer.OverallStatus, ["OK", "MoreDataAvailable"])
                self.assertTrue(answer.Results or name in MADE_BY_CALLERS)

    def test_reads_go_on_where_they_stopped(self):
        answer = self.retrieve(ObjectType="DataExtensionObject[orders]", Properties=["id"])
        ids = []
        while True:
            ids += [row.Properties.Property[0].Value for row in answer.Results]
            if answer.OverallStatus != "MoreDataAvailable":
                break
            answer = self.retrieve(ObjectType="x", ContinueRequest=answer.RequestID)
        self.assertEqual(ids, [str(n) for n in range(1, 6001)])

    def test_a_list_is_made_changed_and_deleted(self):
        new = self.make("List", ListName="zeep", CustomerKey="zeep")
        header = self.header()
        made = self.client.service.Create(self.make("CreateOptions"), [new], **header)
        self.assertEqual((made.OverallStatus, made.Results[0].StatusCode), ("OK", "OK"))
        self.assertGreater(made.Results[0].NewID, 0)
        change = self.make("List", CustomerKey="zeep", Description="changed")
        changed = self.client.service.Update(self.make("UpdateOptions"), [change], **header)
        self.assertEqual(changed.OverallStatus, "OK")
        by_key = self.make("SimpleFilterPart", Property="CustomerKey", SimpleOperator="equals", Value=["zeep"])
        seen = self.retrieve(ObjectType="List", Properties=["Description", "ID"], Filter=by_key)
        self.assertEqual(seen.Results[0].Description, "changed")
        self.assertEqual(seen.Results[0].ID, made.Results[0].NewID)
        gone = self.client.service.Delete(self.make("DeleteOptions"), [change], **header)
        self.assertEqual(gone.OverallStatus, "OK")
        self.assertEqual(self.retrieve(ObjectType="List", Properties=["ID"], Filter=by_key).Results, [])

    def test_the_service_says_how_it_is(self):
        status = self.client.service.GetSystemStatus(**self.header())
        self.assertEqual(status.Results.Result[0].SystemStatus, "OK")
        version = self.client.service.VersionInfo(IncludeVersionHistory=False, **self.header())
        self.assertTrue(version.VersionInfo.Version)

    def test_a_token_that_is_none_is_a_fault(self):
        request = self.make("RetrieveRequest", ObjectType="List", Properties=["ID"])
        with self.assertRaises(zeep.exceptions.Fault) as caught:
            self.client.service.Retrieve(request, **self.header("none"))
        self.assertEqual(caught.exception.message, "Login Failed")

    def test_a_token_may_stand_in_an_element_of_its_own(self):
        header = etree.Element("{http://exacttarget.com}fueloauth")
        etree.SubElement(header, "_value_1").text = self.token
        request = self.make("RetrieveRequest", ObjectType="List", Properties=["ID"])
        answer = self.client.service.Retrieve(request, _soapheaders=[header])
        self.assertEqual(answer.OverallStatus, "OK")


if __name__ == "__main__":
    unittest.main()
