# SPDX-License-Identifier: Apache-2.0
"""P1 and P2: how fast events are accepted, each durable before its answer."""
from . import catalog, ceiling, generators
from .run import CONNECTIONS_BATCHES, CONNECTIONS_SINGLES

# Nothing settles while these run.
SETTLEMENT_SECONDS = 259_200


def single_posts(run):
    """P1: one event per POST."""
    run.say("P1: the ceiling of wrk, against nginx")
    top = ceiling.singles(run, "open")
    with run.server() as server:
        catalog.define(server, SETTLEMENT_SECONDS)
        common = {"shape": "open", "connections": CONNECTIONS_SINGLES,
                  "with_idempotency_keys": run.with_idempotency_keys}
        run.say("P1: warming up")
        generators.wrk_result(generators.wrk(
            server.port, server.token, seconds=run.scale.warm_up_seconds, prefix="w", **common))
        run.drain(server)
        run.say(f"P1: one event per POST for {run.scale.singles_seconds} s")
        before, cpu_before = server.metrics(), server.cpu_seconds()
        with run.profiled(server, run.name("P1"), run.scale.singles_seconds):
            result, cpu = generators.wrk_result(generators.wrk(
                server.port, server.token, seconds=run.scale.singles_seconds, **common))
        after, cpu_after = server.metrics(), server.cpu_seconds()
        run.say(f"P1: draining {after.waiting:.0f} events")
        drain_seconds = run.drain(server)
        cpu_drained = server.cpu_seconds()
    millions = result["accepted"] / 1e6
    run.results.add(run.name("P1"), result["accepted"] / result["seconds"], {
        "answers other than 202": result["refused"],
        "failed or timed out": result["failed"] + result["timeouts"],
        "p50 / p99 / p99.9 ms": [result["p50_ms"], result["p99_ms"], result["p999_ms"]],
        "backlog at the end, events": after.waiting,
        "time to drain it, s": drain_seconds,
        "events per flush": per_flush(before, after, result["accepted"]),
        "server CPU s per million, while accepting": (cpu_after - cpu_before) / millions,
        "server CPU s per million, until drained": (cpu_drained - cpu_before) / millions,
        **generator_figures(cpu, result["accepted"], top),
    })
    run.results.check(run.name("P1") + ": every request was answered, and with a 202",
                      result["refused"] + result["failed"] + result["timeouts"] == 0)


def batches(run):
    """P2: batches of 1,000 events."""
    run.say("P2: the ceiling of the batch generator, against nginx")
    top = ceiling.batches(run, "open")
    with run.server() as server:
        catalog.define(server, SETTLEMENT_SECONDS)
        common = {"shape": "open", "connections": CONNECTIONS_BATCHES,
                  "with_idempotency_keys": run.with_idempotency_keys}
        run.say("P2: warming up")
        generators.module_result(generators.feeder(
            server.port, server.token, seconds=run.scale.warm_up_seconds, prefix="w", **common))
        run.drain(server)
        run.say(f"P2: batches for {run.scale.batches_seconds} s")
        before, cpu_before = server.metrics(), server.cpu_seconds()
        with run.profiled(server, run.name("P2"), run.scale.batches_seconds):
            result, cpu = generators.module_result(generators.feeder(
                server.port, server.token, seconds=run.scale.batches_seconds, **common))
        after, cpu_after = server.metrics(), server.cpu_seconds()
    run.results.add(run.name("P2"), result["accepted"] / result["seconds"], {
        "a batch's p50 / p99 ms": percentiles_ms(result["latencies"], 50, 99),
        "told to wait (429, 503)": result["pauses"],
        "backlog at the end, events": after.waiting,
        "events per flush": per_flush(before, after, result["accepted"]),
        "server CPU s per million, while accepting":
            (cpu_after - cpu_before) / result["accepted"] * 1e6,
        **generator_figures(cpu, result["accepted"], top),
    })


def per_flush(before, after, events):
    """How many events one flush made durable; None when the server does not count flushes."""
    flushes = [reading.get("assay_flush_seconds_count") for reading in (before, after)]
    if None in flushes or flushes[0] == flushes[1]:
        return None
    return events / (flushes[1] - flushes[0])


def percentiles_ms(ordered_seconds, *shares):
    """Percentiles, by the nearest rank, of a sorted list of seconds."""
    ranks = [min(len(ordered_seconds) - 1, int(len(ordered_seconds) * share / 100))
             for share in shares]
    return [ordered_seconds[rank] * 1e3 for rank in ranks] if ordered_seconds else None


def generator_figures(cpu_seconds, events, top):
    """What the generator cost here, and what it manages when nothing holds it back."""
    figures = {"generator CPU s per million": cpu_seconds / events * 1e6}
    if top:
        figures["generator against nginx, events/s"] = top[0]
        figures["generator against nginx, CPU s per million"] = top[1]
    return figures
