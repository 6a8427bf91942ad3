# SPDX-License-Identifier: Apache-2.0
"""Several nodes when nothing is wrong: joining, leaving, one truth through any of them."""
import json
import re
import time
import unittest
from collections import Counter
from decimal import Decimal

from assay_client import Client
from assay_server import command, standard_catalog, wait_until
from cluster import PARTITIONS
from cluster_case import ClusterCase, TwoNodeCase
from crash_load import put_catalog
from model_conditions import plain

TIMES = 50
TAKE_OVER_LIMIT_SECONDS = 5


class TwoNodeTests(TwoNodeCase):
    """What one node has answered counts at once at the other."""

    def setUp(self):
        account = self.cluster.create_account(self.id())
        put_catalog(account)
        self.a, self.b = self.cluster.clients(account)

    def test_an_agent_put_at_one_node_is_known_at_once_at_the_other(self):
        for number in range(TIMES):
            here, there = (self.a, self.b) if number % 2 else (self.b, self.a)
            agent = f"agent-{number}"
            here.agent(agent)
            here.rate_card("standard", {agent: "1"})
            sent = there.event(f"known-key-{number}", "resolved", agent_key=agent)
            fate = here.fate(sent["event_id"], sent["position"])
            self.assertEqual(fate["status"], "applied", fate)
        self.assertEqual(self.a.dead_letters(), [])

    def test_what_one_node_was_told_can_be_named_at_the_other(self):
        for number in range(TIMES):
            here, there = (self.a, self.b) if number % 2 else (self.b, self.a)
            here.agent(f"named-{number}")
            there.rate_card(f"card-{number}", {f"named-{number}": "1"})
            here.customer(f"customer-{number}", f"card-{number}")
            there.delete(f"/v1/customers/customer-{number}")
            shown = here.delete(f"/v1/customers/customer-{number}")  # once more changes nothing
            self.assertTrue(shown["archived"])

    def test_every_event_is_judged_by_the_catalog_that_was_answered_before_it(self):
        for number in range(1, TIMES + 1):
            here, there = (self.a, self.b) if number % 2 else (self.b, self.a)
            here.agent("changing", period=1000 + number)
            here.rate_card("standard", {"changing": "1"})
            sent = there.event(f"judged-key-{number}", "resolved", agent_key="changing")
            outcome = here.outcome(f"judged-key-{number}", sent["position"])
            self.assertEqual(outcome["contract"]["version"], number)

    def test_an_archived_customer_opens_nothing_at_the_other_node(self):
        for number in range(TIMES):
            here, there = (self.a, self.b) if number % 2 else (self.b, self.a)
            customer = f"customer-{number}"
            here.customer(customer)
            here.delete(f"/v1/customers/{customer}")
            sent = there.event(f"archived-key-{number}", "resolved", customer, agent_key="quick")
            fate = there.fate(sent["event_id"], sent["position"])
            self.assertEqual((fate["status"], fate["code"]),
                             ("dead_lettered", "CUSTOMER_NOT_FOUND"))

    def test_a_token_counts_and_ends_at_once_at_the_other_node(self):
        for number in range(TIMES):
            here, there = (self.a, self.b) if number % 2 else (self.b, self.a)
            made = here.post("/v1/tokens", {"name": f"t{number}", "scopes": ["ingest"]})
            bearer = there.clone(made["token"])
            bearer.event(f"token-key-{number}", "resolved", agent_key="quick")
            here.delete(f"/v1/tokens/{made['id']}")
            answer = bearer.call("POST", "/v1/events", {
                "key": f"token-key-{number}", "action": "resolved", "customer_key": "acme"})
            self.assertEqual((answer.status, answer.code), (401, "TOKEN_INVALID"))

    def test_what_one_node_took_is_read_through_the_other(self):
        for number in range(TIMES):
            here, there = (self.a, self.b) if number % 2 else (self.b, self.a)
            key = f"read-key-{number}"
            sent = here.event(key, "resolved", agent_key="steady")
            self.assertEqual(there.outcome(key, sent["position"])["signal_count"], 1)
            again = there.event(key, "resolved", agent_key="steady")
            self.assertEqual(here.outcome(key, again["position"])["signal_count"], 2)
            self.assertEqual(len(here.history(key, again["position"])), 3)

    def test_a_retry_is_found_at_the_other_node(self):
        for number in range(TIMES):
            key, once = f"retry-key-{number}", {"idempotency_key": "once", "agent_key": "quick"}
            first = self.a.event(key, "resolved", **once)
            again = self.b.event(key, "resolved", **once)
            self.assertEqual((again["event_id"], again["duplicate"]), (first["event_id"], True))

    def test_a_sandbox_clock_moves_through_any_node(self):
        token = self.cluster.create_account("sandbox", clock="2020-02-02T00:00:00.000000Z").token
        a, b = self.a.clone(token), self.b.clone(token)
        standard_catalog(a)
        for number in range(10):
            here, there = (a, b) if number % 2 else (b, a)
            here.event(f"sandbox-{number}", "resolved")
            after = there.advance(by=3600)["position"]
            self.assertEqual(
                here.totals(after=after), {"USD": plain(Decimal("2.5") * (number + 1))})

    def test_accounts_and_tokens_are_made_by_command_while_nodes_run(self):
        made = json.loads(command("account", "create", "--store", self.cluster.nodes[0].store,
                                  "--name", "late", "--json").stdout)
        for client in (self.a.clone(made["token"]), self.b.clone(made["token"])):
            client.customer("acme-of-late", None)
            client.event("late-key-1", "resolved", "acme-of-late")
        self.assertEqual(len(list(self.b.clone(made["token"]).pages("/v1/customers"))), 1)


