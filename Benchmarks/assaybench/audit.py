# SPDX-License-Identifier: Apache-2.0
"""`assay audit`: a whole store, walked beside a server that does nothing else."""
import json
import os
import subprocess
import time

from . import catalog, generators
from .failure import BenchmarkFailure
from .pipeline import settle
from .run import SETTLEMENT_SECONDS

LOAD_LIMIT_SECONDS = 1800


def whole_store(run):
    """Events a second of the walk: hashes, trees, and every decision made again."""
    count = run.scale.rebuilt_events
    with run.server() as server:
        catalog.define(server, SETTLEMENT_SECONDS)
        run.say(f"audit: feeding {count} events")
        generators.module_result(generators.feeder(
            server.port, server.token, shape="conversation", seconds=LOAD_LIMIT_SECONDS,
            events=count, with_idempotency_keys=run.with_idempotency_keys))
        settle(run, server)
        begun = time.monotonic()
        log = audit(server, "--no-read-models")
        walked = time.monotonic() - begun
        begun = time.monotonic()
        audit(server)
        all_of_it = time.monotonic() - begun
    run.results.add("audit", log["events_per_second"], {
        "events": log["events"],
        "without read models, s": walked,
        "with read models, s": all_of_it,
    })


def audit(server, *options):
    answer = subprocess.run(
        [server.binary, "audit", "--store", server.store, "--json", *options],
        capture_output=True, text=True,
        env=os.environ | {"ASSAY_VIEWS": str(server.folder / "assay.sqlite.views")})
    if answer.returncode != 0:
        raise BenchmarkFailure(f"assay audit: {answer.stdout[:2000]} {answer.stderr[-500:]}")
    return json.loads(answer.stdout)
