# SPDX-License-Identifier: Apache-2.0
"""S6: markup in every field that a client or a visitor controls, and then every page in a real browser."""
import re
import unittest
from urllib.parse import urlencode, urlsplit

from assay_client import segment
from browser import BrowserCase, expect
from dashboard_account import CLOCK, group_of
from page_forms import Crawl, Page, Routes
from signed_in import SignedIn

# Whatever became part of the document: an element or an attribute of ours, a handler, a script's address.
FOUND = """() => [...document.querySelectorAll('*')].filter(each =>
    /^xss/i.test(each.localName)
    || [...each.attributes].some(one => /^(xss|on)/i.test(one.name))
    || ['href', 'src', 'action', 'formAction'].some(name => /^\\s*(javascript|data):/i.test(each[name]))
    || each.localName === 'script' && !each.src.startsWith(location.origin + '/assets/')
).map(each => each.outerHTML.slice(0, 300))"""
OPEN_ALL = "document.querySelectorAll('details').forEach(each => { each.open = true })"
# Kept in the log, and on no page.
UNSHOWN = {"idempotency", "erasure"}
ACCENT = "\u0301"


def attack(field):
    """Breaks out of a text, out of an attribute in either quotation mark, and out of a script, if anything
    can; each mark once as it is and once with an accent over it, which makes another character of it for
    whoever counts characters and not for a browser."""
    return (f"{field}\"{ACCENT} xss-a=1 '{ACCENT} xss-b=1 \" xss-c=1 ' xss-d=1 >{ACCENT}<xss-{field}>"
            f"</textarea></title><script>alert(1)</script><img src=x onerror=alert(2)>{{{{{{name}}}}}}")


class Planted:
    """A sandbox with an attack in every field that takes one."""

    def __init__(self, server, client):
        self.client, self.fields = client, set()
        self._agents()
        self._customers()
        self._outcomes()
        self._letters()
        self._people(server)

    def text(self, field):
        self.fields.add(field)
        return attack(field)

    def _agents(self):
        condition = {"any": [
            {"fact": self.text("fact"), "operator": "seen"},
            {"fact": self.text("action"), "operator": "match", "value": self.text("match")},
            {"not": {"fact": "resolved", "operator": "not_seen"}}]}
        for condition in (condition, {"all": [condition, {"fact": "reopened", "operator": "not_seen"}]}):
            self.client.put("/v1/agents/attacked", {"name": self.text("agentname"), "contract": {
                "condition": condition, "unit": self.text("unit"), "settlement_period": 3600}})
        self.client.agent("other")

    def _customers(self):
        self.client.put("/v1/rate-cards/attacked", {
            "name": self.text("cardname"), "currency": "USD",
            "entries": [{"agent_key": "attacked", "price_per_unit": "2.50"}]})
        self.customer = self.text("customerkey")
        self.client.put(f"/v1/customers/{segment(self.customer)}", {
            "name": self.text("customername"), "rate_card_key": "attacked"})
        self.client.delete_personal_data(self.customer, segment(self.text("erasure")))
        self.client.post("/v1/tokens", {"name": self.text("tokenlabel"), "scopes": ["read"]})

    def event(self, key, customer=None, **more):
        return self.client.post("/v1/events", {
            "key": key, "action": self.text("action"), "agent_key": "attacked",
            "customer_key": customer or self.customer,
            "idempotency_key": self.text("idempotency"),
            "properties": {"value": self.text("value"), self.text("metaname"): self.text("metavalue")}
        } | more)

    def _outcomes(self):
        self.key = self.text("outcomekey")
        self.event(self.key)
        self.client.advance(by=7200)
        self.event(self.key, idempotency_key="late")
        self.event(self.text("pendingkey"))

    def _letters(self):
        self.event(self.text("letterkey"), self.text("lostcustomer"))
        self.event(self.key, self.text("anothercustomer"), idempotency_key="another")
        unnamed = self.event(self.text("unnamedkey"), agent_key=None, action=self.text("unknown"))
        given_up = self.event(self.text("discardedkey"), attack("goner"))
        self.client.catch_up(given_up["position"])
        discarded = self.client.post("/v1/dead-letters/discard", {
            "ids": [given_up["event_id"]], "reason": self.text("reason")})
        self.client.catch_up(discarded["position"])
        self.group = group_of(self.client, attack("lostcustomer"))
        self.client.catch_up(unnamed["position"])

    def _people(self, server):
        self.email = '"\'><xss-email/xss-a=1>@example.com'
        self.fields.add("xss-email")
        self.visitor = SignedIn(
            server, self.client, self.email, name=self.text("username"))
        self.visitor.send("/dashboard/value", {
            "outcome_type": "deal_closed", "title": self.text("title"),
            "description": self.text("description"), "value_usd": "1"})


