"""A simulated tenant of the demo's estate on free ports, with Salesforce core beside it."""

import json
import os
import subprocess
import tempfile
import unittest
import urllib.request


class Tenant:
    def __init__(self):
        binary = os.environ.get("COUNTERSIGN_BIN")
        if not binary:
            raise RuntimeError("COUNTERSIGN_BIN is not set: run bash tests/run")
        self.folder = tempfile.TemporaryDirectory(prefix="countersign-sdk-")
        ports = ["--sim-listen", "127.0.0.1:0", "--sim-control-listen", "127.0.0.1:0"]
        args = [binary, "sim", "--json", "--data", self.folder.name, *ports]
        self.child = subprocess.Popen(args, stdout=subprocess.PIPE, text=True)
        ready = json.loads(self.child.stdout.readline())
        self.url, self.control_url = ready["sim"], ready["sim_control"]

    def stop(self):
        self.child.terminate()
        self.child.wait()
        self.child.stdout.close()
        self.folder.cleanup()

    def control(self, method, path, body=None):
        """Asks the simulator's control."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.control_url + path, data=data, method=method)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read())

    def client(self, name):
        """A package or connected app as the control shows it."""
        state = self.control("GET", "/_sim/state")
        everybody = state["packages"] + state["connected_apps"]
        return next(one for one in everybody if one["id"] == name)

    def sign_ins(self):
        """Sign-ins at core so far, good and bad."""
        requests = self.control("GET", "/_sim/ledger")["requests"]
        routes = ["/services/oauth2/token", "/services/Soap/u/{version}"]
        return [one["status"] for one in requests if one["route"] in routes]


class Case(unittest.TestCase):
    """Tests that share one tenant."""

    @classmethod
    def setUpClass(cls):
        cls.tenant = Tenant()
        cls.addClassCleanup(cls.tenant.stop)
