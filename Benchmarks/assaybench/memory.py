# SPDX-License-Identifier: Apache-2.0
"""P7 and P8: memory with many open outcomes, and the time to come back after a kill."""
import http.client
import json
import statistics
import time

from . import catalog, generators
from .failure import BenchmarkFailure
from .server import START_LIMIT_SECONDS
from .workload import AGENT, CUSTOMERS

SETTLEMENT_SECONDS = 180 * 86_400
LOAD_LIMIT_SECONDS = 1800

# Idle: for so long the server used less than this share of one core.
IDLE_SECONDS = 5
IDLE_SHARE = 0.02
IDLE_LIMIT_SECONDS = 180

POLL_TIMEOUT_SECONDS = 0.25
POLL_PAUSE_SECONDS = 0.002


def open_outcomes_and_restarts(run):
    """P7, then P8 on the same store."""
    count = run.scale.open_outcomes
    with run.server() as server:
        catalog.define(server, SETTLEMENT_SECONDS)
        fresh, _ = server.memory_bytes()
        run.say(f"P7: opening {count} outcomes")
        result, _ = generators.module_result(generators.feeder(
            server.port, server.token, shape="open", seconds=LOAD_LIMIT_SECONDS, events=count,
            with_idempotency_keys=run.with_idempotency_keys))
        run.drain(server)
        run.say("P7: waiting until the server is idle")
        idle_seconds = wait_until_idle(server)
        resident, highest = server.memory_bytes()
        metrics = server.metrics()
        run.results.add("P7", resident / 1e6, {
            "open outcomes": result["accepted"],
            "resident before the first event, MB": fresh / 1e6,
            "resident when idle, bytes per open outcome": (resident - fresh) / result["accepted"],
            "highest so far (VmHWM), MB": highest / 1e6,
            "idle after, s": idle_seconds,
            "active actors": metrics.get("assay_active_outcomes"),
            "store, MB": server.disk_bytes() / 1e6,
        })
        run.say(f"P8: {run.scale.restarts} times kill -9 and start")
        times = [restart(server, number) for number in range(run.scale.restarts)]
        wait_until_idle(server)
        run.results.add("P8", statistics.median(times), {
            "from exec to the first 202, s": [round(seconds, 3) for seconds in times],
            "resident after the last start, idle, MB": server.memory_bytes()[0] / 1e6,
        })


def wait_until_idle(server):
    """Seconds until the server had next to nothing to do."""
    begun = time.monotonic()
    while time.monotonic() - begun < IDLE_LIMIT_SECONDS:
        before = server.cpu_seconds()
        time.sleep(IDLE_SECONDS)
        if server.cpu_seconds() - before < IDLE_SHARE * IDLE_SECONDS:
            return time.monotonic() - begun
    raise BenchmarkFailure(f"the server is not idle after {IDLE_LIMIT_SECONDS} s")


def restart(server, number):
    """Kills the server, starts it, posts until an event is accepted; seconds from the start."""
    server.kill()
    event = json.dumps({"key": f"restart:{number:06d}", "action": "agent_replied",
                        "agent_key": AGENT, "customer_key": CUSTOMERS[0]})
    begun = time.monotonic()
    server.launch()
    while time.monotonic() - begun < START_LIMIT_SECONDS:
        server.check_alive()
        connection = server.connection(POLL_TIMEOUT_SECONDS)
        try:
            connection.request("POST", "/v1/events", event, server.headers())
            if connection.getresponse().status == 202:
                return time.monotonic() - begun
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()
        time.sleep(POLL_PAUSE_SECONDS)
    raise BenchmarkFailure(f"no 202 within {START_LIMIT_SECONDS} s after a start")
