# SPDX-License-Identifier: Apache-2.0
"""How long the dashboard's pages take where there is much to show."""
import http.client
import re
import subprocess
from urllib.parse import quote, urlencode

from . import catalog
from .failure import BenchmarkFailure
from .intake import percentiles_ms
from .long_outcome import Reader
from .workload import AGENT, CUSTOMERS

OUTCOMES = 10_000
SIGNALS = 1_000
DEPTH = 16
BATCH_EVENTS = 1000
SETTLEMENT_SECONDS = 86_400
KEY = "bench:outcome-of-many-signals"
DEEP_AGENT = "deep"
PASSWORD = "a bench signs in"
LINK = re.compile(r"/welcome/\S+")
PAGES = {
    "overview": "/dashboard",
    "feed": "/dashboard/outcomes",
    "feed, filtered": f"/dashboard/outcomes?state=PENDING&agent_key={AGENT}",
    "an outcome of 1,000 signals": f"/dashboard/outcomes/{quote(KEY, safe='')}",
    "an agent of 16 levels": f"/dashboard/agents/{DEEP_AGENT}",
    "customers": "/dashboard/customers",
    "ledger": "/dashboard/ledger",
    "dead letters": "/dashboard/dead-letters",
    "health": "/dashboard/health",
}


def dashboard(run):
    """Each page over and over, by somebody who has signed in."""
    with run.server() as server:
        load(run, server)
        figures, slowest = {}, 0
        cookie = sign_in(server)
        with Visitor(server, cookie) as visitor:
            for name, path in PAGES.items():
                visitor.timed(path)
                times = sorted(visitor.timed(path) for _ in range(run.scale.outcome_requests))
                figures[f"{name}, p50 / p95 ms"] = percentiles_ms(times, 50, 95)
                slowest = max(slowest, percentiles_ms(times, 95)[0])
        run.results.add("pages", slowest, figures)


def load(run, server):
    """Ten thousand outcomes, one of a thousand signals, and a deep condition."""
    catalog.define(server, SETTLEMENT_SECONDS)
    run.say(f"loading {OUTCOMES} outcomes, one of {SIGNALS} signals")
    events = [
        {"key": f"bench:outcome:{number}", "action": "agent_replied", "agent_key": AGENT,
         "customer_key": CUSTOMERS[number % len(CUSTOMERS)]} for number in range(OUTCOMES)]
    events += [
        {"key": KEY, "action": "agent_replied", "agent_key": AGENT, "customer_key": CUSTOMERS[0],
         "properties": {"value": number % 5, "note": f"reply {number}"}}
        for number in range(SIGNALS)]
    for start in range(0, len(events), BATCH_EVENTS):
        answer = server.call("POST", "/v1/events/batch", events[start:start + BATCH_EVENTS])
    server.call("GET", f"/v1/outcomes?limit=1&after={answer['position']}")
    condition = {"fact": "agent_replied", "operator": "seen"}
    for level in range(1, DEPTH):
        condition = {"all" if level % 2 else "any": [
            condition, {"fact": f"level_{level}", "operator": "count_gte", "value": level}]}
    server.call("PUT", f"/v1/agents/{DEEP_AGENT}",
                {"name": "Deep", "contract": {"condition": condition}})


def sign_in(server):
    """The session's cookie of a new member."""
    done = subprocess.run(
        [server.binary, "user", "invite", "--store", server.store, "--email", "bench@example.com",
         "--role", "admin"], capture_output=True, text=True)
    link = LINK.search(done.stdout)
    if done.returncode != 0 or not link:
        raise BenchmarkFailure(f"'assay user invite' fails: {done.stderr.strip()}")
    connection = server.connection()
    body = urlencode({"name": "Bench", "password": PASSWORD})
    connection.request("POST", link[0], body, {
        "Content-Type": "application/x-www-form-urlencoded",
        "Origin": f"http://127.0.0.1:{server.port}"})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    if answer.status != http.client.SEE_OTHER:
        raise BenchmarkFailure(f"joining by the link answers {answer.status}")
    return answer.headers["Set-Cookie"].split(";")[0]


class Visitor(Reader):
    """A browser's connection, but for what is in a page."""

    def __init__(self, server, cookie):
        super().__init__(server)
        self.cookie = cookie

    def headers(self):
        return {"Cookie": self.cookie}
