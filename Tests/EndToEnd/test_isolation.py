# SPDX-License-Identifier: Apache-2.0
"""Two sandboxes and a live account side by side: nobody sees or moves what is not theirs."""
import unittest

from assay_client import Client, encoded, segment
from assay_server import Server, standard_catalog

CLOCK = "2021-03-01T00:00:00.000000Z"
SHARED_KEY = "shared-key"
LISTS = ("outcomes", "dead-letters", "ledger/postings", "ledger/balances", "agents", "customers",
         "rate-cards", "tokens")
EVENT = {"key": "scope-key", "action": "resolved", "customer_key": "acme"}
CONTRACT = {"name": "A", "contract": {"condition": [{"fact": "done", "operator": "seen"}]}}
# Every call behind a token, with a body that is good and the scope that it needs.
CALLS = (
    ("POST", "/v1/events", EVENT, "ingest"),
    ("POST", "/v1/events/batch", [EVENT], "ingest"),
    ("GET", "/v1/events/{event}", None, "read"),
    ("GET", "/v1/outcomes", None, "read"),
    ("GET", "/v1/outcomes/{key}", None, "read"),
    ("GET", "/v1/outcomes/{key}/history", None, "read"),
    ("GET", "/v1/ledger/postings", None, "read"),
    ("GET", "/v1/ledger/balances", None, "read"),
    ("GET", "/v1/dead-letters", None, "read"),
    ("GET", "/v1/dead-letters/{letter}", None, "read"),
    ("POST", "/v1/dead-letters/redrive", {"filter": {}, "dry_run": True}, "admin"),
    ("POST", "/v1/dead-letters/discard", {"filter": {}, "dry_run": True}, "admin"),
    ("PUT", "/v1/agents/support2", CONTRACT, "admin"),
    ("GET", "/v1/agents/support", None, "read"),
    ("GET", "/v1/agents", None, "read"),
    ("GET", "/v1/agents/support/versions", None, "read"),
    ("DELETE", "/v1/agents/support2", None, "admin"),
    ("PUT", "/v1/customers/scoped", {"name": "S"}, "admin"),
    ("GET", "/v1/customers/acme", None, "read"),
    ("GET", "/v1/customers", None, "read"),
    ("DELETE", "/v1/customers/scoped", None, "admin"),
    ("PUT", "/v1/rate-cards/scoped", {"name": "S", "currency": "USD", "entries": []}, "admin"),
    ("GET", "/v1/rate-cards/standard", None, "read"),
    ("GET", "/v1/rate-cards", None, "read"),
    ("DELETE", "/v1/rate-cards/scoped", None, "admin"),
    ("POST", "/v1/tokens", {"name": "t", "scopes": ["read"]}, "admin"),
    ("GET", "/v1/tokens", None, "admin"),
    ("GET", "/v1/test-clock", None, "read"),
    ("POST", "/v1/test-clock/advance", {"by": 0}, "admin"),
)


