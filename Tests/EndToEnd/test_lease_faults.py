# SPDX-License-Identifier: Apache-2.0
"""Nodes that stop, go on, die and come back under load: no two owners, nothing lost, nothing twice.

ASSAY_PAUSES sets the rounds in which an owner is stopped for twice its lease (10; the full size is
1000), ASSAY_CHURN_SECONDS how long nodes are killed and stopped at random (60; 3600), ASSAY_SEED
repeats a run.
"""
import os
import subprocess
import threading
import time
import unittest
from datetime import datetime, timezone

from assay_client import Client
from assay_server import standard_catalog, wait_until
from cluster import DATABASE, RovingClient
from cluster_case import ClusterCase

PAUSES = int(os.environ.get("ASSAY_PAUSES") or 10)
CHURN_SECONDS = float(os.environ.get("ASSAY_CHURN_SECONDS") or 60)
WAKINGS, WAKING_KEYS = 1, 300
WAKING_SECONDS = 10  # two beats of a lease of 20 s, in which it is taken over, and as long again
READ_LIMIT_SECONDS = 8  # a read waits for its position for five
TAKE_OVER_LIMIT_SECONDS = 5


class StoppedOwnerTests(ClusterCase):
    """R9: an owner is stopped for twice its lease, and goes on believing that it owns."""

    def test_an_owner_that_was_stopped_writes_nothing_under_its_old_epoch(self):
        self.load.start()
        letters, slowest = "ab", 0
        for _ in range(PAUSES):
            letter = self.choose.choice(letters)
            other = letters.replace(letter, "")
            self.nodes[letter].pause()
            began = time.monotonic()
            slowest = max(slowest, self.cluster.wait_for_balance(other))
            time.sleep(max(0, began + 2 * self.lease_seconds - time.monotonic()))
            self.nodes[letter].go_on()
            self.cluster.wait_for_balance(*letters)
        for node in self.cluster.nodes:  # and both at once
            node.pause()
        time.sleep(2 * self.lease_seconds)
        for node in self.cluster.nodes:
            node.go_on()
        self.cluster.wait_for_balance(*letters)
        self.assertLess(slowest, TAKE_OVER_LIMIT_SECONDS)
        self.end_load()
        self.check(f"{PAUSES} stopped owners, all taken over in at most {slowest:.2f} s")


class WakingOwnerTests(ClusterCase):
    """An owner wakes with timers to fire, and its successor has written nothing that would tell it.

    Nothing but the epoch keeps it from writing then: the head is where it believes it to be.
    """

    def start_nodes(self):
        self.nodes["b"].lease_seconds = 20  # it is not taken for dead while it is stopped
        super().start_nodes()

    def test_an_owner_that_wakes_with_work_to_do_writes_nothing_under_its_old_epoch(self):
        a, b = self.nodes["a"], self.nodes["b"]
        for number in range(WAKINGS):
            due = time.time() + WAKING_SECONDS
            self.client.catch_up(self.client.batch([
                {"key": f"waking-{number}-{n}", "action": "resolved", "customer_key": "acme",
                 "agent_key": "exact", "properties": {"settles_at": instant(due)}}
                for n in range(WAKING_KEYS)])["position"])
            a.pause()
            self.cluster.wait_for_balance("b")
            b.pause()
            self.assertLess(time.time(), due, "too slow to test anything")
            time.sleep(due + 0.1 - time.time())
            a.go_on()
            time.sleep(0.5)  # it tries
            b.go_on()
            self.cluster.wait_for_balance("a", "b")
            wait_until(lambda: not self.client.outcomes(state="PENDING"), "all is settled")
            self.assertEqual(self.cluster.faults(), [])
        wait_until(lambda: len(self.client.postings()) >= WAKINGS * WAKING_KEYS, "all is booked")
        booked = [posting["outcome_key"] for posting in self.client.postings()]
        self.assertEqual(len(booked), len(set(booked)))


def instant(seconds):
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat().replace("+00:00", "Z")


