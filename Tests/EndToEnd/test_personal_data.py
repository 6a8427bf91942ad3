# SPDX-License-Identifier: Apache-2.0
"""Erasure that keeps the proof: a customer's metadata becomes unreadable for ever, through crashes,
restarts and copies, and every hash, decision and amount stays as it was."""
import unittest

from assay_server import Server, command, standard_catalog
from postgres_server import PostgresServer, PostgresSite, PostgresStoreServer

CLOCK = "2024-02-29T00:00:00.000000Z"
WORD = "xqunmistakablezj"


class PersonalDataSite:
    """A store with two customers, and what is looked at."""

    def make_server(self):
        return Server()

    def setUp(self):
        self.server = self.make_server()
        self.addCleanup(self.server.close)
        self.client = self.server.create_account("sandbox", clock=CLOCK)
        self.server.start()
        standard_catalog(self.client)
        self.client.customer("globex")

    def settle(self, customer, number):
        """An outcome that is confirmed and booked, each of its signals with metadata."""
        key = f"{customer}-ticket-{number}"
        self.client.event(key, "opened", customer, properties={"email": f"{WORD}-{number}"})
        return key, self.client.event(key, "resolved", customer, properties={
            "email": f"{WORD}-{number}", "value": number})["position"]

    def fill(self):
        keys = [self.settle(customer, number)
                for customer in ("acme", "globex") for number in range(3)]
        position = self.client.advance(by=3600)["position"]
        self.client.catch_up(position)
        return [key for key, _ in keys]

    def statuses(self, key):
        return [fact["metadata_status"] for fact in self.client.history(key)]

    def proof(self, keys):
        """Everything an erasure must not touch."""
        return [self.client.totals(), self.client.postings(), [
            [self.client.outcome(key), [
                {name: value for name, value in fact.items() if not name.startswith("metadata")}
                for fact in self.client.history(key)]] for key in keys]]

    def expect_only_acme_erased(self, keys):
        for key in keys:
            read = {"erased"} if key.startswith("acme") else {"readable"}
            self.assertEqual(set(self.statuses(key)) - {"none"}, read, key)


class PersonalDataTests(PersonalDataSite, unittest.TestCase):
    def test_an_erasure_survives_restarts_and_crashes_and_changes_nothing_else(self):
        keys = self.fill()
        before = self.proof(keys)
        self.assertEqual(self.client.totals(), {"USD": "15"})
        answer = self.client.delete_personal_data("acme", "asked+for+it")
        self.assertEqual(answer["status"], "erased")
        self.server.kill()
        self.server.start()
        self.expect_only_acme_erased(keys)
        self.assertEqual(self.proof(keys), before)
        told = self.client.get("/v1/customers/acme/personal-data")
        self.assertEqual((told["erasures"], told["last_erasure"]["reason"]), (1, "asked for it"))
        after = self.client.event("acme-ticket-9", "opened", properties={"email": "new"})
        self.client.catch_up(after["position"])
        self.assertEqual(self.statuses("acme-ticket-9"), ["none", "readable"])
        self.server.restart()
        self.expect_only_acme_erased(keys)
        self.assertEqual(self.statuses("acme-ticket-9"), ["none", "readable"])

    def test_a_crash_right_after_the_answer_loses_no_erasure(self):
        for number in range(5):
            key, position = self.settle("acme", number)
            self.client.catch_up(position)
            self.client.delete_personal_data("acme")
            self.server.kill()
            self.server.start()
            self.assertEqual(set(self.statuses(key)), {"none", "erased"})

    def test_retries_answer_the_same_event_before_and_after(self):
        event = {"key": "acme-ticket-1", "action": "opened", "customer_key": "acme",
                 "idempotency_key": "once", "properties": {"email": WORD}}
        first = self.client.post("/v1/events", event)
        other = event | {"properties": {"email": "other"}}
        self.assertTrue(self.client.post("/v1/events", other)["body_conflict"])
        self.client.delete_personal_data("acme")
        for body, conflict in ((event, False), (other, False), (event | {"action": "x"}, True)):
            again = self.client.post("/v1/events", body)
            self.assertEqual(
                (again["event_id"], again["duplicate"], again["body_conflict"]),
                (first["event_id"], True, conflict))


class PostgresPersonalDataTests(PostgresSite, PersonalDataTests):
    pass


class MovedPersonalDataTests(PersonalDataSite, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.postgres = PostgresServer()
        cls.addClassCleanup(cls.postgres.close)

    def test_a_copy_reads_what_was_readable_and_nothing_that_was_erased(self):
        keys = self.fill()
        self.client.delete_personal_data("acme")
        before = self.proof(keys)
        self.server.stop()
        url = self.postgres.renew_database("moved")
        done = command("copy", "--from", self.server.store, "--to", url)
        self.assertRegex(done.stdout, r"sealing keys +\d+ +\d+")
        server = PostgresStoreServer(url)
        self.addCleanup(server.close)
        server.start()
        self.client = self.client.clone()
        self.client.server = server
        self.expect_only_acme_erased(keys)
        self.assertEqual(self.proof(keys), before)


if __name__ == "__main__":
    unittest.main()
