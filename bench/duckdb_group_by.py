"""DuckDB's group-by of (integration, minute, class of status) over outcome lines: the peer of `analyze`.

All columns are named with their types, so that nothing is guessed. Prints seconds, memory, groups.
"""
import json
import resource
import sys
import time

import duckdb

file, threads = sys.argv[1], int(sys.argv[2])
columns = {
    "id": "VARCHAR", "ts": "TIMESTAMP", "source": "VARCHAR", "integration": "VARCHAR",
    "bu": "VARCHAR", "credential": "VARCHAR", "kind": "VARCHAR", "method": "VARCHAR",
    "route": "VARCHAR", "status": "SMALLINT", "error_code": "VARCHAR", "attempt": "INTEGER",
    "retry_of": "VARCHAR", "latency_ms": "BIGINT", "n": "BIGINT", "consumer": "VARCHAR",
    "peer_ip": "VARCHAR",
}
connection = duckdb.connect()
connection.execute(f"SET threads = {threads}")
started = time.perf_counter()
groups = connection.execute(
    """SELECT integration, date_trunc('minute', ts) AS minute, status // 100 AS class, sum(n)
       FROM read_ndjson(?, columns = ?) GROUP BY ALL""",
    [file, columns],
).fetchall()
seconds = time.perf_counter() - started
rss_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"seconds": seconds, "rss_mib": rss_mib, "found": len(groups)}))
