# SPDX-License-Identifier: Apache-2.0
"""The same asked of two nodes at the same moment: it happens once."""
import threading
import time
import unittest
from collections import Counter

from assay_server import command, standard_catalog, wait_until
from cluster import Cluster
from cluster_case import TwoNodeCase
from model_conditions import SECOND, micros

CLOCK = "2021-01-01T00:00:00.000000Z"
KEYS, ROUNDS, THREADS = 100, 20, 4
STOP_LIMIT_SECONDS = 12


class RaceTests(TwoNodeCase):
    def setUp(self):
        self.live = self.cluster.create_account(self.id())
        standard_catalog(self.live)
        self.problems = []

    def tearDown(self):
        self.assertEqual(self.cluster.faults(), [])

    def at_once(self, work, client=None):
        """Runs `work` in several threads, each with a client of one of the nodes and its number."""
        clients = self.cluster.clients(client or self.live)
        barrier = threading.Barrier(THREADS)

        def run(number):
            own = clients[number % len(clients)].clone()
            try:
                work(own, number, barrier)
            except Exception as problem:  # noqa: BLE001 - a thread's failure is the test's
                self.problems.append(problem)
                barrier.abort()
            finally:
                own.close()

        threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(self.problems, [])

    def test_one_event_posted_through_all_nodes_at_once_is_one(self):
        answers, lock = [], threading.Lock()

        def post(client, number, barrier):
            for key in range(KEYS):
                barrier.wait()
                sent = client.event(f"same-key-{key}", "resolved", idempotency_key="once")
                with lock:
                    answers.append((key, sent["event_id"], sent["duplicate"]))

        self.at_once(post)
        self.assertEqual(len({(key, event) for key, event, _ in answers}), KEYS)
        self.assertEqual(Counter(key for key, _, is_duplicate in answers if not is_duplicate),
                         Counter(range(KEYS)))

    def test_an_agent_put_through_all_nodes_at_once_has_versions_without_gaps(self):
        statuses = Counter()

        def put(client, number, barrier):
            for turn in range(ROUNDS):
                barrier.wait()
                answer = client.call("PUT", "/v1/agents/contested", {
                    "name": "contested", "contract": {
                        "settlement_period": 1 + turn * THREADS + number,
                        "condition": [{"fact": "resolved", "operator": "seen"}]}})
                statuses[answer.status] += 1

        self.at_once(put)
        self.assertLessEqual(statuses.keys(), {200, 201, 409})
        self.assertEqual(statuses[201], 1)
        made = statuses[200] + statuses[201]
        for client in self.cluster.clients(self.live):
            wait_until(lambda: len(list(client.pages("/v1/agents/contested/versions"))) == made,
                       "all versions are shown")
            versions = list(client.pages("/v1/agents/contested/versions"))
            self.assertEqual([v["version"] for v in versions], [*range(1, made + 1)])
            periods = [v["contract"]["settlement_period"] for v in versions]
            self.assertEqual(len(set(periods)), made)

    def test_advances_of_a_test_clock_through_all_nodes_add_up(self):
        sandbox = self.cluster.create_account("sandbox", clock=CLOCK)
        standard_catalog(sandbox, period=3600)

        def advance(client, number, barrier):
            for turn in range(ROUNDS):
                client.event(f"clocked-{number}-{turn}", "resolved")
                client.advance(by=60)

        self.at_once(advance, sandbox)
        after = sandbox.advance(by=3600)["position"]
        self.assertEqual(micros(sandbox.now()) - micros(CLOCK),
                         (THREADS * ROUNDS * 60 + 3600) * SECOND)
        for client in self.cluster.clients(sandbox):
            self.assertEqual(len(client.postings(after=after)), THREADS * ROUNDS)
            self.assertEqual({o["state"] for o in client.outcomes().values()}, {"CONFIRMED"})

    def test_letters_redriven_through_all_nodes_at_once_count_once(self):
        sent = self.live.batch([
            {"key": f"parked-key-{n}", "action": "resolved", "customer_key": "newcomer"}
            for n in range(KEYS)])
        for client in self.cluster.clients(self.live):
            client.catch_up(sent["position"])
        self.live.customer("newcomer")
        positions = []

        def redrive(client, number, barrier):
            barrier.wait()
            answer = client.post("/v1/dead-letters/redrive", {
                "filter": {"code": "CUSTOMER_NOT_FOUND"}, "reason": "the customer is there"})
            positions.append(answer["position"])

        self.at_once(redrive)
        for client in self.cluster.clients(self.live):
            for position in filter(None, positions):
                client.catch_up(position)
            self.assertEqual(client.dead_letters(), [])
            self.assertEqual({o["signal_count"] for o in client.outcomes().values()}, {1})
            self.assertEqual(len(client.outcomes()), KEYS)

    def test_one_letter_redriven_here_and_discarded_there_has_one_fate(self):
        for turn in range(ROUNDS):
            key, customer = f"either-key-{turn}", f"late-{turn}"
            letter = self.live.event(key, "resolved", customer)
            for client in self.cluster.clients(self.live):
                client.catch_up(letter["position"])
            self.live.customer(customer)
            body = {"ids": [letter["event_id"]], "reason": "a race"}

            def judge(client, number, barrier):
                barrier.wait()
                client.post("/v1/dead-letters/" + ("redrive", "discard")[number % 2], body)

            self.at_once(judge)
            self.live.catch_up(self.live.event(f"after-key-{turn}", "resolved")["position"])
            fates = set()
            for client in self.cluster.clients(self.live):
                wait_until(lambda: client.fate(letter["event_id"])["status"] in
                           ("applied", "discarded"), "it is decided")
                fates.add(client.fate(letter["event_id"])["status"])
            self.assertEqual(len(fates), 1)


