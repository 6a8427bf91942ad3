# SPDX-License-Identifier: Apache-2.0
"""What PostgreSQL itself does with rows like the ingest log's, by pgbench, to set beside P4."""
import pathlib
import re
import tempfile

from .failure import BenchmarkFailure
from .postgres import DATABASE, PostgresServer

CLIENTS = (1, 8, 32)
STATEMENT_ROWS = 1_000
STATEMENT_CLIENTS = 8

# The ingest log's columns and key, and no more: no claims, no heads, no checks.
TABLE = """
CREATE TABLE rows (
    partition integer NOT NULL, position bigint NOT NULL, event_id bytea NOT NULL,
    account text COLLATE "C" NOT NULL, catalog_version bigint NOT NULL,
    is_sandbox boolean NOT NULL, received_at bigint NOT NULL, payload bytea NOT NULL,
    trace text COLLATE "C", PRIMARY KEY (partition, position)
);
CREATE SEQUENCE places CACHE 1000
"""
# As large as an event of P4.
PAYLOAD = "decode(repeat('ab', 120), 'hex')"
ROW = (f":p, nextval('places'), decode(repeat('cd', 20), 'hex'), 'acct_bench00000000', 7, false, "
       f"1764000000000000, {PAYLOAD}, NULL")
SINGLE = f"\\set p random(0, 63)\nINSERT INTO rows VALUES ({ROW});\n"
STATEMENT = (f"\\set p random(0, 63)\nINSERT INTO rows SELECT {ROW} "
             f"FROM generate_series(1, {STATEMENT_ROWS});\n")


def pgbench(run):
    """Rows a second: one a commit by 1, 8 and 32 clients, and 1,000 a statement."""
    folder = tempfile.mkdtemp(prefix="pgbench-", dir=run.options.work)
    server = PostgresServer(folder)
    try:
        server.query(TABLE)
        for clients in CLIENTS:
            measure(run, server, f"pgbench-{clients}", SINGLE, clients, rows=1)
        measure(run, server, f"pgbench-{STATEMENT_ROWS}", STATEMENT, STATEMENT_CLIENTS,
                rows=STATEMENT_ROWS)
    finally:
        server.close()
        pathlib.Path(folder).rmdir()


def measure(run, server, name, script, clients, rows):
    run.say(f"{name}: {run.scale.pgbench_seconds} s")
    path = server.sockets / "script.sql"
    path.write_text(script)
    output = server.run(
        "pgbench", "--host", server.sockets, "--username=assay", "--no-vacuum",
        "--protocol=prepared", "--file", path, "--client", str(clients), "--jobs",
        str(min(clients, 2)), "--time", str(run.scale.pgbench_seconds), DATABASE,
        timeout=run.scale.pgbench_seconds + 60)
    rate = re.search(r"^tps = ([0-9.]+)", output, re.M)
    latency = re.search(r"^latency average = ([0-9.]+) ms", output, re.M)
    if not rate or not latency:
        raise BenchmarkFailure(f"pgbench prints no rate: {output[-300:]}")
    run.results.add(name, float(rate[1]) * rows, {"average ms": float(latency[1])})
