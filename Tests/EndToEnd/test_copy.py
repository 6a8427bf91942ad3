# SPDX-License-Identifier: Apache-2.0
"""`assay copy` and `assay schema`: a store moves to PostgreSQL and answers as before."""
import json
import os
import random
import re
import subprocess
import time
import unittest

import test_incidents
from assay_client import Client
from assay_server import (
    Server, clean_environment, command, required, standard_catalog, wait_until)
from postgres_server import PostgresServer, PostgresStoreServer

CLOCK = "2024-02-29T00:00:00.000000Z"
OUTCOMES = 120
KILLS = 4
LISTS = ("outcomes", "ledger/postings", "ledger/balances", "dead-letters", "customers", "agents",
         "rate-cards", "tokens")


class MovingUp(unittest.TestCase):
    maxDiff = 2000

    @classmethod
    def setUpClass(cls):
        required("ASSAY_BINARY", "the built `assay`")
        cls.postgres = PostgresServer()
        cls.addClassCleanup(cls.postgres.close)

    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.close)
        self.url = self.postgres.renew_database("assay")

    def copy(self, check=True, **options):
        source = options.get("source", self.server.store)
        return command("copy", "--from", source, "--to", options.get("to", self.url), check=check)

    def refused(self, done, *words):
        """The one sentence of a command that must end with status 1."""
        self.assertEqual(done.returncode, 1, done)
        self.assertRegex(done.stderr, r"\Aassay: [^\n]*\.\n\Z")
        for word in words:
            self.assertIn(word, done.stderr)

    def moved(self):
        """A server on the copy."""
        server = PostgresStoreServer(self.url)
        self.addCleanup(server.close)
        server.start()
        return server

    def everything(self, client, keys=()):
        told = {name: list(client.pages(f"/v1/{name}")) for name in LISTS}
        told["totals"] = client.totals()
        for key in keys:
            told[key] = client.outcome(key), client.history(key)
        told["fates"] = [client.fate(answer["event_id"])
                         for poster, _, answer in self.posted if poster is client]
        return json.loads(json.dumps(told, default=str))

    def table(self, done, name):
        """Both sides of a line of the comparison."""
        found = re.search(rf"(?m)^ +{name} +(\S+) +(\S+)$", done.stdout)
        self.assertIsNotNone(found, done.stdout)
        return found[1], found[2]

    # A store with some of everything.

    def fill(self):
        """Clients of a sandbox and a live account whose events are partly settled."""
        sandbox = self.server.create_account("sandbox", clock=CLOCK)
        live = self.server.create_account("live")
        self.server.start()
        self.posted = []
        for client in (sandbox, live):
            standard_catalog(client)
            for number in range(OUTCOMES):
                self.post(client, number)
        sandbox.advance(by=4000)
        for number in range(0, OUTCOMES, 3):  # what does not settle any more
            self.post(sandbox, number + OUTCOMES)
        return sandbox, live

    def post(self, client, number):
        event = {"key": f"moving-{number:04}", "action": "resolved",
                 "customer_key": "nobody" if number % 10 == 0 else "acme",
                 "properties": {"attribution": 1 + number % 3}}
        if number % 2:
            event["idempotency_key"] = f"retry-{number}"
        answer = client.post("/v1/events", event)
        self.posted.append((client, event, answer))
        client.catch_up(answer["position"])

    def test_a_moved_store_answers_as_before_and_finds_what_is_sent_again(self):
        clients = self.fill()
        keys = ["moving-0001", "moving-0011", "moving-0117"]
        before = [self.everything(client, keys) for client in clients]
        source = self.server
        source.stop()
        done = self.copy()
        for name in ("events", "streams", "idempotency claims", "waiting records", "timers",
                     "test clocks", "hash of all events", "USD booked", "USD postings"):
            ours, theirs = self.table(done, name)
            self.assertEqual(ours, theirs, name)
        self.assertEqual(self.table(done, "USD booked")[0], before[0]["totals"]["USD"])
        self.assertEqual(int(self.table(done, "timers")[0]), OUTCOMES * 9 // 10 + self.unsettled())

        server = self.moved()
        for client in clients:
            client.server = server
        self.assertEqual([self.everything(client, keys) for client in clients], before)
        for client, event, answer in self.posted:
            if "idempotency_key" in event:
                again = client.post("/v1/events", event)
                self.assertEqual((again["event_id"], again["duplicate"]),
                                 (answer["event_id"], True))
        # It goes on: dead letters are redriven, and what was open settles.
        sandbox = clients[0]
        sandbox.customer("nobody")
        redriven = sandbox.post("/v1/dead-letters/redrive", {
            "filter": {"code": "CUSTOMER_NOT_FOUND"}, "reason": "the customer is there"})
        self.assertEqual(redriven["count"], len(before[0]["dead-letters"]))
        sandbox.catch_up(redriven["position"])
        sandbox.advance(by=4000)
        for key in ("moving-0010", "moving-0123"):
            self.assertEqual(sandbox.outcome(key)["state"], "CONFIRMED")
        self.assertEqual(sandbox.dead_letters(), [])

    def unsettled(self):
        return len([n for n in range(0, OUTCOMES, 3) if (n + OUTCOMES) % 10])

    def test_a_copy_that_is_killed_again_and_again_ends_the_same(self):
        clients = self.fill()
        before = [self.everything(client) for client in clients]
        self.server.stop()
        choose = random.Random(seed())
        for _ in range(KILLS):
            process = subprocess.Popen(
                [self.server.binary, "copy", "--from", self.server.store, "--to", self.url],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
                env=clean_environment({}))
            time.sleep(choose.uniform(0.05, 0.6))
            process.kill()
            process.wait()
            if self.made() and not self.released():
                self.refused(command("serve", "--store", self.url, "--port", "0", check=False),
                             "copy that is not finished")
        if not self.released():
            self.copy()
        self.refused(self.copy(check=False), "finished copy of this store already")
        server = self.moved()
        for client in clients:
            client.server = server
        self.assertEqual([self.everything(client) for client in clients], before)

    def made(self):
        found = self.postgres.query(
            "assay", "SELECT to_regclass('assay.store') IS NOT NULL")
        return found == ["t"] and self.postgres.query(
            "assay", "SELECT count(*) FROM assay.store") == ["1"]

    def released(self):
        return self.made() and self.postgres.query(
            "assay", "SELECT copy_level IS NULL FROM assay.store") == ["t"]

    # Refusals.

    def test_what_cannot_be_copied_is_refused_in_one_sentence(self):
        missing = f"sqlite:{self.server.directory / 'missing.sqlite'}"
        self.refused(self.copy(False, source=missing), "does not exist")
        self.assertFalse((self.server.directory / "missing.sqlite").exists())
        self.refused(self.copy(False, source=self.url), "--from")
        self.server.create_account("one")
        self.refused(self.copy(False, to=self.server.store), "--to")
        self.server.start()
        self.refused(self.copy(False), "stop that server", str(self.server.process.pid))
        self.server.stop()
        self.assertEqual(self.schemas(), [])

    def schemas(self):
        return self.postgres.query(
            "assay", "SELECT nspname FROM pg_namespace WHERE nspname = 'assay'")

    def test_a_target_that_cannot_be_used_is_refused_by_every_command_and_nothing_is_changed(self):
        self.server.create_account("one")
        hba = self.postgres.data / "pg_hba.conf"
        kept = hba.read_text()
        self.postgres.query("assay", "DROP ROLE IF EXISTS locked, poor")
        self.postgres.query("assay", "CREATE ROLE locked LOGIN PASSWORD 'right'")
        self.postgres.query("assay", "CREATE ROLE poor LOGIN")
        hba.write_text("local all locked scram-sha-256\n" + kept)
        self.postgres.query("assay", "SELECT pg_reload_conf()")
        wrong = self.url.replace("assay@", "locked:wr0ng@")
        wait_until(lambda: "password" in self.copy(False, to=wrong).stderr, "the server reloads")
        unreachable = re.sub(r"host=.*", f"host={self.server.directory}", self.url)
        cases = [
            (wrong, "password"),
            (self.url.replace("assay@", "poor@"), "permission denied"),
            (self.url + "&options=-c%20default_transaction_read_only%3Don", "takes no writes"),
            (unreachable, "cannot be reached"),
            (self.url.replace("/assay?", "/nothing?"), "does not exist"),
        ]
        for url, words in cases:
            with self.subTest(words=words):
                self.refused_everywhere(url, words)
                self.assertEqual(self.schemas(), [])
        hba.write_text(kept)
        self.postgres.query("assay", "SELECT pg_reload_conf()")
        command("account", "create", "--store", self.url, "--name", "n")
        self.refused(self.copy(False), "holds a store already")
        self.postgres.query("assay", "INSERT INTO assay.migrations VALUES (99)")
        self.refused_everywhere(self.url, "newer version")
        self.assertEqual(
            self.postgres.query("assay", "SELECT max(version) FROM assay.migrations"), ["99"])

    def refused_everywhere(self, url, words):
        for done in (
                self.copy(False, to=url),
                command("serve", "--store", url, "--port", "0", check=False,
                        ASSAY_VIEWS=str(self.server.directory / "views")),
                command("account", "create", "--store", url, "--name", "n", check=False)):
            self.refused(done, words)
            self.assertNotIn("wr0ng", done.stderr + done.stdout)
            self.assertEqual(done.stdout, "")

    def test_an_administrator_makes_the_schema_and_a_role_that_cannot_change_the_log(self):
        self.postgres.query("assay", "DROP ROLE IF EXISTS \"odd \"\" name\"")
        self.postgres.query("assay", "CREATE ROLE \"odd \"\" name\" LOGIN")
        self.postgres.query("assay", command("schema").stdout)
        self.postgres.query("assay", command("schema", "--grants", 'odd " name').stdout)
        for arguments in (("--grants", ""), ("--grants", "a", "--distribute")):
            self.refused(command("schema", *arguments, check=False))
        self.assertIn("create_distributed_table", command("schema", "--distribute").stdout)
        server = PostgresStoreServer(self.url.replace("assay@", "odd%20%22%20name@"))
        self.addCleanup(server.close)
        client = server.create_account("sandbox", clock=CLOCK)
        server.start()
        standard_catalog(client)
        client.event("with-few-rights", "resolved")
        client.advance(by=4000)
        self.assertEqual(client.outcome("with-few-rights")["state"], "CONFIRMED")


class MovedIncidentsTests(test_incidents.IncidentImportTests):
    """The real incident log: imported, moved, and compared with the oracle again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.postgres = PostgresServer()
        cls.addClassCleanup(cls.postgres.close)

    # What is inherited is run where it is at home.
    test_an_import_into_a_server_comes_to_what_the_oracle_says_and_twice_changes_nothing = None
    test_an_import_into_a_store_that_is_not_served_comes_to_the_same = None

    def test_the_incident_log_comes_to_the_same_after_it_was_moved(self):
        done = command("import", self.log, "--mapping", test_incidents.MAPPING, "--store",
                       self.server.store, "--settle")
        token = re.search(r"token (assay_\S+)", done.stdout)
        self.assertIsNotNone(token, done.stdout)
        url = self.postgres.create_database("incidents")
        copied = command("copy", "--from", self.server.store, "--to", url)
        total = self.expected["ledger_total"]["USD"]
        self.assertRegex(
            copied.stdout, rf"(?m)^ +USD booked +{re.escape(total)} +{re.escape(total)}$")
        server = PostgresStoreServer(url)
        self.addCleanup(server.close)
        server.start()
        self.compare(Client(server, token[1]))


def seed():
    """That of ASSAY_SEED, which repeats a run; else a new one, told."""
    chosen = int(os.environ.get("ASSAY_SEED") or random.randrange(2 ** 32))
    print(f"ASSAY_SEED={chosen}", flush=True)
    return chosen


if __name__ == "__main__":
    unittest.main()
