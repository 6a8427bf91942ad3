# SPDX-License-Identifier: Apache-2.0
"""Customers, rate cards, tokens, members, the sandbox and dead letters, as pages without scripts."""
import re
import unittest

from assay_client import segment
from assay_server import Server
from page_visitor import Visitor, shown

ATTACK = "\"'><script>alert(1)</script>\u0301{{{name}}}"
CONDITION = [{"fact": "resolved", "operator": "seen"}]


class PageTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.close)
        cls.client = cls.server.create_account("Acme", sandbox=True)
        cls.other = cls.server.create_account("Other")
        cls.server.start()
        cls.admin = Visitor(cls.server, cls.client, "ada@example.com")
        cls.finance = Visitor(cls.server, cls.client, "fin@example.com", "finance")
        cls.reader = Visitor(cls.server, cls.client, "read@example.com", "read_only")
        cls.stranger = Visitor(cls.server, cls.other, "other@example.com")

    def assert_shows(self, page, text):
        self.assertEqual(page.status, 200, page.body)
        self.assertIn(shown(text), page.body)
        self.assertNotIn("<script>alert", page.body)

    def test_customer_is_made_changed_archived_and_revived(self):
        made = self.finance.send(
            "/dashboard/customers/new", {"key": ATTACK, "name": ATTACK, "rate_card_key": ""})
        page = self.finance.follow(made)
        self.assert_shows(page, ATTACK)
        self.assertIn("Saved.", page.body)
        root = "/dashboard/customers/" + segment(ATTACK)
        self.assert_shows(self.reader.get("/dashboard/customers?q=" + segment(ATTACK[:3])), ATTACK)
        self.finance.follow(self.finance.send(root + "/save", {"name": "Plain"}))
        self.assertEqual(self.client.get("/v1/customers/" + segment(ATTACK))["name"], "Plain")
        page = self.finance.follow(self.finance.send(root + "/archive"))
        self.assertIn("Archived", page.body)
        self.assertEqual(self.finance.send(root + "/save", {"name": "x"}).status, 409)
        self.finance.follow(self.finance.send(root + "/revive"))
        self.assertEqual(self.stranger.get(root).status, 404)

    def test_wrong_field_keeps_what_was_typed(self):
        page = self.admin.send(
            "/dashboard/customers/new",
            {"key": "kept", "name": "n" * 300, "rate_card_key": "none-such"})
        self.assertEqual(page.status, 400)
        self.assertIn("n" * 300, page.body)
        self.assertIn('aria-invalid="true"', page.body)

    def test_personal_data_goes_once_the_key_is_typed(self):
        self.client.put("/v1/customers/erased", {"name": "Erased", "rate_card_key": None})
        path = "/dashboard/customers/erased/erase"
        self.assertEqual(self.finance.send(path, {"confirm": "erased"}).status, 403)
        self.assertEqual(self.admin.send(path, {"confirm": "wrong"}).status, 400)
        self.assertEqual(
            self.client.get("/v1/customers/erased/personal-data")["erasures"], 0)
        page = self.admin.follow(self.admin.send(path, {"confirm": "erased", "reason": ATTACK}))
        self.assertIn("Personal data erased", page.body)
        self.assertEqual(
            self.client.get("/v1/customers/erased/personal-data")["erasures"], 1)

    def agent(self, key):
        self.client.put(f"/v1/agents/{key}", {
            "name": ATTACK,
            "contract": {"condition": CONDITION, "settlement_period": 3600}})

    def test_grid_says_beside_the_cell_what_is_wrong(self):
        self.agent("grid-agent")
        rows = [("name", ATTACK), ("currency", "USD"), ("key", "grid"),
                ("agent_key", ""), ("price_per_unit", ""),
                ("agent_key", "no-such"), ("price_per_unit", "1,5"),
                ("agent_key", "grid-agent"), ("price_per_unit", "0.123456789012345678")]
        page = self.finance.send("/dashboard/rate-cards/new", rows + [("do", "save")])
        self.assertEqual(page.status, 400)
        self.assertIn('id="price-problem-1"', page.body)
        self.assertNotIn('id="price-problem-0"', page.body)
        page = self.finance.send("/dashboard/rate-cards/new", rows + [("do", "add")])
        self.assertEqual(page.body.count('name="agent_key"'), 4)
        page = self.finance.send("/dashboard/rate-cards/new", rows + [("do", "remove-1")])
        self.assertNotIn("no-such", page.body)
        page = self.finance.follow(self.finance.send(
            "/dashboard/rate-cards/new", rows[:5] + rows[7:] + [("do", "save")]))
        self.assert_shows(page, ATTACK)
        self.assertIn("0.123456789012345678", page.body)
        stale = [("name", "Grid"), ("currency", "USD"), ("basis", "1"), ("do", "save")]
        page = self.finance.send("/dashboard/rate-cards/grid/edit", stale)
        self.assertIn("Somebody else has changed this card", page.body)
        self.assertEqual(self.stranger.get("/dashboard/rate-cards/grid").status, 404)

    def test_token_is_shown_once_and_revoked(self):
        self.assertEqual(self.finance.get("/dashboard/tokens").status, 403)
        page = self.admin.send("/dashboard/tokens", {"name": ATTACK, "scopes": "read"})
        self.assertEqual(page.status, 201)
        token = re.search(r'id="token">(assay_\w+)<', page.body)[1]
        listed = self.admin.get("/dashboard/tokens")
        self.assert_shows(listed, ATTACK)
        self.assertNotIn(token, listed.body)
        ident = "tok_" + token.split("_")[2]
        self.assertEqual(self.stranger.get(f"/dashboard/tokens/{ident}/revoke").status, 404)
        self.assertEqual(self.stranger.send(f"/dashboard/tokens/{ident}/revoke").status, 404)
        page = self.admin.follow(self.admin.send(f"/dashboard/tokens/{ident}/revoke"))
        self.assertIn("Revoked", page.body)

    def test_account_keeps_an_administrator(self):
        own = Visitor(self.server, self.other, "second@example.com", "finance")
        self.assertEqual(own.get("/dashboard/members").status, 403)
        page = self.stranger.get("/dashboard/members").body
        first, second = re.findall(r"/dashboard/members/(\d+)/remove", page)
        self.assertEqual(self.stranger.send(f"/dashboard/members/{first}/remove").status, 409)
        self.assertEqual(
            self.stranger.send(f"/dashboard/members/{first}/role", {"role": "finance"}).status, 409)
        self.assertEqual(self.admin.send(f"/dashboard/members/{second}/remove").status, 404)
        self.stranger.follow(self.stranger.send(f"/dashboard/members/{second}/remove"))
        self.assertNotIn("second@example.com", self.stranger.get("/dashboard/members").body)
        page = self.stranger.send(
            "/dashboard/members", {"email": "new@example.com", "role": "finance"})
        self.assertRegex(page.body, r"/welcome/[A-Za-z0-9_-]{43}")

    def test_letter_is_redriven_after_a_look_and_settles_with_the_clock(self):
        self.agent("lost")
        self.client.put("/v1/rate-cards/lost-card", {
            "name": "Lost", "currency": "USD",
            "entries": [{"agent_key": "lost", "price_per_unit": "2.5"}]})
        posted = self.client.post("/v1/events", {
            "key": "lost-0001" + ATTACK, "action": "resolved", "customer_key": "late" + ATTACK,
            "agent_key": "lost"})
        page = self.reader.get("/dashboard/dead-letters?after=" + posted["position"])
        self.assert_shows(page, "late" + ATTACK)
        group = re.search(r"/dashboard/dead-letters/groups/grp_[0-9a-f]+", page.body)[0]
        self.client.put("/v1/customers/" + segment("late" + ATTACK), {
            "name": "Late", "rate_card_key": "lost-card"})
        page = self.reader.get(group)
        self.assertIn("It is there now", page.body)
        self.assertIn("2.50 USD", page.body)
        self.assertNotIn(">Redrive 1<", page.body)
        letter = "/dashboard/dead-letters/letters/" + posted["event_id"]
        self.assert_shows(self.reader.get(letter), ATTACK)
        for path in (group, letter, group + "/redrive"):
            self.assertEqual(self.stranger.get(path).status, 404, path)
        self.assertEqual(self.admin.send(group + "/discard", {"reason": " "}).status, 400)
        page = self.admin.follow(self.admin.send(group + "/redrive", {"cursor": ""}))
        self.assertIn("Sent to be tried again", page.body)
        page = self.admin.get("/dashboard/sandbox")
        self.assert_shows(page, "lost-0001" + ATTACK)
        instant = re.search(r'name="to" value="([^"]+)"', page.body)[1]
        page = self.admin.follow(self.admin.send("/dashboard/sandbox/advance", {"to": instant}))
        self.assertIn("1 CONFIRMED", page.body)
        self.assertIn("2.50 USD", page.body)
        page = self.admin.send("/dashboard/sandbox/advance", {"amount": "-1", "unit": "days"})
        self.assertEqual(page.status, 400)

    def test_sandbox_is_made_and_opened(self):
        maker = Visitor(self.server, self.other, "maker@example.com")
        self.assertEqual(maker.send("/dashboard/sandbox/advance", {"amount": "1"}).status, 404)
        page = maker.follow(maker.send("/dashboard/sandbox/new", {"name": ATTACK}))
        self.assert_shows(page, ATTACK)
        self.assertIn("The test clock", page.body)

    def test_every_form_needs_the_right_and_the_token(self):
        self.client.put("/v1/customers/guarded", {"name": "Guarded", "rate_card_key": None})
        forms = [
            "/dashboard/customers/new", "/dashboard/customers/guarded/save",
            "/dashboard/customers/guarded/archive", "/dashboard/customers/guarded/revive",
            "/dashboard/customers/guarded/erase", "/dashboard/rate-cards/new",
            "/dashboard/tokens", "/dashboard/members", "/dashboard/members/1/role",
            "/dashboard/members/1/remove", "/dashboard/sandbox/advance", "/dashboard/sandbox/new",
            "/dashboard/dead-letters/groups/grp_00/redrive",
            "/dashboard/dead-letters/groups/grp_00/discard"]
        for path in forms:
            self.assertEqual(self.reader.send(path, {"name": "x"}).status, 403, path)
            page = self.admin.send(path, {"name": "x"}, token="A" * 43)
            self.assertIn("Send it again?", page.body, path)
            page = self.admin.send(path, {"name": "x"}, **{"Sec-Fetch-Site": "cross-site"})
            self.assertEqual(page.status, 403, path)
        self.assertEqual(self.client.get("/v1/customers/guarded")["name"], "Guarded")


if __name__ == "__main__":
    unittest.main()
