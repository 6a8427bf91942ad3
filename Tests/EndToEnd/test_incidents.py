# SPDX-License-Identifier: Apache-2.0
"""`assay import` of a real incident log, compared incident by incident with the oracle."""
import csv
import json
import re
import unittest
from collections import Counter
from datetime import timedelta
from decimal import Decimal

import incident_oracle
from assay_client import Client
from assay_server import ROOT, Server, command, required

MAPPING = str(ROOT / "docs" / "incident-mapping.json")
COMPARED = ("state", "signal_count", "late_signal_count", "settled_at", "amount", "agent_key",
            "customer_key")


class IncidentImportTests(unittest.TestCase):
    maxDiff = 2000

    @classmethod
    def setUpClass(cls):
        required("ASSAY_BINARY", "the built `assay`")
        cls.log = required("ASSAY_INCIDENTS", "the incident log, servicenow_incidents.csv")
        with open(cls.log, newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        cls.expected = incident_oracle.expected(rows)
        first = min(incident_oracle.instant(row["updated_at"]) for row in rows)
        cls.before = incident_oracle.answered(first - timedelta(days=1))

    def make_server(self):
        return Server()

    def setUp(self):
        self.server = self.make_server()
        self.addCleanup(self.server.close)

    def compare(self, client):
        outcomes = client.outcomes()
        self.assertEqual(outcomes.keys(), self.expected["outcomes"].keys())
        for key, expected in self.expected["outcomes"].items():
            with self.subTest(incident=key):
                self.assertEqual({name: outcomes[key][name] for name in COMPARED}, expected)
        self.assertEqual(
            dict(Counter(outcome["state"] for outcome in outcomes.values())),
            self.expected["states"])
        self.compare_ledger(client, outcomes)

    def compare_ledger(self, client, outcomes):
        self.assertEqual(client.totals(), self.expected["ledger_total"])
        postings = client.postings()
        booked = Counter(posting["outcome_key"] for posting in postings)
        confirmed = [key for key, value in outcomes.items() if value["state"] == "CONFIRMED"]
        self.assertEqual(booked, Counter(confirmed))
        for posting in postings:
            self.assertEqual(sum(Decimal(line["amount"]) for line in posting["lines"]), 0)
            self.assertEqual(posting["amount"], outcomes[posting["outcome_key"]]["amount"])
        self.assertEqual(
            {"USD": incident_oracle.plain(sum(Decimal(p["amount"]) for p in postings))},
            self.expected["ledger_total"])

    def everything(self, client):
        lists = ("outcomes", "ledger/postings", "ledger/balances", "dead-letters", "customers")
        return {name: list(client.pages(f"/v1/{name}")) for name in lists}

    def run_import(self, *target, **environment):
        done = command("import", self.log, "--mapping", MAPPING, *target, **environment)
        counts = re.search(r"Accepted (\d+) events, (\d+) had been before", done.stdout)
        self.assertIsNotNone(counts, done.stdout)
        return int(counts[1]), int(counts[2])

    def test_an_import_into_a_server_comes_to_what_the_oracle_says_and_twice_changes_nothing(self):
        client = self.server.create_account("incidents", clock=self.before)
        self.server.start()
        target = ("--url", f"http://127.0.0.1:{self.server.port}")
        accepted, duplicates = self.run_import(*target, "--settle", ASSAY_TOKEN=client.token)
        signals = sum(
            outcome["signal_count"] + outcome["late_signal_count"]
            for outcome in self.expected["outcomes"].values())
        self.assertEqual((accepted, duplicates), (signals, 0))
        self.compare(client)

        before, clock = self.everything(client), client.now()
        self.assertEqual(self.run_import(*target, ASSAY_TOKEN=client.token), (0, signals))
        client.advance(by=0)
        self.assertEqual(client.now(), clock)
        after = self.everything(client)
        for name, elements in before.items():
            self.assertEqual(
                json.dumps(elements, default=str), json.dumps(after[name], default=str), name)

    def test_an_import_into_a_store_that_is_not_served_comes_to_the_same(self):
        done = command(
            "import", self.log, "--mapping", MAPPING, "--store", self.server.store, "--settle",
            ASSAY_VIEWS=str(self.server.directory / "views"))
        token = re.search(r"token (assay_\S+)", done.stdout)
        self.assertIsNotNone(token, done.stdout)
        self.server.start()
        self.compare(Client(self.server, token[1]))


if __name__ == "__main__":
    unittest.main()