class MembershipTests(ClusterCase):
    """Nodes join, leave and die: the right partitions move, and no others."""

    letters = "abc"
    lease_seconds = 3

    def start_nodes(self):
        self.cluster.nodes[0].start()
        self.cluster.wait_for_balance("a")

    def moved(self, before):
        after = self.cluster.owners()
        return {partition for partition in after if after[partition] != before[partition]}

    def owned(self, letter):
        instance = self.cluster.instances()[letter]
        return {partition for partition, owner in self.cluster.owners().items()
                if owner == instance}

    def check_shares(self, *shares):
        """The shares, and that each running node's `GET /v1/cluster` says what the database has."""
        counts = [count for count in self.cluster.counts().values() if count]
        self.assertEqual(sorted(counts, reverse=True), list(shares))
        owners = self.cluster.owners()
        for node in self.cluster.nodes:
            if node.process is None:
                continue
            shown = Client(node, self.client.token).get("/v1/cluster")
            self.assertEqual(shown["node"], node.name)
            self.assertEqual(
                {p["partition"]: p["instance"] for p in shown["partitions"]}, owners)
            self.assertEqual(
                {n["instance"]: n["partitions"] for n in shown["nodes"] if n["is_alive"]},
                dict(Counter(owners.values())))
            count = len(self.owned(node.letter))
            wait_until(lambda: self.figure(node, "assay_partitions_owned") == count,
                       f"{node.letter} counts {count} partitions")

    def figure(self, node, name):
        text = Client(node).call("GET", "/metrics").body.decode()
        return float(re.search(rf"^{name} (\S+)$", text, re.MULTILINE)[1])

    def test_only_what_has_to_move_moves_when_nodes_join_leave_and_die(self):
        nodes = self.nodes
        before = self.cluster.owners()
        nodes["b"].start()
        self.cluster.wait_for_balance("a", "b")
        self.check_shares(32, 32)
        self.assertEqual(self.moved(before), self.owned("b"))

        before = self.cluster.owners()
        nodes["c"].start()
        self.cluster.wait_for_balance("a", "b", "c")
        self.check_shares(22, 21, 21)
        self.assertEqual(self.moved(before), self.owned("c"))

        before, gone = self.cluster.owners(), self.owned("b")
        nodes["b"].stop()
        self.cluster.wait_for_balance("a", "c")
        self.check_shares(32, 32)
        self.assertEqual(self.moved(before), gone)

        before, gone = self.cluster.owners(), self.owned("a")
        nodes["a"].kill()
        seconds = self.cluster.wait_for_balance("c")
        self.assertLess(seconds, TAKE_OVER_LIMIT_SECONDS)
        self.check_shares(64)
        self.assertEqual(self.moved(before), gone)
        print(f"  after kill -9 all was owned again in {seconds:.2f} s", flush=True)

    def test_nodes_that_start_together_share_from_the_beginning(self):
        nodes = self.nodes
        nodes["a"].kill()
        for node in nodes.values():
            node.start()
        self.cluster.wait_for_balance("a", "b", "c")
        time.sleep(1)  # and it stays so: nothing goes to and fro
        before = self.cluster.postgres.query("assay", "SELECT count(*) FROM observer.reigns")
        time.sleep(3)
        self.assertEqual(
            self.cluster.postgres.query("assay", "SELECT count(*) FROM observer.reigns"), before)
        self.check_shares(22, 21, 21)


class HandOverTests(ClusterCase):
    """SIGTERM hands over at once, however long the lease is."""

    lease_seconds = 60

    def test_sigterm_hands_over_long_before_the_lease_ends(self):
        prober = self.cluster.create_account("prober")
        standard_catalog(prober)
        self.load.start()
        for letter, other in ("ab", "ba"):
            node, stays = self.nodes[letter], Client(self.nodes[other], prober.token)
            instance = self.cluster.instances()[letter]
            begun = time.monotonic()
            node.stop()
            stopped = time.monotonic() - begun
            self.assertNotIn(instance, self.cluster.owners().values())  # given up, not expired
            self.cluster.wait_for_balance(other)
            owned = time.monotonic() - begun
            stays.catch_up(stays.batch([  # in every partition
                {"key": f"handed-{letter}-{number}", "action": "resolved", "customer_key": "acme"}
                for number in range(8 * PARTITIONS)])["position"])
            seconds = time.monotonic() - begun
            print(f"  stopped after {stopped:.2f} s, all owned after {owned:.2f} s, worked on "
                  f"after {seconds:.2f} s", flush=True)
            self.assertLess(owned, self.lease_seconds / 12)  # half a beat: they were told
            self.assertLess(seconds, self.lease_seconds / 4)
            node.start()
            self.cluster.wait_for_balance("a", "b")
        self.end_load()
        self.check("2 hand-overs")


if __name__ == "__main__":
    unittest.main()