class MarkupTests(BrowserCase):
    @classmethod
    def prepare(cls):
        cls.client, cls.client_of_forms = [
            cls.server.create_account(attack("account"), clock=CLOCK) for _ in range(2)]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.planted = Planted(cls.server, cls.client)
        cls.visitor, cls.routes = cls.planted.visitor, Routes()

    def setUp(self):
        super().setUp()
        self.page.context.add_cookies([{
            "name": "assay_session", "value": self.visitor.cookie, "url": self.base}])
        self.page.on("dialog", self._asked_back)
        # An image that is asked for is a part of a page, too.
        self.page.on("request", self._looked_for)

    def _asked_back(self, dialog):
        self.complaints.append(f"asked: {dialog.message}")
        dialog.dismiss()

    def _looked_for(self, request):
        if urlsplit(request.url).path.endswith("/x"):
            self.complaints.append(f"looked for {request.url}")

    def assert_unharmed(self, what):
        self.page.evaluate(OPEN_ALL)
        self.assertEqual(self.page.evaluate(FOUND), [], what)
        self.assertEqual(self.complaints, [], what)

    def test_no_page_takes_what_was_stored_for_markup(self):
        step = f"/dashboard/dead-letters/groups/{self.planted.group}/redrive"
        given_up = f"/dashboard/outcomes/{segment(attack('discardedkey'))}"
        crawl = Crawl(self.visitor, self.routes, step, given_up)
        shown = set(UNSHOWN)
        for target, page in crawl.pages.items():
            if page is None:
                continue
            with self.subTest(target):
                shown |= {field for field in self.planted.fields if field in page.body}
                self.page.goto(target)
                self.assert_unharmed(target)
        self.assertEqual(self.planted.fields - shown, set(), "shown nowhere: this proves nothing")

    def test_no_page_takes_what_is_asked_for_for_markup(self):
        text = segment(attack("asked"))
        sections = {path.split("{")[0] for method, path in self.routes.all("GET")}
        for path in sorted(sections):
            query = "&".join(f"{name}={text}" for name in (
                "q", "from", "to", "cursor", "state", "agent_key", "customer_key", "outcome_key",
                "month", "done", "after", "at_version"))
            for target in (f"{path}?{query}", f"{path}{text}"):
                with self.subTest(target[:60]):
                    self.page.goto(target)
                    self.assert_unharmed(target)
        for target in (f"/sign-in?to={text}", f"/welcome/{text}", f"/{text}"):
            self.page.goto(target)
            self.assert_unharmed(target)

    def test_no_form_that_is_shown_again_takes_what_was_typed_for_markup(self):
        """Every form, with the attack in every field; then once more in a session that has ended.

        Some forms do their work, so they are sent in an account of their own. The page that keeps a
        form is the same for all of them: it is shown once.
        """
        visitor = Planted(self.server, self.client_of_forms).visitor
        crawl = Crawl(visitor, self.routes)
        guest = SignedIn.__new__(SignedIn)
        guest.server, guest.cookie = self.server, "A" * 43
        for route, forms in sorted(crawl.forms.items()):
            _, action, form = forms[0]
            typed = {name: attack(name.replace("_", "")) for name in form.names
                     if name not in ("form_token", "account")}
            if route[1].endswith(("sign-out", "sign-out-everywhere")):
                continue
            for who in (visitor, guest) if route[1] == "/dashboard/value" else (visitor,):
                with self.subTest(f"{action} {who is guest}"):
                    typed |= {attack("fieldname"): attack("fieldvalue")} if who is guest else {}
                    answer = who.send(action, typed, token=who is visitor and visitor.token)
                    if answer.status in (400, 401, 403, 409):
                        self.show(answer)
                        self.assert_unharmed(action)

    def show(self, answer):
        """Shows an answer to a form as if the browser had sent it."""
        headers = {name: value for name, value in answer.headers.items()
                   if name.lower() in ("content-type", "content-security-policy")}
        self.page.route("**/dashboard/shown", lambda route: route.fulfill(
            status=200, headers=headers, body=answer.body))
        self.page.goto("/dashboard/shown")
        self.page.unroute("**/dashboard/shown")

    def test_scripts_put_text_into_pages_and_no_markup(self):
        self.page.goto("/dashboard/outcomes")
        expect(self.page.locator(".live-word")).to_have_text("Live")
        self.planted.event(attack("livekey"), idempotency_key=None)
        expect(self.page.locator("table")).to_contain_text("livekey")
        self.assert_unharmed("a live row")
        self.page.goto("/dashboard/agents/attacked/edit")
        expect(self.page.locator("#builder .row").first).to_be_visible()
        self.page.get_by_role("button", name="Try it").click()
        expect(self.page.locator("#try-result")).to_contain_text("outcome")
        self.assert_unharmed("the builder")


if __name__ == "__main__":
    unittest.main()
