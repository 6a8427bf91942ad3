# SPDX-License-Identifier: Apache-2.0
"""Trace look-ups: the journey of one event out of many, by its id and by other ids."""
import http.client
import json
import random
import time

from . import catalog, generators
from .failure import BenchmarkFailure
from .intake import percentiles_ms
from .run import SETTLEMENT_SECONDS
from .workload import AGENT, CUSTOMERS

# Those that are looked up are posted in so many parts, between parts of all the others: they lie
# all over the store.
PARTS = 10
PROBES_PER_PART = 100
LOOKUPS = 2_000
LOAD_LIMIT_SECONDS = 7_200
SEED = 9


def journeys(run):
    """`trace`: look-ups one after the other, on a store that is otherwise idle."""
    count = run.options.trace_events or run.scale.trace_events
    with run.server() as server:
        catalog.define(server, SETTLEMENT_SECONDS)
        run.say(f"trace: {count} events, of which {PARTS * PROBES_PER_PART} are looked up")
        probes, accepted = [], 0
        for part in range(PARTS):
            fed, _ = generators.module_result(generators.feeder(
                server.port, server.token, shape="conversation", seconds=LOAD_LIMIT_SECONDS,
                events=count // PARTS, prefix=f"{part}",
                with_idempotency_keys=run.with_idempotency_keys))
            accepted += fed["accepted"]
            probes += [probe(server, part, number) for number in range(PROBES_PER_PART)]
            run.drain(server)
        chosen = random.Random(SEED).choices(probes, k=LOOKUPS)
        kinds = {
            "event id": lambda probe: f"/v1/events/{probe['event_id']}/trace",
            "request id": lambda probe: f"/v1/traces?request_id={probe['name']}",
            "idempotency key": lambda probe: f"/v1/traces?idempotency_key={probe['name']}",
        }
        times = {kind: sorted(look_up(server, chosen, path)) for kind, path in kinds.items()}
        by_event = percentiles_ms(times["event id"], 50, 99)
        run.results.add("trace", by_event and by_event[1], {
            "events in the store": accepted,
            **{f"by {kind}, p50 / p99 / highest ms": percentiles_ms(taken, 50, 99, 100)
               for kind, taken in times.items()},
            "store, MB": server.disk_bytes() / 1e6,
        })


def probe(server, part, number):
    """Posts one event with a name that is its request's id and its idempotency key."""
    name = f"probe-{part}-{number}"
    event = {"key": f"traced:{name}", "action": "agent_replied", "agent_key": AGENT,
             "customer_key": CUSTOMERS[0], "idempotency_key": name}
    connection = server.connection()
    try:
        connection.request("POST", "/v1/events", json.dumps(event),
                           server.headers() | {"X-Request-Id": name})
        answer = connection.getresponse()
        body = json.loads(answer.read())
        if answer.status != 202:
            raise BenchmarkFailure(f"a probe was answered {answer.status}: {body}")
        return {"name": name, "event_id": body["event_id"]}
    finally:
        connection.close()


def look_up(server, probes, path):
    """The seconds of each look-up over one connection; each has to find its event."""
    connection = server.connection()
    try:
        for probe in probes:
            begun = time.perf_counter()
            connection.request("GET", path(probe), headers=server.headers())
            answer = connection.getresponse()
            data = answer.read()
            yield time.perf_counter() - begun
            if answer.status != 200 or probe["event_id"].encode() not in data:
                raise BenchmarkFailure(f"{path(probe)} answers {answer.status}: {data[:200]!r}")
    except http.client.HTTPException as error:
        raise BenchmarkFailure(f"a look-up failed: {error!r}") from error
    finally:
        connection.close()
