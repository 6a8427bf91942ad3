# SPDX-License-Identifier: Apache-2.0
"""P3: the whole way, from the POST to the feed, the ledger and the dead letters."""
import time

from . import catalog, ceiling, conservation, generators
from .failure import BenchmarkFailure
from .intake import generator_figures
from .run import CONNECTIONS_SINGLES, SETTLEMENT_SECONDS


def fed_by_batches(run):
    """P3, fed by batches."""
    run.say("P3b: the ceiling of the batch generator, against nginx")
    top = ceiling.batches(run, "conversation")
    rate = measure(run, run.name("P3b"), top, lambda server, seconds, prefix: generators.feeder(
        server.port, server.token, seconds=seconds, shape="conversation", prefix=prefix,
        with_idempotency_keys=run.with_idempotency_keys), generators.module_result, in_flight=0)
    run.pipeline_rate = rate


def fed_by_single_posts(run):
    """P3, fed by single POSTs."""
    run.say("P3s: the ceiling of wrk, against nginx")
    top = ceiling.singles(run, "conversation")
    # wrk leaves off in the middle: what is in flight then is accepted, and not counted by it.
    measure(run, run.name("P3s"), top, lambda server, seconds, prefix: generators.wrk(
        server.port, server.token, seconds=seconds, shape="conversation", prefix=prefix,
        connections=CONNECTIONS_SINGLES, with_idempotency_keys=run.with_idempotency_keys),
        generators.wrk_result, in_flight=CONNECTIONS_SINGLES)


def measure(run, name, top, generate, result_of, in_flight):
    """One run of P3: adds its figures and checks, returns its rate."""
    with run.server() as server:
        catalog.define(server, SETTLEMENT_SECONDS)
        run.say(f"{name}: warming up")
        warm_up, _ = result_of(generate(server, run.scale.warm_up_seconds, "w"))
        settle(run, server)
        run.say(f"{name}: feeding for {run.scale.pipeline_seconds} s")
        cpu_before, disk_before = server.cpu_seconds(), server.disk_bytes()
        database_before = server.database_cpu_seconds()
        begun = time.monotonic()
        generator = generate(server, run.scale.pipeline_seconds, "a")
        gate = generators.Gate(server, generator)
        gate.start()
        with run.profiled(server, name, run.scale.pipeline_seconds):
            result, cpu = result_of(generator)
        gate.finish()
        fed_seconds = time.monotonic() - begun
        run.say(f"{name}: fed {result['accepted']} events; draining")
        drained, settled = settle(run, server)
        # The last outcomes wait for their windows to end, which is no work.
        seconds = max(drained, settled - SETTLEMENT_SECONDS) - begun
        cpu_after, disk_after = server.cpu_seconds(), server.disk_bytes()
        database_after = server.database_cpu_seconds()
        run.say(f"{name}: reading everything back")
        accepted = warm_up["accepted"] + result["accepted"]
        books = conservation.read(server)
    events = result["accepted"]
    run.results.add(name, events / seconds, {
        "events": events,
        "fed for, s": fed_seconds,
        "until all was decided, settled and projected, s": seconds,
        "highest backlog and lag, events": gate.highest,
        "generator held back, s": gate.stopped_seconds,
        "told to wait or refused": result.get("pauses", 0) + result.get("refused", 0),
        "server CPU s per million": (cpu_after - cpu_before) / events * 1e6,
        "PostgreSQL CPU s per million": (database_after - database_before) / events * 1e6
        if run.is_postgres else None,
        "disk bytes per event": (disk_after - disk_before) / events,
        **generator_figures(cpu, events, top),
        **books.figures(),
    })
    # Both prefixes of a run with wrk may leave requests in flight.
    for sentence, holds in books.checks(accepted, accepted + 2 * in_flight):
        run.results.check(f"{name}: {sentence}", holds)
    return events / seconds


def settle(run, server):
    """Waits until all is projected and no outcome is open; when each of the two was so."""
    run.drain(server)
    drained = time.monotonic()
    limit = drained + run.scale.drain_limit_seconds
    while any(server.call("GET", f"/v1/outcomes?state={state}&limit=1")["data"]
              for state in ("PENDING", "OPEN")):
        if time.monotonic() > limit:
            raise BenchmarkFailure("outcomes are still open long after the last event")
        time.sleep(0.1)
    settled = time.monotonic()
    run.drain(server)
    return drained, settled
