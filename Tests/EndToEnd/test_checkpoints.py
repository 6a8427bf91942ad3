# SPDX-License-Identifier: Apache-2.0
"""Signed checkpoints and proofs, verified by code of our own; keys; an altered store."""
import json
import os
import sqlite3
import unittest

import merkle
from assay_client import Client
from assay_server import Server, command, required, standard_catalog, wait_until
from cluster import Cluster

EVENTS = 40
QUICK = {"ASSAY_CHECKPOINT_INTERVAL_SECONDS": "1", "ASSAY_CHECKPOINT_INTERVAL_EVENTS": "20"}


class Proofs:
    """What an auditor does with the API, and the public keys it was handed."""

    def __init__(self, client, vkeys):
        self.client, self.vkeys = client, vkeys

    def inclusion(self, event_id):
        """The checkpoint over an event, once there is one over all it has left, each verified."""
        def proved():
            answer = self.client.call("GET", f"/v1/events/{event_id}/inclusion")
            if answer.status == 200 and all(f["proof"] is not None for f in answer.body["facts"]):
                return answer.body
            if answer.status == 404:
                assert answer.code == "CHECKPOINT_PENDING", answer.body
                assert int(answer.headers["Retry-After"]) > 0
            return None
        answer = wait_until(proved, f"{event_id} is under a checkpoint")
        origin, size, root = self.verified(answer["checkpoint"])
        for fact in answer["facts"]:
            assert fact["leaf_index"] == fact["log_position"] - 1
            proof = [bytes.fromhex(step) for step in fact["proof"]]
            computed = merkle.root_by_inclusion(
                fact["leaf_index"], size, bytes.fromhex(fact["hash"]), proof)
            assert computed == root, fact
        return origin, size, root

    def verified(self, checkpoint):
        """Origin, size and root, as one of the known keys has signed them."""
        assert merkle.signers(checkpoint["note"], self.vkeys), checkpoint["note"]
        origin, size, root = merkle.checkpoint(checkpoint["note"])
        assert (size, root.hex()) == (checkpoint["size"], checkpoint["root"])
        assert origin.endswith(f"/partition/{checkpoint['partition']}")
        return origin, size, root

    def consistent(self, partition):
        """Every checkpoint of a partition is verified, and each continues the one before it."""
        chain = [(c, *self.verified(c)) for c in
                 self.client.pages("/v1/checkpoints", partition=partition)]
        for (_, _, first, old), (_, _, second, new) in zip(chain, chain[1:]):
            self.continues(partition, (first, old), (second, new))
        return [(size, root) for _, _, size, root in chain]

    def continues(self, partition, earlier, later):
        answer = self.client.get(
            "/v1/checkpoints/consistency", partition=partition, from_size=earlier[0],
            to_size=later[0])
        proof = [bytes.fromhex(step) for step in answer["proof"]]
        assert merkle.is_consistent(earlier[0], later[0], earlier[1], later[1], proof)

    def partitions(self):
        return [c["partition"] for c in self.client.pages("/v1/checkpoints")]


def vkeys(client):
    return [key["key"] for key in client.get("/v1/signing-keys")["data"]]


def post(client, count, prefix):
    """Events of as many outcomes; the ids and the position of the last."""
    answers = [client.event(f"{prefix}-{number:05}", "resolved") for number in range(count)]
    client.catch_up(answers[-1]["position"])
    return [answer["event_id"] for answer in answers]


