# SPDX-License-Identifier: Apache-2.0
"""A PostgreSQL that is away, and one whose synchronous standby is away: no false 202.

ASSAY_OUTAGE_SECONDS sets how long the server is down (5; the full size is 60).
"""
import os
import threading
import time
import unittest

from assay_server import standard_catalog, wait_until
from cluster_case import ClusterCase

OUTAGE_SECONDS = float(os.environ.get("ASSAY_OUTAGE_SECONDS") or 5)
ANSWER_LIMIT_SECONDS = 1
RESUME_LIMIT_SECONDS = 15
STANDBY_AWAY_SECONDS = 11  # longer than a statement's limit
CALLERS = 4


class AwayCase(ClusterCase):
    """Probes are events of an account of its own, so that the load's own record stays whole."""

    def setUp(self):
        super().setUp()
        self.load.client = self.client  # one node, and each refusal counts
        self.prober = self.cluster.create_account("prober")
        standard_catalog(self.prober)

    def probe(self, client, name):
        """Posts the event of this name; the answer and the seconds it took."""
        begun = time.monotonic()
        answer = client.call("POST", "/v1/events", {
            "key": f"probe-key-{name}", "action": "resolved", "customer_key": "acme",
            "idempotency_key": "once"})
        return answer, time.monotonic() - begun

    def check_probes(self, names):
        """Posted again, each counts once at every node."""
        for client in self.cluster.clients(self.prober):
            for name in names:
                answer, _ = self.probe(client, name)
                self.assertEqual(answer.status, 202, answer.body)
                outcome = client.outcome(f"probe-key-{name}", answer.body["position"])
                self.assertEqual(outcome["signal_count"], 1)


class StoreAwayTests(AwayCase):
    def test_while_the_server_is_down_every_answer_is_a_503_at_once_and_then_all_goes_on(self):
        self.load.start()
        time.sleep(1)
        self.cluster.postgres.stop()
        slowest, answers = 0, 0
        clients = self.cluster.clients(self.prober)
        ends = time.monotonic() + OUTAGE_SECONDS
        while time.monotonic() < ends:
            for client in clients:
                answer, seconds = self.probe(client, client.server.letter)
                self.assertEqual((answer.status, answer.code), (503, "STORE_UNAVAILABLE"))
                self.assertGreater(int(answer.headers["Retry-After"]), 0)
                answers, slowest = answers + 1, max(slowest, seconds)
                self.assertEqual(client.call("GET", "/healthz").status, 200)
        for client in clients:
            self.assertEqual(client.call("GET", "/readyz").status, 503)
        self.assertLess(slowest, ANSWER_LIMIT_SECONDS)
        self.cluster.postgres.start()
        begun = time.monotonic()
        for client in clients:
            wait_until(lambda: client.call("GET", "/readyz").status == 200, "a node is ready",
                       RESUME_LIMIT_SECONDS)
        resumed = time.monotonic() - begun
        self.cluster.wait_for_balance("a", "b")
        self.check_probes("ab")
        self.end_load()
        self.check(f"{OUTAGE_SECONDS:.0f} s away, {answers} answers in at most {slowest:.2f} s, "
                   f"ready {resumed:.2f} s after it is back")


class StandbyAwayTests(AwayCase):
    def set_standby(self, name):
        self.cluster.postgres.rows(
            "postgres", f"ALTER SYSTEM SET synchronous_standby_names = '{name}'")
        self.cluster.postgres.rows("postgres", "SELECT pg_reload_conf()")

    def post_until(self, is_over, client, name, answers):
        while not is_over.is_set():
            answer, seconds = self.probe(client, name)
            answers.append((answer.status, round(seconds, 1)))
            time.sleep(0.1)

    def test_while_a_synchronous_standby_is_away_nothing_is_acknowledged(self):
        self.load.start()
        time.sleep(1)
        self.set_standby("nowhere")
        time.sleep(0.5)  # what was on its way
        acknowledged = len(self.load.acknowledged)
        answers, is_over = [], threading.Event()
        clients = self.cluster.clients(self.prober)
        callers = [
            threading.Thread(target=self.post_until, args=(
                is_over, clients[number % 2].clone(), str(number), answers))
            for number in range(CALLERS)]
        for caller in callers:
            caller.start()
        time.sleep(STANDBY_AWAY_SECONDS)
        during = list(answers)
        self.assertEqual(len(self.load.acknowledged), acknowledged)
        self.set_standby("")
        begun = time.monotonic()
        self.assertNotIn(202, [status for status, _ in during])
        wait_until(lambda: len(self.load.acknowledged) > acknowledged, "intake goes on")
        resumed = time.monotonic() - begun
        is_over.set()
        for caller in callers:
            caller.join()
        self.cluster.wait_for_balance("a", "b")
        self.check_probes(map(str, range(CALLERS)))
        self.end_load()
        self.check(f"a standby {STANDBY_AWAY_SECONDS} s away, answers {during}, "
                   f"acknowledged again after {resumed:.2f} s")


if __name__ == "__main__":
    unittest.main()
