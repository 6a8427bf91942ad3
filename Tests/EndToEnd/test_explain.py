# SPDX-License-Identifier: Apache-2.0
"""An outcome as it was, and why it is: by API and by command, beside the running server."""
import json
import sqlite3
import unittest

from assay_server import Server, command, standard_catalog
from postgres_server import PostgresSite

CLOCK = "2026-03-04T09:00:00.000000Z"
KEY = "explained-key"
CONDITION = {"all": [
    {"fact": "resolved", "operator": "seen"}, {"fact": "reopened", "operator": "not_seen"},
    {"fact": "csat", "operator": "not_lt", "value": 3}]}


class ExplainTests(unittest.TestCase):
    maxDiff = 4000

    def make_server(self):
        return Server()

    def setUp(self):
        self.server = self.make_server()
        self.addCleanup(self.server.close)
        self.client = self.server.create_account("sandbox", clock=CLOCK)
        self.server.start()
        standard_catalog(self.client, period=3600)
        self.client.agent("support", CONDITION)
        self.client.event(KEY, "resolved", properties={"attribution": 2})
        self.client.advance(by=720)
        self.client.event(KEY, "csat", properties={"value": 2})
        self.client.advance(by=7200)
        late = self.client.event(KEY, "csat", properties={"value": 5})
        self.client.catch_up(late["position"])

    def tool(self, *arguments, **more):
        return command(*arguments, "--store", self.server.store, **more)

    def test_each_version_is_told_alike_by_history_state_explanation_and_command(self):
        history = self.client.history(KEY)
        self.assertEqual([fact["type"] for fact in history], [
            "outcome_opened", "signal_applied", "signal_applied", "outcome_settled",
            "signal_dead_lettered"])
        states = ["OPEN", "PENDING", "PENDING", "FAILED", "FAILED"]
        for version, state in enumerate(states, 1):
            path = f"/v1/outcomes/{KEY}"
            outcome = self.client.get(path, at_version=version)
            self.assertEqual((outcome["state"], outcome["at_version"]), (state, version))
            explained = self.client.get(f"{path}/explain", at_version=version)
            self.assertEqual((explained["state"], explained["version"]), (state, version))
            cut = self.client.get(f"{path}/history", at_version=version)["data"]
            self.assertEqual(cut, history[:version])
            told = self.tool("explain", KEY, "--at-version", str(version), "--json").stdout
            self.assertEqual(json.loads(told), explained)
            *facts, last = map(json.loads, self.tool(
                "replay", KEY, "--at-version", str(version), "--json").stdout.splitlines())
            self.assertEqual(facts, cut)
            self.assertEqual(last["outcome"], outcome)
            self.assertEqual(last["chain"], {
                "intact": True, "problem": None, "hash": history[version - 1]["hash"]})
        now = self.client.outcome(KEY)
        self.assertEqual(self.client.get(f"/v1/outcomes/{KEY}", at_version=5),
                         now | {"at_version": 5})

    def test_what_was_known_at_an_instant(self):
        for instant, version in (("2026-03-04T09:00:00Z", 2), ("2026-03-04T09:12:00Z", 3),
                                 ("2026-03-04T10:11:59.999999Z", 3), ("2026-03-04T10:12:00Z", 4),
                                 ("2027-01-01T00:00:00Z", 5)):
            outcome = self.client.get(f"/v1/outcomes/{KEY}", as_of=instant)
            self.assertEqual(outcome["at_version"], version, instant)
            last = self.tool("replay", KEY, "--as-of", instant, "--json").stdout.splitlines()[-1]
            self.assertEqual(json.loads(last)["outcome"], outcome)
        early = "2026-03-04T08:59:59Z"
        self.assertEqual(
            self.client.call("GET", f"/v1/outcomes/{KEY}?as_of={early}").status, 404)
        refused = self.tool("explain", KEY, "--as-of", early, check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("Nothing was known", refused.stderr)

    def test_the_reason_and_what_would_have_turned_it_are_told_to_people(self):
        told = self.tool("explain", KEY).stdout
        for words in (f"{KEY}: FAILED (version 5)", "✗ all of", "✓ resolved seen: 1 signal",
                      "✗ csat not_lt 3: 1 signal, latest value 2",
                      'CONFIRMED instead: "csat" 3 instead of 2', '"csat" is 1 off',
                      "quantity 2 (last of 1 attribution), amount 5 USD, not billed",
                      "1 dead letter outstanding", "csat: OUTCOME_NOT_OPEN"):
            self.assertIn(words, told)
        before = self.tool("explain", KEY, "--at-version", "2").stdout
        self.assertIn('FAILED instead: one "reopened" before 2026-03-04T10:00:00.000000Z', before)
        parked = self.client.event("parked-key", "resolved", customer="ghost")
        self.client.fate(parked["event_id"], parked["position"])
        told = self.tool("explain", "parked-key").stdout
        self.assertIn("1 signal waiting: CUSTOMER_NOT_FOUND (customer ghost, no agent named)", told)
        story = self.tool("replay", KEY).stdout
        self.assertIn("chain intact: 5 versions", story)

    def test_questions_that_mean_nothing_are_refused_in_a_sentence(self):
        for name in ("replay", "explain"):
            for arguments, words in (
                    (("--at-version", "6"), "no version 6"), (("--at-version", "0"), "from 1"),
                    (("--as-of", "yesterday"), "RFC 3339"),
                    (("--at-version", "1", "--as-of", CLOCK), "one at a time")):
                done = self.tool(name, KEY, *arguments, check=False)
                self.assertEqual(done.returncode, 1, done)
                self.assertRegex(done.stderr, rf"\Aassay: [^\n]*{words}[^\n]*\.\n\Z")


class PostgresExplainTests(PostgresSite, ExplainTests):
    pass


class TamperedTests(unittest.TestCase):
    def test_a_changed_event_breaks_the_chain_at_its_version(self):
        server = Server()
        self.addCleanup(server.close)
        client = server.create_account("sandbox", clock=CLOCK)
        server.start()
        standard_catalog(client)
        client.event(KEY, "resolved")
        posted = client.event(KEY, "note")
        client.catch_up(posted["position"])
        server.stop()
        with sqlite3.connect(server.path) as database:
            database.execute("DROP TRIGGER events_no_update")
            changed = database.execute(
                "UPDATE events SET body = CAST(replace(CAST(body AS TEXT), 'resolved', 'reopened')"
                " AS BLOB) WHERE version = 2 AND CAST(body AS TEXT) LIKE '%\"resolved\"%'")
            self.assertEqual(changed.rowcount, 1)
        database.close()
        for flag in ((), ("--json",)):
            done = command("replay", KEY, "--store", server.store, *flag, check=False)
            self.assertEqual(done.returncode, 1)
            self.assertIn("stored as version 2 does not have its hash", done.stderr)
        last = json.loads(done.stdout.splitlines()[-1])
        self.assertEqual((last["versions"], last["chain"]["intact"]), (1, False))


if __name__ == "__main__":
    unittest.main()