class CheckpointTests(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.close)
        self.client = self.server.create_account("proved")

    def shown(self):
        return command("key", "show", "--store", self.server.store).stdout.split()

    def test_every_event_is_proved_and_nothing_before_is_changed(self):
        self.server.start(**QUICK)
        standard_catalog(self.client)
        events = post(self.client, EVENTS, "first-part")
        handed_over = self.shown()
        self.assertEqual(handed_over, vkeys(self.client))
        proofs = Proofs(self.client, handed_over)
        for event in events:
            proofs.inclusion(event)
        kept = {partition: proofs.consistent(partition)[-1] for partition in proofs.partitions()}
        self.server.kill()
        self.server.start(**QUICK)
        for event in post(self.client, EVENTS, "second-part") + events:
            proofs.inclusion(event)
        for partition, earlier in kept.items():
            self.assertIn(earlier, proofs.consistent(partition))
        other = self.client.clone()
        self.assertEqual(other.call("GET", "/v1/events/evt_none/inclusion").code, "NOT_FOUND")
        self.assertIn("assay_checkpoints_total", self.metrics())
        self.assertRegex(self.metrics(), r"(?m)^assay_checkpoint_mismatches 0$")

    def metrics(self):
        return Client(self.server).call("GET", "/metrics").body.decode()

    def test_a_rotated_key_is_followed_from_the_old_one(self):
        self.server.start(**QUICK)
        standard_catalog(self.client)
        old = self.shown()
        first = post(self.client, 3, "before-it")
        Proofs(self.client, old).inclusion(first[0])
        command("key", "rotate", "--store", self.server.store)
        both = self.shown()
        self.assertEqual(both[:-1], old)
        wait_until(lambda: vkeys(self.client) == both, "the server knows the new key")
        second = post(self.client, 3, "after-it")
        Proofs(self.client, both).inclusion(first[0])
        new = Proofs(self.client, both[-1:])
        new.inclusion(second[0])
        registered = self.client.get("/v1/signing-keys")["data"][-1]["registration"]
        self.assertIn(both[-1], registered.split("\n"))
        self.assertEqual(set(merkle.signers(registered, both)), set(both))
        self.assertEqual(os.stat(f"{self.server.path}.signing-key").st_mode & 0o777, 0o600)
        self.assertNotIn("PRIVATE", self.server.log.read_text())

    def test_all_is_signed_at_the_end_and_exported_by_one_command(self):
        self.server.start(ASSAY_CHECKPOINT_INTERVAL_SECONDS="3600")
        standard_catalog(self.client)
        events = post(self.client, EVENTS, "exported")
        self.server.stop()
        to = self.server.directory / "checkpoints.json"
        said = command("checkpoints", "export", "--store", self.server.store, "--to", str(to))
        self.assertIn(str(to), said.stdout)
        exported = json.loads(to.read_text("utf-8"))
        keys = [key["key"] for key in exported["keys"]]
        self.assertEqual(keys, self.shown())
        for kept in exported["checkpoints"]:
            self.assertEqual(merkle.signers(kept["note"], keys), keys)
        with sqlite3.connect(self.server.path) as database:
            heads = dict(database.execute(
                "SELECT partition, event_head FROM partitions WHERE event_head > 0"))
        database.close()
        sizes = {c["partition"]: merkle.checkpoint(c["note"])[1] for c in exported["checkpoints"]}
        self.assertEqual(sizes, heads)
        self.server.start()
        Proofs(self.client, keys).inclusion(events[0])

    def test_none_are_made_when_told_so_and_a_stopped_store_is_signed_by_hand(self):
        self.server.start(ASSAY_CHECKPOINT_INTERVAL_SECONDS="0")
        standard_catalog(self.client)
        events = post(self.client, 3, "unsigned")
        answer = self.client.call("GET", f"/v1/events/{events[0]}/inclusion")
        self.assertEqual(answer.code, "CHECKPOINT_PENDING")
        self.server.stop()
        self.assertFalse(os.path.exists(f"{self.server.path}.signing-key"))
        command("checkpoints", "sign", "--store", self.server.store)
        self.server.start(ASSAY_CHECKPOINT_INTERVAL_SECONDS="0")
        Proofs(self.client, self.shown()).inclusion(events[0])

    def test_a_key_that_others_may_read_is_refused(self):
        self.server.start()
        self.server.stop()
        os.chmod(f"{self.server.path}.signing-key", 0o644)
        for arguments in (("serve", "--port", "0"), ("key", "show"), ("key", "rotate")):
            done = command(*arguments, "--store", self.server.store, check=False)
            self.assertEqual(done.returncode, 1)
            self.assertRegex(done.stderr, r"\Aassay: [^\n]*chmod 600[^\n]*\.\n\Z")

    def test_a_store_that_was_altered_says_so_and_is_signed_no_more(self):
        self.server.start(**QUICK)
        standard_catalog(self.client)
        events = post(self.client, EVENTS, "to-alter")
        proofs = Proofs(self.client, self.shown())
        proofs.inclusion(events[0])
        self.server.stop()
        with sqlite3.connect(self.server.path) as database:
            place, = database.execute(
                "SELECT place FROM events WHERE length(event_id) > 0 LIMIT 1").fetchone()
            database.execute("DROP TRIGGER events_no_update")
            database.execute("UPDATE events SET hash = randomblob(32) WHERE place = ?", (place,))
        database.close()
        partition = place >> 40
        self.server.launch(**QUICK)

        def troubles():
            answer = Client(self.server).call("GET", "/readyz")
            return answer.status == 503 and [
                reason for reason in answer.body["reasons"] if f"partition {partition}" in reason]
        reason, = wait_until(troubles, "the alteration is noticed")
        self.assertIn("not what its checkpoint says", reason)
        self.assertIn("critical", self.server.log.read_text().lower())


class ClusterCheckpointTests(unittest.TestCase):
    def setUp(self):
        required("ASSAY_BINARY", "the built `assay`")
        self.cluster = Cluster("ab")
        self.addCleanup(self.cluster.close)
        self.client = self.cluster.create_account("proved")
        self.cluster.observe()
        self.cluster.start(**QUICK)
        self.cluster.wait_for_balance("a", "b")
        standard_catalog(self.client)

    def test_nodes_sign_what_they_own_and_go_on_where_another_ended(self):
        events = post(self.client, EVENTS, "two-nodes")
        keys = vkeys(self.client)
        self.assertEqual(len(keys), 2)
        signed_by = set()
        for client in self.cluster.clients(self.client):
            proofs = Proofs(client, keys)
            for event in events:
                proofs.inclusion(event)
            for kept in client.pages("/v1/checkpoints"):
                signed_by.update(merkle.signers(kept["note"], keys))
        self.assertEqual(signed_by, set(keys))
        kept = {partition: proofs.consistent(partition)[-1] for partition in proofs.partitions()}
        first, second = self.cluster.nodes
        second.kill()
        self.cluster.wait_for_balance("a")
        for event in post(self.client, EVENTS, "one-node") + events:
            Proofs(self.client, keys).inclusion(event)
        second.start(**QUICK)
        self.cluster.wait_for_balance("a", "b")
        for event in post(self.client, EVENTS, "two-again"):
            Proofs(self.client, keys).inclusion(event)
        for partition, earlier in kept.items():
            self.assertIn(earlier, Proofs(self.client, keys).consistent(partition))
        self.assertEqual(vkeys(self.client), keys)


if __name__ == "__main__":
    unittest.main()
