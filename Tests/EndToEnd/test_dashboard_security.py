# SPDX-License-Identifier: Apache-2.0
"""S3 and S6 over every page and every form of the dashboard, driven by the list of its routes: forged
forms, other people's things, other roles."""
import html
import json
import re
import unittest

from assay_client import segment
from dashboard_account import CONDITION
from dashboard_case import AGAIN, FOREIGN_ORIGINS, STEP, UNSAID, DashboardCase, House
from page_forms import Crawl
from page_visitor import PASSWORD
from signed_in import SignedIn

MAY = {"admin": {"read", "price", "administer"}, "finance": {"read", "price"}, "read_only": {"read"}}
# A group of dead letters that has been emptied is gone: whoever sends its form twice is told so.
EMPTIED = {STEP, "/dashboard/dead-letters/groups/{group}/discard"}
# By the beginning of a route: whose id stands there.
KINDS = {f"/dashboard/{path}/": path.split("/")[-1] for path in (
    "agents", "customers", "rate-cards", "outcomes", "events", "ledger/postings",
    "dead-letters/groups", "dead-letters/letters", "tokens", "members")}
PLACES = re.compile(r'\b(href|action|formaction)="(/dashboard[^"]*)"')


def setUpModule():
    DashboardCase.house = House()


def tearDownModule():
    DashboardCase.house.close()


class CoverageTests(DashboardCase):
    def test_links_lead_to_every_page_and_every_form(self):
        crawls = [self.crawl, self.live_crawl]
        visited = set().union(*(crawl.routes for crawl in crawls))
        self.assertEqual(self.routes.all("GET") - visited, set(), "no link leads there")
        shown = set().union(*(crawl.forms for crawl in crawls))
        self.assertEqual(self.routes.all("POST") - shown, set(), "no page has this form")
        for crawl, visitor in zip(crawls, (self.admin, self.live_admin)):
            for forms in crawl.forms.values():
                for page, action, form in forms:
                    tokens = [value for name, value in form.fields if name == "form_token"]
                    self.assertEqual(tokens, [visitor.token], f"{action} on {page}")


class ForgedFormTests(DashboardCase):
    def test_form_counts_only_with_its_sessions_token_and_from_here(self):
        for route, visitor, form in self.forms():
            self.assertEqual(form.tokens, [visitor.token])
            before = self.written.now()
            for token in (False, "", "A" * 43, self.stranger.token, self.other(visitor).token):
                answer = visitor.send(form.action, form.fields, token=token)
                self.assertIn(AGAIN, answer.body)
                self.assertEqual(self.written.now(), before, f"done with {token!r}")
                self.assert_refused(visitor.send(form.action, form.fields, token, **UNSAID), before)
            for headers in FOREIGN_ORIGINS:
                self.assert_refused(visitor.send(form.action, form.fields, **headers), before)
            self.assert_does_its_work(
                route, form, visitor.send(form.action, form.fields), before)

    def other(self, visitor):
        """Another session of the same person, or of somebody else in the account."""
        return self.admin if visitor is not self.admin else self.live_admin

    def test_guests_form_counts_only_from_here(self):
        link, guest = self.invitation("guest@example.com"), self.guest()
        before = self.written.now()
        for path, fields in (
                ("/sign-in", {"email": "ada@example.com", "password": PASSWORD}),
                (link, {"name": "Guest", "password": PASSWORD})):
            for headers in (*FOREIGN_ORIGINS, UNSAID):
                self.assert_refused(guest.send(path, fields, **headers), before)
            self.assertIsNone(guest.cookie)
            self.assertEqual(guest.send(path, fields).status, 303)
            guest.cookie, before = None, self.written.now()

    def test_session_changes_nothing_through_the_api_without_its_token(self):
        before = self.written.now()
        for headers in ({}, {"X_CSRF_Token": "A" * 43}, {"X_CSRF_Token": self.stranger.token}):
            answer = self.admin._call(
                "PUT", "/v1/customers/forged", '{"name":"x"}',
                {"Content_Type": "application/json"} | headers)
            self.assertEqual(answer.status, 403, answer.body)
        self.assertEqual(self.written.now(), before)


