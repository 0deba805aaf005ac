"""The PyPI packages requests-oauthlib and authlib, with the real token and through the gateway; and the
lines that `connect` prints for them, run as they are pasted."""

import json
import os
import subprocess
import sys
import unittest

import broker
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from oauthlib.oauth2 import BackendApplicationClient
from oauthlib.oauth2.rfc6749.errors import InvalidClientError, InvalidScopeError, TokenExpiredError
from requests_oauthlib import OAuth2Session

# Both refuse plain http unless told that it stays on this machine.
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"


class Tests:
    def setUp(self):
        self.url = self.demo.broker + "/v2/token"
        self.account_id = str(self.consumer["account_id"])

    def table(self, token):
        key = self.consumer["data_extension_key"]
        return f"{token['rest_instance_url']}data/v1/customobjectdata/key/{key}/rowset"

    def reads_table(self, session, token):
        self.assertEqual(token["access_token"].startswith("csg1."), self.mode == "gateway")
        answer = session.get(self.table(token))
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.json()["customObjectKey"], self.consumer["data_extension_key"])

    def oauthlib(self, **changes):
        session = OAuth2Session(client=BackendApplicationClient(client_id=self.consumer["client_id"]))
        self.addCleanup(session.close)
        how = {"client_secret": self.consumer["client_secret"], "include_client_id": True, **changes}
        return session, session.fetch_token(self.url, account_id=self.account_id, **how)

    def authlib(self, secret=None):
        session = AuthlibSession(
            self.consumer["client_id"],
            secret or self.consumer["client_secret"],
            token_endpoint=self.url,
            token_endpoint_auth_method="client_secret_post",
            grant_type="client_credentials",
        )
        self.addCleanup(session.close)
        return session

    def test_requests_oauthlib_asks_and_calls(self):
        session, token = self.oauthlib()
        self.assertIn("data_extensions_read", token["scope"])
        self.reads_table(session, token)
        # It asks for no other one when it ends, and says so before it calls.
        session.token = {**token, "expires_in": -1, "expires_at": 1}
        with self.assertRaises(TokenExpiredError):
            session.get(self.table(token))

    def test_requests_oauthlib_reads_refusals(self):
        with self.assertRaises(InvalidClientError):
            self.oauthlib(client_secret="CANARY-wrong")
        with self.assertRaises(InvalidScopeError):
            self.oauthlib(scope=["users_write"])

    def test_authlib_asks_calls_and_asks_again_when_a_token_has_ended(self):
        session = self.authlib()
        token = session.fetch_token(account_id=self.account_id)
        self.reads_table(session, token)
        session.token = {**token, "access_token": "CANARY-ended", "expires_at": 1}
        self.reads_table(session, token)
        self.assertNotEqual(session.token["access_token"], "CANARY-ended")

    def test_authlib_reads_a_refusal(self):
        with self.assertRaises(OAuthError) as refused:
            self.authlib("CANARY-wrong").fetch_token()
        self.assertEqual(refused.exception.error, "invalid_client")

    def test_the_pasted_lines_ask_and_call(self):
        for name in ("requests-oauthlib", "authlib"):
            with self.subTest(name):
                printed = self.demo.command(
                    "connect", self.consumer["integration"], "--client", name,
                    "--new-consumer", "--vend", self.mode, "--no-wait", "--json",
                )
                shown = json.loads(printed)
                self.assertNotIn(shown["client_secret"], shown["lines"], "the key stays out of the code")
                call = (
                    "answer = session.get(token['rest_instance_url'] + 'platform/v1/tokenContext')\n"
                    "print(token['access_token'][:5], answer.json()['organization']['id'])\n"
                )
                clean = {k: v for k, v in os.environ.items() if not k.endswith("_INSECURE_TRANSPORT")}
                ended = subprocess.run(
                    [sys.executable, "-B", "-"],
                    input=shown["lines"] + call,
                    env={**clean, "SFMC_CLIENT_SECRET": shown["client_secret"]},
                    capture_output=True,
                    text=True,
                    timeout=60,
                )
                self.assertEqual(ended.returncode, 0, ended.stderr)
                start, mid = ended.stdout.split()
                self.assertEqual((start == "csg1.", mid), (self.mode == "gateway", self.account_id))


class Direct(Tests, broker.Case):
    mode = "direct"


class Gateway(Tests, broker.Case):
    mode = "gateway"


if __name__ == "__main__":
    unittest.main()