class IsolationTests(unittest.TestCase):
    maxDiff = 4000

    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.close)
        cls.first = cls.server.create_account("first", clock=CLOCK)
        cls.second = cls.server.create_account("second", clock=CLOCK)
        cls.live = cls.server.create_account("live")
        cls.server.start()
        cls.events, cls.letters = {}, {}
        for number, client in enumerate((cls.first, cls.second, cls.live)):
            standard_catalog(client)
            for key in (SHARED_KEY, f"only-of-{number}"):
                cls.events[client] = client.event(key, "resolved", idempotency_key="1")
            cls.letters[client] = client.event("parked-key", "resolved", customer=f"nobody{number}")
            for sent in (cls.events[client], cls.letters[client]):
                client.catch_up(sent["position"])

    def everything(self, client):
        """All that an account's admin can read, as text."""
        read = {name: list(client.pages(f"/v1/{name}")) for name in LISTS}
        for key in (SHARED_KEY, "parked-key"):
            read[key] = client.history(key)
        if client is not self.live:
            read["clock"] = client.now()
        return encoded(read)

    def test_one_key_in_three_accounts_is_three_outcomes(self):
        ids = {client.history(SHARED_KEY)[1]["data"]["signal"]["event_id"]
               for client in self.events}
        self.assertEqual(len(ids), 3)

    def test_advancing_one_clock_by_180_days_moves_nothing_in_the_others(self):
        others = (self.second, self.live)
        before = [self.everything(client) for client in others]
        self.first.advance(by=180 * 86_400)
        self.assertEqual(self.first.outcome(SHARED_KEY)["state"], "CONFIRMED")
        posting, = self.first.postings(outcome_key=SHARED_KEY)
        self.assertEqual(posting["amount"], "2.5")
        self.assertEqual(before, [self.everything(client) for client in others])
        for client in others:
            self.assertEqual(client.outcome(SHARED_KEY)["state"], "PENDING")
            self.assertEqual(client.totals(), {})

    def test_an_event_from_the_future_moves_only_its_own_sandbox(self):
        before = [self.everything(self.second), self.everything(self.live)]
        sent = self.first.event("future-key", "resolved", occurred_at="2031-01-01T00:00:00Z")
        self.first.catch_up(sent["position"])
        self.assertEqual(self.first.now(), "2031-01-01T00:00:00.000000Z")
        self.assertEqual(before, [self.everything(self.second), self.everything(self.live)])

    def test_foreign_ids_and_keys_answer_404(self):
        for number, owner in enumerate(self.events):
            paths = [
                f"/v1/events/{self.events[owner]['event_id']}",
                f"/v1/events/{self.letters[owner]['event_id']}",
                f"/v1/outcomes/only-of-{number}", f"/v1/outcomes/only-of-{number}/history",
                f"/v1/dead-letters/{self.letters[owner]['event_id']}",
                f"/v1/tokens/{next(owner.pages('/v1/tokens'))['id']}"]
            for kind, key in (("agents", "own-agent"), ("customers", "own customer"),
                              ("rate-cards", "own-card")):
                key = f"{key}{number}"
                paths.append(f"/v1/{kind}/{segment(key)}")
            owner.agent(f"own-agent{number}")
            owner.rate_card(f"own-card{number}", {})
            owner.customer(f"own customer{number}")
            for stranger in self.events:
                for path in paths:
                    with self.subTest(path=path, stranger=stranger is not owner):
                        answer = stranger.call("GET", path)
                        self.assertEqual(answer.status, 200 if stranger is owner else 404)
                        if stranger is not owner:
                            self.assertEqual(answer.code, "NOT_FOUND")

    def test_strangers_cannot_change_anything(self):
        before = self.everything(self.second)
        own = next(self.second.pages("/v1/tokens"))["id"]
        letter = self.letters[self.second]["event_id"]
        for method, path, body in (
                ("DELETE", f"/v1/tokens/{own}", None),
                ("DELETE", "/v1/customers/nobody1", None),
                ("POST", "/v1/dead-letters/redrive", {"ids": [letter]}),
                ("POST", "/v1/dead-letters/redrive", {"ids": [letter], "dry_run": True}),
                ("POST", "/v1/dead-letters/discard", {"ids": [letter], "reason": "mine now"})):
            with self.subTest(path=path):
                self.assertEqual(self.first.call(method, path, body).status, 404)
        self.first.post("/v1/dead-letters/discard", {
            "filter": {"customer_key": "nobody1"}, "reason": "by filter"})
        self.assertEqual(self.everything(self.second), before)

    def test_a_foreign_cursor_shows_nothing_of_its_owner(self):
        self.second.event("only-of-the-second", "resolved")
        answer = self.second.event("another-of-the-second", "resolved", customer="nobody9")
        for name in LISTS:
            page = self.second.get(f"/v1/{name}", limit=1, after=answer["position"])
            if page["next_cursor"] is None:
                continue
            with self.subTest(list=name):
                path = f"/v1/{name}?cursor={page['next_cursor']}"
                foreign = self.first.call("GET", path)
                self.assertTrue(foreign.status == 404 or foreign.body["data"] == [], foreign.body)
                self.assertEqual(self.second.call("GET", path).status, 200)

    def test_every_call_needs_a_token_and_its_scope(self):
        made = {scope: self.second.post("/v1/tokens", {"name": scope, "scopes": [scope]})
                for scope in ("ingest", "read", "admin")}
        for method, path, body, needed in CALLS:
            path = path.format(
                event=self.events[self.second]["event_id"], key=SHARED_KEY,
                letter=self.letters[self.second]["event_id"])
            for scope, token in made.items():
                with self.subTest(call=f"{method} {path}", scope=scope):
                    answer = self.second.clone(token["token"]).call(method, path, body)
                    if scope in (needed, "admin"):
                        self.assertIn(answer.status, (200, 201, 202), answer.body)
                    else:
                        self.assertEqual((answer.status, answer.code), (403, "FORBIDDEN"))
            for bad in (None, "", "assay_x_y_z", made["admin"]["token"][:-1] + "~", "é"):
                with self.subTest(call=f"{method} {path}", token=bad):
                    headers = {} if bad is None else {
                        "Authorization": f"Bearer {bad}".encode("utf-8")}
                    answer = Client(self.server).call(method, path, body, headers)
                    self.assertEqual((answer.status, answer.code), (401, "TOKEN_INVALID"))
        revoked = self.second.clone(made["read"]["token"])
        self.second.delete(f"/v1/tokens/{made['read']['id']}")
        self.assertEqual(revoked.call("GET", "/v1/outcomes").status, 401)

    def test_a_live_account_has_no_test_clock(self):
        self.assertEqual(self.live.call("GET", "/v1/test-clock").status, 404)
        self.assertEqual(
            self.live.call("POST", "/v1/test-clock/advance", {"by": 60}).status, 404)


if __name__ == "__main__":
    unittest.main()