class MistakeTests(unittest.TestCase):
    """What an operator may do wrong."""

    def setUp(self):
        self.cluster = Cluster("ab")
        self.addCleanup(self.cluster.close)
        self.client = self.cluster.create_account("live")
        self.cluster.observe()
        self.cluster.nodes[0].start()

    def test_a_file_of_read_models_serves_one_node(self):
        a = self.cluster.nodes[0]
        refused = command("serve", "--store", a.store, "--port", "0", check=False,
                          ASSAY_VIEWS=str(a.directory / "views"), ASSAY_NODE="other")
        self.assertEqual(refused.returncode, 1)
        self.assertEqual(len(refused.stderr.strip().splitlines()), 1, refused.stderr)
        self.assertEqual(self.client.call("GET", "/readyz").status, 200)

    def test_settings_of_leases_that_mean_nothing_are_refused(self):
        for name, value in (("ASSAY_LEASE_SECONDS", "0"), ("ASSAY_LEASE_SECONDS", "-3"),
                            ("ASSAY_LEASE_SECONDS", "soon"),
                            ("ASSAY_POSTGRES_CONNECTIONS", "0")):
            with self.subTest(name=name, value=value):
                refused = command(
                    "serve", "--store", self.cluster.nodes[0].store, "--port", "0", check=False,
                    ASSAY_VIEWS=str(self.cluster.nodes[1].directory / "views"), **{name: value})
                self.assertEqual(refused.returncode, 1)
                self.assertEqual(len(refused.stderr.strip().splitlines()), 1, refused.stderr)

    def test_nodes_that_are_all_stopped_at_once_end_soon(self):
        a, b = self.cluster.nodes
        b.start()
        self.cluster.wait_for_balance("a", "b")
        begun = time.monotonic()
        ends = [threading.Thread(target=node.stop) for node in (a, b)]
        for end in ends:
            end.start()
        for end in ends:
            end.join()
        seconds = time.monotonic() - begun
        print(f"  both stopped after {seconds:.2f} s", flush=True)
        self.assertLess(seconds, STOP_LIMIT_SECONDS)
        self.assertEqual(set(self.cluster.owners().values()), {None})
        self.assertEqual(self.cluster.postgres.query("assay", "SELECT name FROM assay.nodes"), [])


if __name__ == "__main__":
    unittest.main()