class ChurnTests(ClusterCase):
    """R11: three nodes, killed, stopped and ended at random."""

    letters = "abc"

    def setUp(self):
        super().setUp()
        self.load.pause_seconds = 0.05
        self.problems, self.reads = [], 0
        self.counts = dict.fromkeys(("kill", "stop", "pause", "cut"), 0)

    def test_whatever_happens_to_nodes_nothing_is_lost_and_nothing_counts_twice(self):
        ends = time.monotonic() + CHURN_SECONDS
        self.prober = self.cluster.create_account("prober")
        standard_catalog(self.prober)
        reader = threading.Thread(target=self.read_own_writes, args=(ends,))
        self.load.start()
        reader.start()
        try:
            while time.monotonic() < ends:
                self.disturb()
                time.sleep(self.choose.uniform(0, 2 * self.lease_seconds))
        finally:
            for node in self.cluster.nodes:
                if node.process is None:
                    node.start()
            reader.join()
        self.assertEqual(self.problems, [])
        self.cluster.wait_for_balance(*self.letters)
        self.end_load()
        self.check(f"{CHURN_SECONDS:.0f} s, {self.counts}, {self.reads} writes read")

    def disturb(self):
        """One node, or two at once, are hurt; one that has ended starts again."""
        what = self.choose.choice([*self.counts])
        hurt = self.choose.sample(self.cluster.nodes, self.choose.choice((1, 1, 2)))
        for node in hurt:
            self.counts[what] += 1
            self.cut(node) if what == "cut" else getattr(node, what)()
        time.sleep(self.choose.uniform(0, 2.5 * self.lease_seconds))
        for node in hurt:
            if what == "pause":
                node.go_on()
            elif what != "cut":
                node.start()

    def cut(self, node):
        """Its connections to the database break, all at once."""
        self.cluster.postgres.query(DATABASE, f"""
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE application_name LIKE '%{self.cluster.instances()[node.letter]}'
            """)

    def read_own_writes(self, ends):
        """What is answered through one node is read, with its position, through another."""
        writer = RovingClient(self.cluster.nodes, self.prober.token)
        reader = RovingClient(self.cluster.nodes, self.prober.token, READ_LIMIT_SECONDS)
        try:
            while time.monotonic() < ends:
                self.reads += 1
                key = f"own-write-{self.reads}"
                sent = writer.event(key, "resolved", idempotency_key="once")
                others = [n for n in self.cluster.nodes if n.process and n is not writer.server]
                reader.server = self.choose_reader(others) or reader.server
                outcome = reader.outcome(key, sent["position"])
                assert outcome["signal_count"] == 1, outcome
                time.sleep(0.02)
        except Exception as problem:  # noqa: BLE001 - a thread's failure is the test's failure
            self.problems.append(problem)
        finally:
            writer.close()
            reader.close()

    def choose_reader(self, others):
        return others[self.reads % len(others)] if others else None


class StoppedIntakeTests(ClusterCase):
    """An intake node that is stopped while it holds a partition's lock delays it by a take-over."""

    def hold_lock(self, node, partition):
        """A session that is the node's by its name holds the lock of the partition's intake."""
        instance = self.cluster.instances()[node.letter]
        holder = subprocess.Popen(
            self.cluster.postgres.psql(DATABASE, f"""
                BEGIN; SELECT head FROM assay.ingest_heads WHERE partition = {partition} FOR UPDATE;
                SELECT pg_sleep(60)
                """), env=os.environ | {"PGAPPNAME": f"assay {instance}"},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(holder.wait)
        self.addCleanup(holder.kill)
        wait_until(lambda: self.cluster.postgres.query(DATABASE, """
            SELECT pid FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%'
                AND wait_event = 'PgSleep'
            """), "the lock is held")
        return holder

    def test_a_stopped_node_that_holds_a_partitions_lock_delays_it_by_a_take_over(self):
        key = f"locked-key-{self.choose.randrange(1000)}"  # in one partition or another
        a = Client(self.nodes["a"], self.client.token)
        a.outcome(key, a.event(key, "resolved", agent_key="exact")["position"])
        partition = self.cluster.postgres.query(
            DATABASE, f"SELECT partition FROM assay.streams WHERE key = '{key}'")[0]
        holder = self.hold_lock(self.nodes["b"], partition)
        self.nodes["b"].pause()
        begun = time.monotonic()
        sent = a.event(key, "resolved", agent_key="exact")
        seconds = time.monotonic() - begun
        print(f"  delayed by {seconds:.2f} s", flush=True)
        self.assertLess(seconds, TAKE_OVER_LIMIT_SECONDS)
        self.assertGreater(seconds, 0.1, "the lock was not held")
        wait_until(lambda: holder.poll() is not None, "the session has been ended")
        self.assertEqual(a.outcome(key, sent["position"])["signal_count"], 2)
        self.nodes["b"].go_on()
        self.cluster.wait_for_balance("a", "b")
        self.assertEqual(self.cluster.faults(), [])


if __name__ == "__main__":
    unittest.main()
