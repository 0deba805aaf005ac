"""OpenTelemetry's Python SDK exports failing HTTP calls to a watch on an empty folder: it finds the cause."""

import json
import os
import subprocess
import tempfile
import time
import unittest

from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, Status, StatusCode

ESTATE = """
version: 1
tenants: [{ id: t, subdomain: not-a-real-one, auth_url: "https://auth.example.com" }]
business_units: [{ id: LOY, name: Loyalty, tenant: t, mid: 140, time_zone: Europe/Berlin, on_call: team-loy }]
credentials:
  - { id: INT-1, bu: LOY, kind: s2s_v2, client_id: client-1 }
  - { id: INT-2, bu: LOY, kind: s2s_v2, client_id: client-2 }
integrations:
  - { id: INT-1, name: Points, bu: LOY, kind: real-time, tier: T1, owner: team-loy, credential: INT-1 }
  - { id: INT-2, name: Mails, bu: LOY, kind: real-time, tier: T1, owner: team-loy, credential: INT-2 }
"""
ADDRESS = "https://not-a-real-one.rest.marketingcloudapis.com/hub/v1/dataevents/key:CANARY/rowset?email=CANARY"
LIMIT_S = 60


class Watch:
    def __init__(self):
        self.binary = os.environ.get("COUNTERSIGN_BIN")
        if not self.binary:
            raise RuntimeError("COUNTERSIGN_BIN is not set: run bash tests/run")
        self.folder = tempfile.TemporaryDirectory(prefix="countersign-otel-")
        self.data = os.path.join(self.folder.name, "data")
        words = ["serve", "--role", "watch", "--listen", "127.0.0.1:0", "--json", "--data", self.data]
        quiet = {**os.environ, "COUNTERSIGN_LOG": "warn"}
        self.child = subprocess.Popen([self.binary, *words], stdout=subprocess.PIPE, text=True, env=quiet)
        self.url = json.loads(self.child.stdout.readline())["dashboard"]

    def run(self, *words):
        ended = subprocess.run([self.binary, *words, "--json", "--data", self.data],
                               check=True, capture_output=True, text=True)
        return ended.stdout

    def stop(self):
        self.child.terminate()
        self.child.wait()
        self.child.stdout.close()
        self.folder.cleanup()


class FailingCalls(unittest.TestCase):
    def setUp(self):
        self.watch = Watch()
        self.addCleanup(self.watch.stop)
        estate = os.path.join(self.watch.folder.name, "estate.yaml")
        with open(estate, "w") as file:
            file.write(ESTATE)
        self.watch.run("estate", "apply", estate)
        added = json.loads(self.watch.run("source", "add", "otel", "--integration", "INT-1", "--integration", "INT-2"))
        self.exporter = OTLPSpanExporter(
            endpoint=self.watch.url + "/v1/traces",
            headers={"authorization": "Bearer " + added["ingest_key"]},
            compression=Compression.Gzip,
        )

    def export(self, integration, statuses, every_s=10):
        """One client span for each status, the last one just now."""
        resource = Resource.create({"service.name": "points-loader"})
        provider = TracerProvider(resource=resource)
        provider.add_span_processor(BatchSpanProcessor(self.exporter))
        tracer = provider.get_tracer("test")
        now = time.time_ns()
        for place, status in enumerate(statuses):
            started = now - (len(statuses) - place) * every_s * 1_000_000_000
            span = tracer.start_span("POST", kind=SpanKind.CLIENT, start_time=started, attributes={
                "http.request.method": "POST",
                "url.full": ADDRESS,
                "server.address": "not-a-real-one.rest.marketingcloudapis.com",
                "http.response.status_code": status,
                "sfmc.integration": integration,
            })
            if status >= 400:
                span.set_attribute("error.type", str(status))
                span.set_status(Status(StatusCode.ERROR))
            span.end(end_time=started + 183_000_000)
        self.assertTrue(provider.force_flush())

    def incidents(self):
        return json.loads(self.watch.run("incidents"))

    def test_a_credential_whose_calls_are_refused_is_one_incident(self):
        self.export("INT-2", [200] * 60)
        self.export("INT-1", [200] * 30 + [401] * 30)
        until = time.monotonic() + LIMIT_S
        while not (found := self.incidents()) and time.monotonic() < until:
            pass
        causes = [(one["root_cause"], one["class"]) for one in found]
        self.assertEqual(causes, [("credential:INT-1", "auth_rejected")])
        self.assertNotIn("CANARY", json.dumps(found))


if __name__ == "__main__":
    unittest.main()
