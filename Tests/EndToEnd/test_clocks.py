# SPDX-License-Identifier: Apache-2.0
"""R10: clocks that jump, and a node whose clock is five minutes off."""
import time
import unittest

from assay_client import Client
from assay_server import Server, wait_until
from cluster import PARTITIONS, Cluster
from crash_load import RESOLVED
from model_conditions import SECOND, micros
from moved_clock import MovedClock
from postgres_server import PostgresSite

HOUR = 3600
WINDOW_SECONDS = 1
KEYS = 30
DOUBT_SECONDS = 2  # longer than a window, so that a timer in doubt would show
SKEW_SECONDS = 300


def readiness(server):
    """The status of /readyz and what it says."""
    answer = Client(server).call("GET", "/readyz")
    return answer.status, str(answer.body)


class ClockCase(unittest.TestCase):
    def catalog(self, client):
        client.agent("timed", RESOLVED, WINDOW_SECONDS)
        client.rate_card("standard", {"timed": "1"})
        client.customer("acme")

    def post(self, client, prefix):
        """One event for each of some keys; what was answered."""
        answer = client.batch([
            {"key": f"{prefix}-{n}", "action": "resolved", "customer_key": "acme",
             "idempotency_key": "once"} for n in range(KEYS)])
        self.assertEqual({result["status"] for result in answer["results"]}, {202})
        return answer

    def wait_for_trust(self, server):
        wait_until(lambda: readiness(server)[0] == 200, "the clock is trusted")

    def check_intake_is_held(self, server, client):
        """Until the clocks agree nothing is accepted, singly or in batches, and it says why."""
        wait_until(lambda: readiness(server)[0] == 503, "/readyz tells of the clock")
        self.assertIn("clock", readiness(server)[1])
        for path, body in (("", {}), ("/batch", None)):
            event = {"key": "in-doubt-key", "action": "resolved", "customer_key": "acme"}
            answer = client.call("POST", f"/v1/events{path}", [event] if path else event)
            self.assertEqual((answer.status, answer.code), (503, "CLOCK_IN_DOUBT"))
            self.assertGreater(int(answer.headers["Retry-After"]), 0)

    def check_settled(self, client, prefix):
        """All settle, none before the machine's clock has reached the end of its window."""
        def all_settled():
            outcomes = [o for o in client.outcomes().values() if o["key"].startswith(prefix)]
            now = time.time() * SECOND
            for outcome in outcomes:
                if outcome["state"] != "PENDING":
                    self.assertLessEqual(micros(outcome["settled_at"]), now)
            return len(outcomes) == KEYS and all(o["state"] == "CONFIRMED" for o in outcomes)

        wait_until(all_settled, f"all of {prefix} are settled")

    def check_ledger(self, client, outcomes):
        wait_until(lambda: len(client.postings()) >= outcomes, "the ledger has caught up")
        booked = [posting["outcome_key"] for posting in client.postings()]
        self.assertEqual(sorted(booked), sorted(set(booked)))
        self.assertEqual(set(booked), client.outcomes(state="CONFIRMED").keys())
        self.assertEqual(len(booked), outcomes)
        self.assertEqual(client.totals(), {"USD": str(outcomes)})
        self.assertEqual(client.dead_letters(), [])


class ClockJumpTests(ClockCase):
    def make_server(self):
        return Server()

    def setUp(self):
        self.server = self.make_server()
        self.addCleanup(self.server.close)
        self.client = self.server.create_account("live")
        self.clock = MovedClock(self.server.directory)
        self.server.launch(**self.clock.environment)
        self.wait_for_trust(self.server)
        self.catalog(self.client)

    def test_jumps_hold_intake_and_timers_until_the_clocks_agree_again(self):
        jumps = (HOUR, -HOUR)
        for number, jump in enumerate(jumps):
            with self.subTest(jump=jump):
                after = self.post(self.client, f"before-{number}")["position"]
                self.client.catch_up(after)
                self.clock.set(jump)
                self.check_intake_is_held(self.server, self.client)
                time.sleep(DOUBT_SECONDS)
                for key in range(KEYS):
                    outcome = self.client.outcome(f"before-{number}-{key}")
                    self.assertEqual(outcome["state"], "PENDING")
                self.clock.set(0)
                self.wait_for_trust(self.server)
                self.check_settled(self.client, f"before-{number}")
                retried = self.post(self.client, f"before-{number}")
                self.assertTrue(all(result["duplicate"] for result in retried["results"]))
                self.post(self.client, f"after-{number}")
                self.check_settled(self.client, f"after-{number}")
        self.check_ledger(self.client, 2 * len(jumps) * KEYS)

    def test_a_start_an_hour_before_what_the_store_has_seen_is_in_doubt(self):
        self.client.catch_up(self.post(self.client, "before")["position"])
        self.server.kill()
        self.clock.set(-HOUR)
        self.server.launch(**self.clock.environment)
        self.check_intake_is_held(self.server, self.client)
        time.sleep(DOUBT_SECONDS)
        self.assertEqual(self.client.outcome("before-0")["state"], "PENDING")
        self.clock.set(0)
        self.wait_for_trust(self.server)
        self.check_settled(self.client, "before")
        self.check_ledger(self.client, KEYS)

    def test_small_steps_are_no_doubt(self):
        for number, step in enumerate((2, 5, 2, 0, -2, 0)):
            self.clock.set(step)
            self.post(self.client, f"step-{number}")
            self.assertEqual(readiness(self.server)[0], 200)
        wait_until(lambda: not self.client.outcomes(state="PENDING"), "all is settled")
        self.check_ledger(self.client, 6 * KEYS)


