"""A simulated tenant of its own on free ports, with the estate that SOAP clients read."""

import json
import os
import subprocess
import tempfile
import unittest
import urllib.request
from pathlib import Path

ESTATE = Path(__file__).resolve().parent.parent / "soap-estate.yaml"


class Simulator:
    def __init__(self):
        binary = os.environ.get("COUNTERSIGN_BIN")
        if not binary:
            raise RuntimeError("COUNTERSIGN_BIN is not set: run bash tests/run")
        self.folder = tempfile.TemporaryDirectory(prefix="countersign-sdk-")
        ports = ["--sim-listen", "127.0.0.1:0", "--sim-control-listen", "127.0.0.1:0"]
        args = [binary, "sim", "--json", "--data", self.folder.name, "--estate", str(ESTATE)]
        self.child = subprocess.Popen(args + ports, stdout=subprocess.PIPE, text=True)
        ready = json.loads(self.child.stdout.readline())
        self.url, self.control_url = ready["sim"], ready["sim_control"]
        package = self.control("GET", "/_sim/state")["packages"][0]
        self.client_id = package["client_id"]
        self.client_secret = package["secrets"][0]["secret"]

    def stop(self):
        self.child.terminate()
        self.child.wait()
        self.child.stdout.close()
        self.folder.cleanup()

    def control(self, method, path, body=None):
        """Asks the simulator's control."""
        return send(method, self.control_url + path, body)

    def token(self):
        """A token, asked for as any program would."""
        fields = {
            "grant_type": "client_credentials",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
        }
        return send("POST", self.url + "/v2/token", fields)["access_token"]


def send(method, url, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, method=method)
    request.add_header("content-type", "application/json")
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.loads(answer.read())


class Case(unittest.TestCase):
    """Tests that share one simulator."""

    @classmethod
    def setUpClass(cls):
        cls.sim = Simulator()

    @classmethod
    def tearDownClass(cls):
        cls.sim.stop()
