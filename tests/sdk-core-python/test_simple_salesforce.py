"""The PyPI package simple-salesforce, unmodified, against the simulator's Salesforce core.

Its addresses are https://….salesforce.com whatever it is told, so the session it is handed, which is
a way it offers, carries a transport that leads them to the simulator.
"""

import warnings
from urllib.parse import urlsplit

import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from simple_salesforce import Salesforce
from simple_salesforce.exceptions import (
    SalesforceAuthenticationFailed,
    SalesforceExpiredSession,
    SalesforceMalformedRequest,
    SalesforceRefusedRequest,
    SalesforceResourceNotFound,
)
from tenant import Case

APP = "INT-012"
DOMAIN = "demo-group.my"


class Road(requests.adapters.HTTPAdapter):
    """Sends every request to the simulator, its path as it is."""

    def __init__(self, url):
        super().__init__()
        self.place = urlsplit(url)

    def send(self, request, **options):
        here = urlsplit(request.url)._replace(scheme="http", netloc=self.place.netloc)
        request.url = here.geturl()
        return super().send(request, **options)


def key_pair():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private.decode(), public.decode()


class SimpleSalesforce(Case):
    def setUp(self):
        self.app = self.tenant.client(APP)
        self.secret = self.app["secrets"][0]["secret"]

    def connect(self, **how):
        session = requests.Session()
        session.mount("https://", Road(self.tenant.url))
        self.addCleanup(session.close)
        return Salesforce(session=session, domain=DOMAIN, **how)

    def by_secret(self, **changes):
        how = {"consumer_key": self.app["client_id"], "consumer_secret": self.secret, **changes}
        return self.connect(**how)

    def test_a_client_signs_in_by_its_secret_and_asks(self):
        salesforce = self.by_secret()
        self.assertEqual(salesforce.sf_instance, urlsplit(self.tenant.url).netloc)
        found = salesforce.query("SELECT Id, Email FROM Contact WHERE FirstName = 'Ada' LIMIT 3")
        self.assertEqual(found["totalSize"], 3)
        self.assertEqual(len(salesforce.query_all("SELECT Id FROM Lead")["records"]), 250)
        limits = salesforce.limits()["DailyApiRequests"]
        self.assertLess(limits["Remaining"], limits["Max"])
        self.assertEqual(salesforce.api_usage["api-usage"].total, limits["Max"])
        self.assertGreater(len(salesforce.describe()["sobjects"]), 5)

    def test_a_refusal_is_told_in_its_own_words(self):
        for changes, code in [
            ({"consumer_secret": "CANARY-no"}, "invalid_client"),
            ({"consumer_key": "nobody"}, "invalid_client_id"),
        ]:
            with self.assertRaises(SalesforceAuthenticationFailed) as refused:
                self.by_secret(**changes)
            self.assertEqual(refused.exception.code, code)

    def test_a_user_signs_in_with_password_and_consumer_key(self):
        how = {"username": self.app["username"], "password": self.app["password"]}
        salesforce = self.by_secret(**how)
        self.assertEqual(salesforce.query("SELECT COUNT() FROM Account")["totalSize"], 12)

    def test_a_user_signs_in_by_xml_with_a_security_token(self):
        name, password = self.app["username"], self.app["password"]
        # The token is the end of what is sent as the password.
        how = {"username": name, "password": password[:-3], "security_token": password[-3:]}
        salesforce = self.connect(**how)
        self.assertEqual(salesforce.query("SELECT COUNT() FROM Account")["totalSize"], 12)
        with self.assertRaises(SalesforceAuthenticationFailed) as refused:
            self.connect(**{**how, "security_token": "wrong"})
        self.assertEqual(refused.exception.code, "INVALID_LOGIN")

    def test_an_assertion_is_believed_by_its_signature(self):
        private, public = key_pair()
        self.tenant.control("POST", f"/_sim/apps/{APP}", {"certificate": public})
        how = {"username": self.app["username"], "consumer_key": self.app["client_id"]}
        salesforce = self.connect(privatekey=private, **how)
        self.assertEqual(salesforce.query("SELECT COUNT() FROM Lead")["totalSize"], 250)
        other, _ = key_pair()
        with self.assertRaises(SalesforceAuthenticationFailed) as refused:
            self.connect(privatekey=other, **how)
        self.assertIn("invalid assertion", str(refused.exception))
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            with self.assertRaises(SalesforceAuthenticationFailed):
                self.connect(privatekey=private, **{**how, "username": "nobody@example.com"})
        # The client knows these words and says what to do.
        self.assertTrue(any("authorize" in str(warning.message) for warning in heard))

    def test_a_record_is_made_changed_read_and_taken_away(self):
        accounts = self.by_secret().Account
        made = accounts.create({"Name": "CANARY"})
        self.assertTrue(made["success"])
        self.assertEqual(accounts.update(made["id"], {"Name": "changed"}), 204)
        self.assertEqual(accounts.get(made["id"])["Name"], "changed")
        self.assertEqual(accounts.delete(made["id"]), 204)
        with self.assertRaises(SalesforceResourceNotFound):
            accounts.get(made["id"])
        with self.assertRaises(SalesforceMalformedRequest) as refused:
            accounts.create({})
        self.assertEqual(refused.exception.content[0]["errorCode"], "REQUIRED_FIELD_MISSING")

    def test_a_session_that_ended_is_replaced_by_signing_in_again(self):
        salesforce = self.by_secret()
        before = len(self.tenant.sign_ins())
        self.tenant.control("POST", "/_sim/faults", {"kind": "token_revoked", "credential": APP})
        self.assertEqual(salesforce.query("SELECT COUNT() FROM Account")["totalSize"], 12)
        self.assertEqual(self.tenant.sign_ins()[before:], [200])

    def test_a_leaver_is_out_and_the_client_asks_once_more_and_stops(self):
        salesforce = self.by_secret()
        before = len(self.tenant.sign_ins())
        fault = {"kind": "crm_user_deactivated", "credential": APP}
        self.tenant.control("POST", "/_sim/faults", fault)
        self.addCleanup(self.tenant.control, "POST", "/_sim/mend", {"target": APP})
        with self.assertRaises((SalesforceAuthenticationFailed, SalesforceExpiredSession)):
            salesforce.query("SELECT Id FROM User")
        self.assertEqual(self.tenant.sign_ins()[before:], [400])

    def test_a_day_has_so_many_calls(self):
        salesforce = self.by_secret()
        self.tenant.control("POST", "/_sim/switches", {"core_calls_a_day": 0})
        self.addCleanup(
            self.tenant.control, "POST", "/_sim/switches", {"core_calls_a_day": 15000}
        )
        with self.assertRaises(SalesforceRefusedRequest) as refused:
            salesforce.limits()
        self.assertEqual(refused.exception.content[0]["errorCode"], "REQUEST_LIMIT_EXCEEDED")
