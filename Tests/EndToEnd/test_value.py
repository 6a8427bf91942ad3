# SPDX-License-Identifier: Apache-2.0
"""`/api/outcomes`: value that agents have delivered, through kills, retries, audits and copies."""
import http.client
import re
import sqlite3
import threading
import unittest
from decimal import Decimal
from urllib.parse import urlencode

from assay_client import Client
from assay_server import Server, command, standard_catalog, wait_until
from audit_store import audit
from page_visitor import Visitor
from postgres_server import PostgresSite, PostgresStoreServer

KEY = "an-internal-key-of-tests"
PATH = "/api/outcomes"
KILLS = 5
CLOCK = "2024-02-29T23:59:59.000000Z"


def live_copy(catalog):
    """The file with the rows of delivered value that are read."""
    with sqlite3.connect(f"file:{catalog}?mode=ro", uri=True) as database:
        found = database.execute(
            "SELECT live FROM copies WHERE projection = 'value_delivered'").fetchone()
    return f"{catalog}.value.{'b' if found and found[0] == 1 else 'a'}"


class ValueTests(unittest.TestCase):
    maxDiff = 4000

    def make_server(self):
        return Server()

    def views(self):
        """The live copy of delivered value."""
        return live_copy(f"{self.server.path}.views")

    def settings(self):
        return {}

    def setUp(self):
        self.server = self.make_server()
        self.addCleanup(self.server.close)
        self.client = self.server.create_account("live")
        self.start()
        self.service = Client(self.server, KEY)

    def start(self, **more):
        self.server.start(**({
            "ASSAY_INTERNAL_API_KEY": KEY,
            "ASSAY_INTERNAL_API_ACCOUNT": self.client.account_id} | more))

    def record(self, title, key=None, client=None, **more):
        headers = {"Idempotency-Key": key} if key else {}
        body = {"outcomeType": "deal_closed", "title": title} | more
        return (client or self.service).call("POST", PATH, body, headers)

    def join(self, name, role):
        """The cookie of a new member of the account who has signed in."""
        done = command(
            "user", "invite", "--store", self.server.store, "--account", self.client.account_id,
            "--email", f"{name}@example.com", "--role", role, **self.settings())
        path = re.search(r"/welcome/\S+", done.stdout)[0]
        form = urlencode({"name": name, "password": "a perfectly fine one"}).encode()
        answer = Client(self.server).call("POST", path, form, {
            "Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"})
        self.assertEqual(answer.status, 303, answer.body)
        return {"Cookie": answer.headers["Set-Cookie"].split(";")[0]}

    def rows(self):
        """Title and value of each record in the read model."""
        with sqlite3.connect(f"file:{self.views()}?mode=ro", uri=True) as database:
            return database.execute("SELECT title, usd FROM value_records").fetchall()

    def sums(self):
        with sqlite3.connect(f"file:{self.views()}?mode=ro", uri=True) as database:
            return database.execute(
                "SELECT kind, records, usd FROM value_months WHERE is_user = 0").fetchall()

    def assert_sound(self, records):
        status, report, told = audit(self.server.store, **self.settings())
        self.assertEqual((status, report["findings"]), (0, []), told)
        values = {account["account"]: account["values"] for account in report["accounts"]}
        self.assertEqual(values.get(self.client.account_id), records)

    def test_a_record_is_there_when_it_is_answered(self):
        answer = self.record(
            "Renewal", valueUsd=Decimal("0.10"), agentId=7, metadata={"a": [1, "é"]})
        self.assertEqual((answer.status, answer.body), (200, {"ok": True}))
        self.assertEqual(self.rows(), [("Renewal", "0.1")])
        self.assert_sound(1)

    def test_whoever_has_no_key_is_turned_away_in_the_form_of_this_api(self):
        for client in (Client(self.server), Client(self.server, "wrong"), self.client):
            for method in ("GET", "POST"):
                answer = client.call(method, PATH, {} if method == "POST" else None)
                self.assertEqual((answer.status, answer.body), (401, {"error": "Unauthorized"}))
        self.assertEqual(self.service.call("GET", PATH).status, 401)
        self.assertEqual(self.service.call("GET", "/v1/outcomes").status, 401)
        self.assertEqual(self.record("T", outcomeType="x").body, {"error": "Invalid outcome_type"})
        self.assertEqual(self.record("T", userId=1).body, {"error": "Invalid user_id"})
        self.assertNotIn(KEY, self.server.log.read_text("utf-8", "replace"))

    def test_a_session_records_and_reads_what_is_its_users(self):
        ann, bob, dora = (
            self.join(name, role) for name, role in
            (("ann", "admin"), ("bob", "finance"), ("dora", "read_only")))
        guest = Client(self.server)
        body = {"outcomeType": "content_published", "title": "É", "valueUsd": Decimal("0.30"),
                "agentId": 5, "metadata": {"b": Decimal("1.0"), "a": "é"}}
        once = {"Idempotency-Key": "once"}
        first = guest.call("POST", PATH, body, ann | once)
        self.assertEqual(first.status, 200)
        self.assertEqual(guest.call("POST", PATH, body, ann | once).body, first.body)
        listed = guest.call("GET", PATH, None, ann)
        self.assertEqual(listed.status, 200)
        record, = listed.body
        created, user = record.pop("created_at"), record.pop("user_id")
        self.assertRegex(created, r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")
        self.assertEqual(record, {
            "id": first.body["id"], "agent_id": 5, "outcome_type": "content_published",
            "title": "É", "description": None, "value_usd": Decimal("0.3"),
            "metadata": {"a": "é", "b": 1}})
        self.assertEqual(guest.call("GET", PATH, None, bob).body, [])
        # A service records for a member, who sees it at once, the newest first.
        self.assertEqual(self.record("of a service", userId=user).status, 200)
        titles = [record["title"] for record in guest.call("GET", PATH, None, ann).body]
        self.assertEqual(titles, ["of a service", "É"])
        refused = guest.call("POST", PATH, body, dora)
        self.assertEqual((refused.status, refused.body), (403, {"error": "Forbidden"}))
        form = ann | {"Content-Type": "text/plain"}
        self.assertEqual(guest.call("POST", PATH, body, form).status, 415)
        # What a session has recorded is there after a kill, and so is the session.
        self.server.kill()
        self.start()
        again = guest.call("GET", PATH, None, ann)
        self.assertEqual([record["title"] for record in again.body], titles)
        self.assert_sound(2)

    def test_a_form_that_is_sent_twice_is_one_record(self):
        visitor = Visitor(self.server, self.client, "ada@example.com")
        page = visitor.get("/dashboard/value").body
        once = re.search(r'name="once" value="([0-9a-f]{64})"', page)[1]
        form = {"outcome_type": "task_complete", "title": "Twice", "value_usd": "7", "once": once}
        for _ in range(2):
            shown = visitor.follow(visitor.send("/dashboard/value", form))
            self.assertEqual(shown.body.count("<bdi>Twice</bdi>"), 1)
        other = visitor.send("/dashboard/value", form | {"title": "Another"})
        self.assertEqual(other.status, 400)
        self.assertIn("This form was sent before", other.body)
        self.assertIn('value="Another"', other.body)
        new = re.search(r'name="once" value="([0-9a-f]{64})"', other.body)[1]
        self.assertNotEqual(new, once)
        again = visitor.follow(
            visitor.send("/dashboard/value", form | {"title": "Another", "once": new}))
        self.assertEqual(again.body.count("<bdi>Another</bdi>"), 1)

    def test_what_was_answered_survives_kills_and_retries_count_once(self):
        answered, unanswered = set(), set()
        for kill in range(KILLS):
            done = threading.Event()

            def load(kill=kill, done=done):
                client = self.service.clone()
                try:
                    for number in range(100_000):
                        title = f"{kill}-{number}"
                        unanswered.add(title)
                        answer = self.record(title, title, client, valueUsd=Decimal("0.1"))
                        if answer.status == 200:
                            unanswered.discard(title)
                            answered.add(title)
                        if number == 20:
                            done.set()
                except (OSError, http.client.HTTPException):
                    pass  # the server has gone, as it was meant to

            thread = threading.Thread(target=load)
            thread.start()
            self.assertTrue(done.wait(60))
            self.server.kill()
            thread.join()
            self.start()
            for title in sorted(unanswered | set(sorted(answered)[:20])):
                answer = self.record(title, title, valueUsd=Decimal("0.1"))
                self.assertEqual(answer.status, 200, answer.body)
                answered.add(title)
            unanswered.clear()
        wait_until(lambda: len(self.rows()) >= len(answered), "the read model has all")
        self.assertEqual(sorted(self.rows()), sorted((title, "0.1") for title in answered))
        total = format((Decimal("0.1") * len(answered)).normalize(), "f")
        self.assertEqual(sum(count for _, count, _ in self.sums()), len(answered))
        self.assertEqual(self.sums(), [("deal_closed", len(answered), total)])
        self.assert_sound(len(answered))

    def test_a_body_that_is_another_under_the_same_key_is_refused(self):
        self.assertEqual(self.record("T", "once").status, 200)
        self.assertEqual(self.record("T", "once").status, 200)
        answer = self.record("U", "once")
        self.assertEqual((answer.status, answer.body), (400, {"error": "Invalid idempotency_key"}))
        self.assertEqual(self.rows(), [("T", None)])

    def test_it_lies_among_outcomes_and_disturbs_none(self):
        standard_catalog(self.client)
        for number in range(40):
            self.client.event(f"outcome-{number:04}", "resolved", agent_key="support")
            self.assertEqual(self.record(f"n{number}").status, 200)
        position = self.client.event("outcome-last", "resolved", agent_key="support")["position"]
        self.client.catch_up(position)
        self.assertEqual(len(self.client.outcomes()), 41)
        self.assertEqual(self.client.dead_letters(), [])
        self.assertEqual(len(self.rows()), 40)
        self.assert_sound(40)
        command("rebuild", "value", "--store", self.server.store, **self.settings())
        self.assertEqual(len(self.rows()), 40)

    def test_in_a_sandbox_it_is_dated_by_the_test_clock(self):
        self.server.stop()
        sandbox = self.server.create_account("sandbox", clock=CLOCK)
        self.client = sandbox
        self.start()
        self.assertEqual(self.record("February", valueUsd=1).status, 200)
        sandbox.advance(by=1)
        self.assertEqual(self.record("March", valueUsd=2).status, 200)
        self.assertEqual(self.sums(), [("deal_closed", 1, "1"), ("deal_closed", 1, "2")])
        self.assert_sound(2)

    def test_a_key_that_is_too_short_or_without_account_does_not_start(self):
        self.server.stop()
        for settings, words in (
                ({"ASSAY_INTERNAL_API_KEY": "short"}, "16 to 256"),
                ({"ASSAY_INTERNAL_API_ACCOUNT": ""}, "set together"),
                ({"ASSAY_INTERNAL_API_ACCOUNT": "nobody"}, "not the id of an account"),
                ({"ASSAY_INTERNAL_API_ACCOUNT": "acct_nobody"}, "There is no account")):
            with self.assertRaises(AssertionError) as failure:
                self.start(**settings)
            self.server.process = None
            self.assertIn(words, str(failure.exception))
            self.assertNotIn("short\n", str(failure.exception))
        self.start()


class CopiedValueTests(PostgresSite, unittest.TestCase):
    def test_a_copy_to_postgresql_has_the_same_records(self):
        server = Server()
        self.addCleanup(server.close)
        account = server.create_account("live")
        settings = {"ASSAY_INTERNAL_API_KEY": KEY,
                    "ASSAY_INTERNAL_API_ACCOUNT": account.account_id}
        server.start(**settings)
        service = Client(server, KEY)
        body = {"outcomeType": "task_complete", "title": "T", "metadata": {"a": 1}}
        once = {"Idempotency-Key": "once"}
        self.assertEqual(service.call("POST", PATH, body, once).status, 200)
        for number in range(20):
            self.assertEqual(service.call("POST", PATH, body | {"title": str(number)}).status, 200)
        server.stop()
        url = self.postgres.renew_database("assay")
        command("copy", "--from", server.store, "--to", url)
        other = PostgresStoreServer(url)
        self.addCleanup(other.close)
        other.start(**settings)
        service = Client(other, KEY)
        self.assertEqual(service.call("POST", PATH, body, once).status, 200)
        views = str(other.directory / "views")
        status, report, told = audit(url, ASSAY_VIEWS=views)
        self.assertEqual((status, report["findings"]), (0, []), told)
        self.assertEqual([account["values"] for account in report["accounts"]], [21])
        with sqlite3.connect(f"file:{live_copy(views)}?mode=ro", uri=True) as database:
            (count,), = database.execute("SELECT count(*) FROM value_records")
        self.assertEqual(count, 21)


class PostgresValueTests(PostgresSite, ValueTests):
    def views(self):
        return live_copy(f"{self.server.directory}/views")

    def settings(self):
        return {"ASSAY_VIEWS": str(self.server.directory / "views")}


if __name__ == "__main__":
    unittest.main()
