"""The lines that `connect` prints for FuelSDK and pysfmc, run in a program of their own as they are pasted."""

import json
import os
import subprocess
import sys
import tempfile
import unittest

import broker

FUELSDK = """
import FuelSDK
import json

ask = FuelSDK.ET_DataExtension()
ask.auth_stub, ask.props = client, ["CustomerKey"]
got = ask.get()
assert got.status, got.message
print(json.dumps([one.CustomerKey for one in got.results]))
"""

PYSFMC = """
import json
from pysfmc.client import SFMCClient

answer = SFMCClient(settings).get("/data/v1/customobjectdata/key/{key}/rowset")
print(json.dumps([answer["customObjectKey"]]))
"""


class Tests:
    def connect(self, client):
        """Begins to connect; the process that waits for the first request, and what it printed."""
        words = ["connect", self.consumer["integration"], "--client", client, "--new-consumer", "--json"]
        words += ["--vend", self.mode, "--data", self.demo.folder.name]
        waiting = subprocess.Popen([self.demo.binary, *words], stdout=subprocess.PIPE, text=True)
        self.addCleanup(waiting.stdout.close)
        self.addCleanup(waiting.kill)
        return waiting, json.loads(waiting.stdout.readline())

    def paste(self, lines, call, key):
        """Runs a program from its text, in an empty folder; what it printed."""
        with tempfile.TemporaryDirectory(prefix="countersign-sdk-") as folder:
            # FuelSDK keeps the first WSDL it reads inside its package, for ever: here it has a place of its own.
            wsdl = os.path.join(folder, "wsdl.xml")
            env = {**os.environ, "SFMC_CLIENT_SECRET": key, "FUELSDK_WSDL_FILE_LOCAL_LOC": wsdl}
            words = [sys.executable, "-B", "-"]
            text = f"{lines}\n{call}"
            ended = subprocess.run(words, input=text, cwd=folder, env=env, capture_output=True, text=True)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        return json.loads(ended.stdout.splitlines()[-1])

    def pasted(self, client, call):
        waiting, printed = self.connect(client)
        key = printed["client_secret"]
        self.assertNotIn(key, printed["lines"], "the key stays out of the code")
        tables = self.paste(printed["lines"], call, key)
        self.assertIn(self.consumer["data_extension_key"], tables)
        self.assertEqual(waiting.wait(60), 0, "the first request is seen")

    def test_the_lines_for_fuelsdk_work_as_printed(self):
        self.pasted("fuelsdk-python", FUELSDK)

    def test_the_lines_for_pysfmc_work_as_printed(self):
        self.pasted("pysfmc", PYSFMC.replace("{key}", self.consumer["data_extension_key"]))


class Direct(Tests, broker.Case):
    mode = "direct"


class Gateway(Tests, broker.Case):
    mode = "gateway"


if __name__ == "__main__":
    unittest.main()