class ForeignTests(DashboardCase):
    FIELDS = {
        "name": "x", "role": "admin", "reason": "x", "period": "60", "currency": "USD",
        "condition": json.dumps(CONDITION), "based_on": "1", "basis": "1", "do": "save"}

    def setUp(self):
        self.their_ids["members"] = str(self.stranger.number)

    def test_foreign_id_is_an_id_that_never_was(self):
        before = self.written.now()
        for method, pattern in sorted(self.routes.rights):
            start, brace, _ = pattern.partition("{")
            if not brace:
                continue
            with self.subTest(f"{method} {pattern}"):
                theirs = self.their_ids[KINDS[start]]
                path = re.sub(r"\{\w+\}", segment(theirs), pattern)
                never = re.sub(r"\{\w+\}", segment(never_was(theirs)), pattern)
                if method == "GET":
                    self.assertEqual(self.stranger.get(path).status, 200, "else it proves little")
                    answers = [self.admin.get(path), self.admin.get(never)]
                else:
                    fields = self.FIELDS | {"confirm": theirs}
                    answers = [self.admin.send(to, fields) for to in (path, never)]
                status = 303 if method == "POST" and pattern in EMPTIED else 404
                self.assertEqual([answer.status for answer in answers], [status, status])
                self.assertEqual(answers[0].location, answers[1].location)
                told = [plain(answer.body, theirs, never_was(theirs)) for answer in answers]
                self.assertEqual(*told)
        self.assertEqual(self.written.now(), before)

    def test_account_of_others_is_not_opened(self):
        answers = [
            self.admin.send("/dashboard/open-account", {"account": account})
            for account in (self.theirs.account_id, never_was(self.theirs.account_id))]
        self.assertEqual([answer.status for answer in answers], [404, 404])
        self.assertEqual(*(plain(answer.body) for answer in answers))

    def test_places_and_filters_of_others_show_nothing_of_theirs(self):
        crawl = Crawl(self.stranger, self.routes)
        names = re.compile(r"theirs (agent|card|customer|token|unit|value|note)")
        seen = sum(bool(names.search(page.body)) for page in crawl.pages.values() if page)
        self.assertGreater(seen, 10, "else it proves little")
        for target in crawl.pages:
            answer = self.admin.get(target)
            self.assertIn(answer.status, (200, 400, 404), target)
            self.assertIsNone(names.search(answer.body), target)

    def test_session_reads_nothing_of_others_through_the_api(self):
        paths = {"postings": None, "groups": None, "letters": "dead-letters", "members": None}
        for kind, known in self.their_ids.items():
            section = paths.get(kind, kind)
            if section:
                path = f"/v1/{section}/{segment(known)}"
                self.assertEqual(self.stranger.get(path).status, 200, path)
                self.assertEqual(self.admin.get(path).status, 404, path)


def never_was(known):
    """An id of the same form that nobody has."""
    return str(10**9) if known.isdigit() else known[:-1] + ("1" if known[-1] == "0" else "0")


def plain(body, *known):
    """A page without what differs from request to request."""
    for text in known:
        body = body.replace(text, "ID")
    return re.sub(r"req_\w+", "REQUEST", body)


class RoleTests(DashboardCase):
    def right(self, method, target):
        route = self.routes.of(method, target)
        return self.routes.rights[route] if route else "read"

    def test_role_sees_what_it_may_and_no_button_for_the_rest(self):
        for role in ("finance", "read_only"):
            rights = MAY[role]
            for client, crawl in ((self.sandbox, self.crawl), (self.live, self.live_crawl)):
                email = f"{role}-{next(self.numbers)}@example.com"
                visitor = SignedIn(self.server, client, email, role)
                for target in crawl.pages:
                    with self.subTest(f"{role} {target}"):
                        self.look(visitor, target, rights)

    def look(self, visitor, target, rights):
        answer = visitor.get(target)
        may = self.right("GET", target) in rights
        self.assertEqual(answer.status, 200 if may else 403, answer.body[:400])
        if "html" not in answer.headers["Content-Type"]:
            return
        for attribute, target in PLACES.findall(answer.body):
            method = "GET" if attribute == "href" else "POST"
            self.assertIn(self.right(method, html.unescape(target)), rights,
                          f"{attribute} leads to {target}")

    def test_form_that_a_role_may_not_send_is_refused(self):
        people = {
            (role, client.account_id): SignedIn(
                self.server, client, f"{role}-{next(self.numbers)}@example.com", role)
            for role in MAY for client in (self.sandbox, self.live)}
        for route, visitor, form in self.forms():
            before = self.written.now()
            for (role, account), person in people.items():
                if self.routes.rights[route] in MAY[role]:
                    answer = person.send(form.action, form.fields, token="A" * 43)
                    is_here = ("form_account", account) in form.fields
                    self.assertIn(AGAIN if is_here else "not yours", answer.body,
                                  f"{role} in {account}")
                else:
                    answer = person.send(form.action, form.fields)
                    self.assertEqual(answer.status, 403, f"{role} in {account}")
                    self.assertIn("has not this right", answer.body)
                self.assertEqual(self.written.now(), before, f"{role} did it in {account}")


if __name__ == "__main__":
    unittest.main()
