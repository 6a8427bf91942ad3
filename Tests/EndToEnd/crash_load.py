# SPDX-License-Identifier: Apache-2.0
"""Load on a live account from several threads, and a record of everything that was acknowledged."""
import http.client
import random
import threading
import time
from collections import defaultdict
from decimal import Decimal

THREADS = 4
RETRY_LIMIT_SECONDS = 30
BATCH_LIMIT_EVENTS = 20
LATEST_KEYS = 6  # a thread goes on with this many of its keys, so that windows are extended
PRICES = {"quick": "0.002", "steady": "1.15", "exact": "123456789.000000000000000001"}
PERIODS = {"quick": 1, "steady": 2, "exact": 3}
RESOLVED = [{"fact": "resolved", "operator": "seen"}, {"fact": "reopened", "operator": "not_seen"}]


def put_catalog(client):
    for agent, period in PERIODS.items():
        client.agent(agent, RESOLVED, period, attribution_method="sum")
    client.rate_card("standard", PRICES)
    client.customer("acme")


class Load:
    """Events are claimed by (outcome key, idempotency key); each claim has one body for ever."""

    def __init__(self, client, seed):
        self.client, self.seed = client, seed
        self.bodies, self.acknowledged, self.problems = {}, {}, []
        self.unanswered = set()
        self.lock, self.round = threading.Lock(), 0
        self.bears_refusals, self.is_over = False, False
        self.pause_seconds = 0  # between a thread's turns, so that a long load stays small

    @property
    def events_by_key(self):
        """The acknowledged event ids of each outcome key."""
        events = defaultdict(list)
        for (key, _), event_id in self.acknowledged.items():
            events[key].append(event_id)
        return events

    def start(self):
        self.round += 1
        self.is_over = False
        self.threads = [
            threading.Thread(
                target=self._work, args=(random.Random(f"{self.seed}/{name}"), name), daemon=True)
            for name in (f"r{self.round}t{thread}" for thread in range(THREADS))]
        for thread in self.threads:
            thread.start()

    def stop(self):
        """The threads end after what they are doing."""
        self.is_over = True

    def join(self):
        """Waits for the threads, which end when the server does not answer any more."""
        for thread in self.threads:
            thread.join()

    def _work(self, choose, name):
        client, keys = self.client.clone(), []
        try:
            for turn in range(1_000_000):
                if self.is_over:
                    return
                time.sleep(self.pause_seconds)
                if not keys or choose.random() < 0.3:
                    agent = choose.choice([*PRICES])
                    keys = [*keys, f"crash-{agent}-{name}-{turn}"][-LATEST_KEYS:]
                if choose.random() < 0.5:
                    self._post(client, [self._event(choose, keys, name, turn, 0)], single=True)
                else:
                    count = choose.randint(1, BATCH_LIMIT_EVENTS)
                    self._post(client, [
                        self._event(choose, keys, name, turn, n) for n in range(count)])
                if self.acknowledged and choose.random() < 0.1:  # a retry of what was answered
                    with self.lock:
                        claim = choose.choice([*self.acknowledged])
                    self._post(client, [claim], single=True)
        except (OSError, http.client.HTTPException):
            pass  # the server has gone, as it was meant to
        except Exception as problem:  # noqa: BLE001 - a thread's failure is the test's failure
            self.problems.append(problem)
        finally:
            client.close()

    def _event(self, choose, keys, name, turn, number):
        key = choose.choice(keys)
        action = choose.choices(("resolved", "replied", "reopened"), (6, 6, 1))[0]
        body = {
            "key": key, "action": action, "customer_key": "acme", "agent_key": key.split("-")[1],
            "idempotency_key": f"{name}-{turn}-{number}",
            "properties": {"attribution": Decimal(choose.randint(0, 5000)) / 1000}}
        if choose.random() < 0.03:
            body["customer_key"] = "nobody"  # waits on its key, or does not agree with it
        claim = (key, body["idempotency_key"])
        with self.lock:
            self.bodies[claim] = body
        return claim

    def _post(self, client, claims, single=False):
        bodies = [self.bodies[claim] for claim in claims]
        with self.lock:
            self.unanswered.update(claims)
        answer = client.call("POST", "/v1/events" + ("" if single else "/batch"),
                             bodies[0] if single else bodies)
        if answer.status == 503 and answer.code == "SHUTTING_DOWN":
            raise ConnectionError("the server goes down, and says so")
        if answer.status == 503 and self.bears_refusals:
            time.sleep(0.01)  # the database is away for a moment
            return None
        assert answer.status == 202, f"{answer.status} {answer.body}"
        results = [answer.body] if single else answer.body["results"]
        assert len(results) == len(claims)
        with self.lock:
            for claim, result in zip(claims, results):
                self._take(claim, result)
        return answer.body

    def _take(self, claim, result):
        if self.bears_refusals and result.get("status") == 503:
            return  # its partition could not be written for a moment, others could
        assert "error" not in result and not result["body_conflict"], f"{claim}: {result}"
        known = self.acknowledged.setdefault(claim, result["event_id"])
        assert known == result["event_id"], f"{claim}: first {known}, then {result['event_id']}"
        self.unanswered.discard(claim)

    def retry(self):
        """Posts again, with the same keys, what was sent and never answered."""
        positions, deadline = [], time.monotonic() + RETRY_LIMIT_SECONDS
        while self.unanswered:
            assert time.monotonic() < deadline, f"never answered: {sorted(self.unanswered)[:5]}"
            positions += self._post_again(sorted(self.unanswered))
        return positions

    def repeat_everything(self):
        """Posts every event again: each is a duplicate; returns positions that cover them all."""
        return self._post_again(sorted(self.acknowledged), are_duplicates=True)

    def _post_again(self, claims, are_duplicates=False):
        positions = []
        for start in range(0, len(claims), 1000):
            answer = self._post(self.client, claims[start:start + 1000])
            if answer is None:
                continue  # refused for now
            assert not are_duplicates or all(r["duplicate"] for r in answer["results"])
            positions.append(answer["position"])
        return positions
