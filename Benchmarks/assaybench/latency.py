# SPDX-License-Identifier: Apache-2.0
"""P5: from the 202 to being visible, at half load."""
from . import catalog, generators
from .intake import percentiles_ms
from .run import SETTLEMENT_SECONDS

# Small ones: a batch of 1,000 would make a probe wait for work that came in one piece.
BATCH_EVENTS = 100
FEED_CONNECTIONS = 4
PROBE_CONNECTIONS = 4
PROBE_INTERVAL_SECONDS = 0.08
# Without a measurement of P3: half of its floor.
FALLBACK_LOAD = 15_000
# The load is there before the first probe and after the last.
LEAD_SECONDS = 2


def accept_to_visible(run):
    """P5: probes beside a steady load."""
    load = run.options.load or int((run.pipeline_rate or 2 * FALLBACK_LOAD) / 2)
    seconds = run.scale.latency_seconds
    with run.server() as server:
        catalog.define(server, SETTLEMENT_SECONDS)
        run.say(f"P5: probes for {seconds} s beside {load} events/s")
        feeder = generators.feeder(
            server.port, server.token, shape="conversation", batch_events=BATCH_EVENTS,
            connections=FEED_CONNECTIONS, events_per_second=load,
            seconds=seconds + 2 * LEAD_SECONDS, with_idempotency_keys=run.with_idempotency_keys)
        # The prober waits itself: its timetable begins later than its process.
        prober = generators.module("assaybench.prober", {
            "port": server.port, "token": server.token, "connections": PROBE_CONNECTIONS,
            "interval_seconds": PROBE_INTERVAL_SECONDS, "seconds": seconds,
            "begin_after_seconds": LEAD_SECONDS})
        cpu_before = server.cpu_seconds()
        probes, _ = generators.module_result(prober)
        fed, cpu = generators.module_result(feeder)
        cpu_after = server.cpu_seconds()
        after = server.metrics()
    visible = percentiles_ms(probes["visible"], 50, 99, 99.9)
    run.results.add("P5", visible and visible[1], {
        "p50 / p99 / p99.9 ms": visible,
        "probes": len(probes["visible"]),
        "probes answered READ_BEHIND, and left out": [probes["behind"], probes["skipped"]],
        "a probe's POST, p50 / p99 / p99.9 ms": percentiles_ms(probes["accepted"], 50, 99, 99.9),
        "load asked for and reached, events/s": [load, fed["accepted"] / fed["seconds"]],
        "feeder behind its timetable at most, s": fed["late_seconds"],
        "backlog at the end, events": after.waiting,
        "server CPU s per s":
            (cpu_after - cpu_before) / fed["seconds"],
        "generator CPU s per million": cpu / fed["accepted"] * 1e6,
    })
    run.results.check("P5: no probe was answered READ_BEHIND", probes["behind"] == 0)
