# SPDX-License-Identifier: Apache-2.0
"""`assay audit` over a whole store, and `assay evidence` and `assay verify` of one customer's bill,
beside a server that does nothing else."""
import json
import os
import re
import statistics
import subprocess
import time

from . import catalog, generators
from .failure import BenchmarkFailure
from .pipeline import settle
from .run import SETTLEMENT_SECONDS
from .workload import CUSTOMERS

LOAD_LIMIT_SECONDS = 1800
VERIFICATIONS = 5


def whole_store(run):
    """Events a second of the walk: hashes, trees, and every decision made again."""
    with run.server() as server:
        fill(run, server, "audit")
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


def customer_bill(run):
    """Events a second that `assay verify` proves; beside it, how fast they are collected."""
    bundle = run.options.work / "bill.ndjson"
    with run.server() as server:
        fill(run, server, "evidence")
        begun = time.monotonic()
        command(server, "evidence", "--customer", CUSTOMERS[0], "--from", "2000-01-01",
                "--to", "2100-01-01", "--out", str(bundle), *stored(server))
        collected = time.monotonic() - begun
        key = command(server, "key", "show", *stored(server)).split()[0]
        rates, processor = [], []
        for _ in range(VERIFICATIONS):
            used = os.times()
            begun = time.monotonic()
            told = command(server, "verify", str(bundle), "--key", key)
            events = int(re.search(r"hashed +([\d,]+) event", told)[1].replace(",", ""))
            rates.append(events / (time.monotonic() - begun))
            now = os.times()
            processor.append(now.children_user + now.children_system
                             - used.children_user - used.children_system)
    run.results.add("evidence", statistics.median(rates), {
        "events in the bundle": events,
        "bytes per event": bundle.stat().st_size / events,
        "verified, events/s, each time": rates,
        "processor time, us an event": statistics.median(processor) / events * 1e6,
        "collected, events/s": events / collected,
    })
    bundle.unlink()


def fill(run, server, name):
    """Has conversations decided and settled, as many as the scale says."""
    count = run.scale.rebuilt_events
    catalog.define(server, SETTLEMENT_SECONDS)
    run.say(f"{name}: feeding {count} events")
    generators.module_result(generators.feeder(
        server.port, server.token, shape="conversation", seconds=LOAD_LIMIT_SECONDS,
        events=count, with_idempotency_keys=run.with_idempotency_keys))
    settle(run, server)


def stored(server):
    return "--store", server.store


def command(server, *words):
    answer = subprocess.run(
        [server.binary, *words], capture_output=True, text=True,
        env=os.environ | {"ASSAY_VIEWS": str(server.folder / "assay.sqlite.views")})
    if answer.returncode != 0:
        raise BenchmarkFailure(
            f"assay {words[0]}: {answer.stdout[:2000]} {answer.stderr[-500:]}")
    return answer.stdout


def audit(server, *options):
    return json.loads(command(server, "audit", "--json", *stored(server), *options))
