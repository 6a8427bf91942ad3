# SPDX-License-Identifier: Apache-2.0
"""The probes of P5: post one event, then read its outcome with the position it was given.

The read waits until the event is visible, so the time from the 202 to its answer is what a client
that reads its own write waits for, the read itself included. `python3 -m assaybench.prober`, with
settings and results as JSON like the feeder's.
"""
import http.client
import json
import sys
import threading
import time
import urllib.parse

from .workload import AGENT, CUSTOMERS


class Prober(threading.Thread):
    """One connection that probes on a timetable."""

    def __init__(self, settings, number, begin):
        super().__init__(daemon=True)
        self.settings = settings
        self.number = number
        self.begin = begin
        self.headers = {"Authorization": f"Bearer {settings['token']}",
                        "Content-Type": "application/json"}
        self.connection = http.client.HTTPConnection("127.0.0.1", settings["port"], timeout=10)
        self.visible = []
        self.accepted = []
        self.behind = 0
        self.skipped = 0
        self.error = None

    def run(self):
        try:
            self._probe_all()
        except (OSError, http.client.HTTPException, ValueError, KeyError) as error:
            self.error = f"{type(error).__name__}: {error}"

    def _probe_all(self):
        interval = self.settings["interval_seconds"]
        offset = interval * self.number / self.settings["connections"]
        for turn in range(int(self.settings["seconds"] / interval)):
            due = self.begin + offset + turn * interval
            ahead = due - time.monotonic()
            if ahead < -interval:
                self.skipped += 1
                continue
            if ahead > 0:
                time.sleep(ahead)
            self._probe(f"probe:{self.number:02d}:{turn:06d}")

    def _probe(self, key):
        event = {"key": key, "action": "agent_replied", "agent_key": AGENT,
                 "customer_key": CUSTOMERS[0]}
        begun = time.perf_counter()
        status, answer = self._request("POST", "/v1/events", json.dumps(event))
        answered = time.perf_counter()
        if status != 202:
            raise ValueError(f"a probe was answered {status}: {answer[:200]!r}")
        position = urllib.parse.quote(json.loads(answer)["position"], safe="")
        status, answer = self._request("GET", f"/v1/outcomes/{key}?after={position}", None)
        if status == 503:
            self.behind += 1
            return
        if status != 200:
            raise ValueError(f"reading a probe was answered {status}: {answer[:200]!r}")
        self.visible.append(time.perf_counter() - answered)
        self.accepted.append(answered - begun)

    def _request(self, method, path, body):
        self.connection.request(method, path, body, self.headers)
        answer = self.connection.getresponse()
        return answer.status, answer.read()


def main():
    settings = json.load(sys.stdin)
    begin = time.monotonic() + settings["begin_after_seconds"]
    probers = [Prober(settings, number, begin) for number in range(settings["connections"])]
    for prober in probers:
        prober.start()
    for prober in probers:
        prober.join()
    json.dump({
        "visible": sorted(time for prober in probers for time in prober.visible),
        "accepted": sorted(time for prober in probers for time in prober.accepted),
        "behind": sum(prober.behind for prober in probers),
        "skipped": sum(prober.skipped for prober in probers),
        "errors": [prober.error for prober in probers if prober.error],
    }, sys.stdout)


if __name__ == "__main__":
    main()
