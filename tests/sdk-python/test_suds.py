"""suds by itself, with the WSDL that the simulator serves."""

import unittest

import suds.client
from simulator import Case
from suds.sax.element import Element


class Suds(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client = suds.client.Client(cls.sim.url + "/etframework.wsdl", cache=None)
        header = Element("fueloauth", ns=("etns", "http://exacttarget.com"))
        cls.client.set_options(soapheaders=header.setText(cls.sim.token()))

    def retrieve(self, **values):
        request = self.client.factory.create("RetrieveRequest")
        del request.Options
        for name, value in values.items():
            setattr(request, name, value)
        return self.client.service.Retrieve(request)

    def test_the_address_of_calls_is_that_of_the_simulator(self):
        location = self.client.wsdl.services[0].ports[0].methods["Retrieve"].location
        self.assertEqual(str(location), self.sim.url + "/Service.asmx")

    def test_objects_are_retrieved_with_a_filter(self):
        part = self.client.factory.create("SimpleFilterPart")
        part.Property, part.SimpleOperator, part.Value = "IsActive", "equals", ["1"]
        answer = self.retrieve(
            ObjectType="BusinessUnit", Properties=["ID", "Name", "ParentID"], Filter=part, QueryAllAccounts=True
        )
        self.assertEqual(answer.OverallStatus, "OK")
        self.assertEqual([(one.ID, one.Name, one.ParentID) for one in answer.Results], [(7, "TOP", 0), (8, "SHOP", 7)])

    def test_a_subscriber_is_made(self):
        subscriber = self.client.factory.create("Subscriber")
        subscriber.EmailAddress = subscriber.SubscriberKey = "suds@example.com"
        made = self.client.service.Create(None, [subscriber])
        self.assertEqual((made.OverallStatus, made.Results[0].StatusCode), ("OK", "OK"))

    def test_an_object_is_described(self):
        asked = self.client.factory.create("ArrayOfObjectDefinitionRequest")
        asked.ObjectDefinitionRequest = [{"ObjectType": "DataExtension"}]
        answer = self.client.service.Describe(asked)
        names = [one.Name for one in answer.ObjectDefinition[0].Properties if one.IsRetrievable]
        self.assertIn("CustomerKey", names)
        self.assertIn("SendableDataExtensionField.Name", names)


if __name__ == "__main__":
    unittest.main()
