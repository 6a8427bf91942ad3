# SPDX-License-Identifier: Apache-2.0
"""A test case with a cluster under load, checked in the database and at every node."""
import os
import random
import unittest

from assay_server import wait_until
from cluster import Cluster, RovingClient
from crash_checks import CountedOnce
from crash_load import Load, put_catalog

LISTS = ("outcomes", "ledger/postings", "ledger/balances", "dead-letters")


class ClusterCase(CountedOnce, unittest.TestCase):
    letters = "ab"
    lease_seconds = 1

    def setUp(self):
        seed = os.environ.get("ASSAY_SEED") or str(random.SystemRandom().randrange(1 << 32))
        print(f"\n{self.id()}: ASSAY_SEED={seed}", flush=True)
        self.choose = random.Random(seed)
        self.cluster = Cluster(self.letters, self.lease_seconds)
        self.addCleanup(self.cluster.close)
        self.client = self.cluster.create_account("live")
        self.cluster.observe()
        self.start_nodes()
        put_catalog(self.client)
        self.load = Load(RovingClient(self.cluster.nodes, self.client.token), seed)
        self.load.bears_refusals = True  # of items of a batch; whole answers the client bears
        self.load.pause_seconds = 0.01

    def start_nodes(self):
        self.cluster.start()
        self.cluster.wait_for_balance(*self.letters)

    @property
    def nodes(self):
        return {node.letter: node for node in self.cluster.nodes}

    def end_load(self):
        """Ends the load; what was not answered is sent again and visible at the first node."""
        self.load.stop()
        self.load.join()
        self.assertEqual(self.load.problems, [])
        for position in self.load.retry():
            self.client.catch_up(position)

    def check(self, what):
        super().check(what)
        self.assertEqual(self.cluster.faults(), [])

    def check_others(self, outcomes):
        """Each node's read models say the same to the letter."""
        expected = self.everything(self.client)
        for client in self.cluster.clients(self.client)[1:]:
            wait_until(lambda: self.everything(client) == expected,
                       f"{client.server.letter} shows what the first node shows")

    def everything(self, client):
        return {name: list(client.pages(f"/v1/{name}")) for name in LISTS}


class TwoNodeCase(unittest.TestCase):
    """Two nodes that all tests of a class share; each makes an account of its own."""

    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster("ab")
        cls.addClassCleanup(cls.cluster.close)
        cls.cluster.create_account("first")
        cls.cluster.observe()
        cls.cluster.start()
        cls.cluster.wait_for_balance("a", "b")
