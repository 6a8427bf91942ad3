# SPDX-License-Identifier: Apache-2.0
"""Replaying and explaining one outcome with very many events."""
import json
import time

from . import catalog
from .failure import BenchmarkFailure
from .intake import percentiles_ms
from .workload import AGENT, CUSTOMERS

EVENTS = 10_000
BATCH_EVENTS = 1000
PAGE_FACTS = 500
# The whole history is twenty pages, and asked for once in so many requests.
REQUESTS_PER_HISTORY = 15
SETTLEMENT_SECONDS = 86_400
KEY = "bench:long-outcome"
# Each event can turn a node of the contract.
ACTIONS = ("agent_replied", "csat_received", "note")


def replay(run):
    """The state in the middle and at the end of a long stream, and all of its history."""
    with run.server() as server:
        facts = load(run, server)
        states, middles, pages = [], [], []
        with Reader(server) as reader:
            for _ in range(run.scale.outcome_requests):
                states.append(reader.timed(f"/v1/outcomes/{KEY}?at_version={facts}"))
                middles.append(reader.timed(f"/v1/outcomes/{KEY}?at_version={facts // 2}"))
            told = [reader.history()
                    for _ in range(1 + run.scale.outcome_requests // REQUESTS_PER_HISTORY)]
            pages = sorted(seconds for history in told for seconds in history)
        state = percentiles_ms(sorted(states), 50, 99)
        run.results.add("replay", state[1], {
            "facts": facts,
            "state at the end, p50 / p99 ms": state,
            "state in the middle, p50 / p99 ms": percentiles_ms(sorted(middles), 50, 99),
            f"a page of {PAGE_FACTS} facts, p50 / p99 ms": percentiles_ms(pages, 50, 99),
            "the whole history in pages, p50 ms": percentiles_ms(sorted(map(sum, told)), 50)[0],
        })


def explain(run):
    """Why a long outcome, and one of a few events, is what it is."""
    with run.server() as server:
        facts = load(run, server)
        with Reader(server) as reader:
            requests = range(run.scale.outcome_requests)
            long = sorted(reader.timed(f"/v1/outcomes/{KEY}/explain") for _ in requests)
            short = sorted(
                reader.timed(f"/v1/outcomes/{KEY}/explain?at_version=10") for _ in requests)
        run.results.add("explain", percentiles_ms(long, 99)[0], {
            "facts": facts,
            "the long one, p50 / p99 ms": percentiles_ms(long, 50, 99),
            "at its tenth fact, p50 / p99 ms": percentiles_ms(short, 50, 99),
        })


def load(run, server):
    """One outcome of EVENTS events; the number of its facts."""
    catalog.define(server, SETTLEMENT_SECONDS)
    run.say(f"loading one outcome of {EVENTS} events")
    for start in range(0, EVENTS, BATCH_EVENTS):
        answer = server.call("POST", "/v1/events/batch", [
            {"key": KEY, "action": ACTIONS[number % len(ACTIONS)], "customer_key": CUSTOMERS[0],
             "agent_key": AGENT, "properties": {"value": number % 5 + 1, "attribution": 1}}
            for number in range(start, start + BATCH_EVENTS)])
    outcome = server.call("GET", f"/v1/outcomes/{KEY}?after={answer['position']}")
    if outcome["signal_count"] != EVENTS:
        raise BenchmarkFailure(f"only {outcome['signal_count']} of {EVENTS} events were applied")
    return outcome["version"]


class Reader:
    """One connection that is kept, as a client's would be."""

    def __init__(self, server):
        self.server = server

    def __enter__(self):
        self.connection = self.server.connection()
        return self

    def __exit__(self, *_):
        self.connection.close()

    def headers(self):
        return self.server.headers()

    def timed(self, path):
        """Seconds until the whole answer is there."""
        return self.get(path)[0]

    def history(self):
        """Seconds for each page."""
        pages, cursor = [], None
        while True:
            path = f"/v1/outcomes/{KEY}/history?limit={PAGE_FACTS}"
            seconds, answer = self.get(path + (f"&cursor={cursor}" if cursor else ""))
            pages.append(seconds)
            cursor = json.loads(answer)["next_cursor"]
            if cursor is None:
                return pages

    def get(self, path):
        begun = time.perf_counter()
        self.connection.request("GET", path, headers=self.headers())
        answer = self.connection.getresponse()
        body = answer.read()
        seconds = time.perf_counter() - begun
        if answer.status != 200:
            raise BenchmarkFailure(f"GET {path} answers {answer.status}")
        return seconds, body
