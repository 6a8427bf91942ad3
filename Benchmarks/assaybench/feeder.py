# SPDX-License-Identifier: Apache-2.0
"""The generator of batches: a process of its own, a thread for each connection.

Reads its settings as JSON from standard input, prints what happened as JSON. Each thread posts a
batch, reads the whole answer, counts its items, and posts the next; told a rate, it keeps to a
timetable. When the time is over it completes the outcomes it has begun, so that at the end every
event was answered and counted. `python3 -m assaybench.feeder`.
"""
import http.client
import json
import sys
import threading
import time

from .workload import Batches

ACCEPTED = b'"status":202'
REQUEST_TIMEOUT_SECONDS = 60


class Feed(threading.Thread):
    """One connection."""

    def __init__(self, settings, number, begin):
        super().__init__(daemon=True)
        self.settings = settings
        self.number = number
        self.begin = begin
        self.batches = Batches(settings["shape"], settings["batch_events"], number,
                               settings["with_idempotency_keys"], settings["prefix"])
        self.headers = {"Authorization": f"Bearer {settings['token']}",
                        "Content-Type": "application/json"}
        self.connection = http.client.HTTPConnection(
            "127.0.0.1", settings["port"], timeout=REQUEST_TIMEOUT_SECONDS)
        self.accepted = 0
        self.refused = 0
        self.pauses = 0
        self.late_seconds = 0.0
        self.latencies = []
        self.error = None

    def run(self):
        try:
            self._feed()
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.error = f"{type(error).__name__}: {error}"

    def _feed(self):
        settings = self.settings
        rate = settings["events_per_second"] / settings["connections"]
        # The connections take turns instead of posting all at the same moment.
        turn = settings["batch_events"] * self.number / settings["connections"]
        posted = 0
        while time.monotonic() - self.begin < settings["seconds"]:
            if settings["events"] and posted >= settings["events"] / settings["connections"]:
                break
            if rate:
                self._keep_to(self.begin + (turn + posted) / rate)
            body, events = self.batches.next()
            self._post(body, events)
            posted += events
        for body, events in self.batches.rest():
            self._post(body, events)

    def _keep_to(self, due):
        ahead = due - time.monotonic()
        if ahead > 0:
            time.sleep(ahead)
        else:
            self.late_seconds = max(self.late_seconds, -ahead)

    def _post(self, body, events):
        while True:
            begun = time.perf_counter()
            self.connection.request("POST", "/v1/events/batch", body, self.headers)
            answer = self.connection.getresponse()
            data = answer.read()
            if answer.status not in (429, 503):
                break
            # Full is an answer: wait as told and send the same again.
            self.pauses += 1
            time.sleep(min(float(answer.getheader("Retry-After", "1")), 1))
        self.latencies.append(time.perf_counter() - begun)
        if answer.status != 202:
            raise ValueError(f"a batch was answered {answer.status}: {data[:200]!r}")
        accepted = events if self.settings["is_ceiling"] else data.count(ACCEPTED)
        self.accepted += accepted
        if accepted < events:
            self.refused += events - accepted
            self.error = self.error or f"an item was refused: {first_refused(data)}"


def first_refused(data):
    for item in json.loads(data)["results"]:
        if item.get("status") != 202:
            return json.dumps(item)[:200]
    return "the answer has too few items"


def main():
    settings = json.load(sys.stdin)
    begin = time.monotonic()
    feeds = [Feed(settings, number, begin) for number in range(settings["connections"])]
    for feed in feeds:
        feed.start()
    for feed in feeds:
        feed.join()
    json.dump({
        "seconds": time.monotonic() - begin,
        "accepted": sum(feed.accepted for feed in feeds),
        "refused": sum(feed.refused for feed in feeds),
        "pauses": sum(feed.pauses for feed in feeds),
        "late_seconds": max(feed.late_seconds for feed in feeds),
        "latencies": sorted(latency for feed in feeds for latency in feed.latencies),
        "errors": [feed.error for feed in feeds if feed.error],
    }, sys.stdout)


if __name__ == "__main__":
    main()
