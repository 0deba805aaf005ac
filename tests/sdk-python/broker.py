"""The demo on free ports, without a story and in real time: broker in front, simulated tenant behind."""

import json
import os
import subprocess
import tempfile
import unittest

from simulator import send


class Demo:
    def __init__(self):
        self.binary = os.environ.get("COUNTERSIGN_BIN")
        if not self.binary:
            raise RuntimeError("COUNTERSIGN_BIN is not set: run bash tests/run")
        self.folder = tempfile.TemporaryDirectory(prefix="countersign-sdk-")
        args = [self.binary, "demo", "--fresh", "--story", "none", "--speed", "1", "--json", "--data", self.folder.name]
        for name in ("listen", "broker-listen", "sim-listen", "sim-control-listen"):
            args += ["--" + name, "127.0.0.1:0"]
        quiet = {**os.environ, "COUNTERSIGN_LOG": "warn"}
        self.child = subprocess.Popen(args, stdout=subprocess.PIPE, text=True, env=quiet)
        ready = json.loads(self.child.stdout.readline())
        self.broker, self.control_url = ready["broker"], ready["sim_control"]
        self.consumers = ready["consumers"]

    def stop(self):
        self.child.terminate()
        self.child.wait()
        self.child.stdout.close()
        self.folder.cleanup()

    def revoke(self):
        """Kills the live token, as the platform may. One renewal a minute answers such a death."""
        send("POST", self.control_url + "/_sim/clock", {"advance": "2m"})
        fault = {"kind": "token_revoked", "credential": self.consumers["direct"]["integration"]}
        send("POST", self.control_url + "/_sim/faults", fault)

    def renew(self):
        """Renews the token, as an operator would."""
        self.command("renew", self.consumers["direct"]["integration"])

    def command(self, *words):
        """Runs a command on the demo, which must end well; its standard output."""
        words = [self.binary, *words, "--data", self.folder.name]
        return subprocess.run(words, check=True, capture_output=True, text=True).stdout


class Case(unittest.TestCase):
    """Tests of one mode; `mode` is set by each subclass."""

    mode = None

    @classmethod
    def setUpClass(cls):
        cls.demo = Demo()
        cls.consumer = cls.demo.consumers[cls.mode]

    @classmethod
    def tearDownClass(cls):
        cls.demo.stop()