class PostgresClockJumpTests(PostgresSite, ClockJumpTests):
    test_small_steps_are_no_doubt = None  # the store has no part in it

    def test_a_start_an_hour_ahead_of_the_database_is_in_doubt(self):
        self.server.stop()
        self.clock.set(HOUR)
        self.server.launch(**self.clock.environment)
        self.check_intake_is_held(self.server, self.client)
        self.clock.set(0)
        self.wait_for_trust(self.server)
        self.post(self.client, "afterwards")
        self.check_settled(self.client, "afterwards")
        self.check_ledger(self.client, KEYS)


class SkewedNodeTests(ClockCase):
    """One node of two has a clock of its own."""

    def setUp(self):
        self.cluster = Cluster("ab")
        self.addCleanup(self.cluster.close)
        self.client = self.cluster.create_account("live")
        self.cluster.observe()
        self.a, self.b = self.cluster.nodes
        self.clock = MovedClock(self.b.directory)
        self.b_client = Client(self.b, self.client.token)

    def start_skewed(self, seconds):
        self.clock.set(seconds)
        self.a.start()
        self.b.launch(**self.clock.environment)
        self.catalog(self.client)

    def check_a_skewed_node(self, seconds):
        self.start_skewed(seconds)
        self.check_intake_is_held(self.b, self.b_client)
        self.assertEqual(readiness(self.a)[0], 200)
        self.client.catch_up(self.post(self.client, "skewed")["position"])
        for outcome in self.client.outcomes().values():
            self.assertLess(abs(micros(outcome["opened_at"]) - time.time() * SECOND), 60 * SECOND)
        self.check_offset(seconds)
        self.check_settled(self.client, "skewed")  # whichever node owned them
        self.check_settled(self.b_client, "skewed")
        self.clock.set(0)
        self.wait_for_trust(self.b)
        self.cluster.wait_for_balance("a", "b")
        self.b_client.catch_up(self.post(self.b_client, "agreed")["position"])
        self.check_settled(self.client, "agreed")
        self.check_ledger(self.b_client, 2 * KEYS)
        self.assertEqual(self.cluster.faults(), [])

    def check_offset(self, seconds):
        text = Client(self.b).call("GET", "/metrics").body.decode()
        line = next(row for row in text.splitlines()
                    if row.startswith("assay_clock_offset_seconds "))
        self.assertAlmostEqual(float(line.split()[1]), seconds, delta=2)

    def test_a_node_five_minutes_ahead_harms_nobody(self):
        self.check_a_skewed_node(SKEW_SECONDS)

    def test_a_node_five_minutes_behind_harms_nobody(self):
        self.check_a_skewed_node(-SKEW_SECONDS)

    def test_jumps_of_a_node_do_not_move_its_leases(self):
        self.start_skewed(0)
        self.cluster.wait_for_balance("a", "b")
        owners = self.cluster.owners()
        for jump in (HOUR, -HOUR):
            self.clock.set(jump)
            time.sleep(2 * self.b.lease_seconds)
            self.clock.set(0)
            self.wait_for_trust(self.b)
        self.cluster.wait_for_balance("a", "b")
        self.assertEqual(len(owners), PARTITIONS)
        self.assertEqual(self.cluster.faults(), [])


if __name__ == "__main__":
    unittest.main()
