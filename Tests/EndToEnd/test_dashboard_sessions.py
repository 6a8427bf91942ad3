# SPDX-License-Identifier: Apache-2.0
"""S6: sessions that end in the middle of every form, that somebody planted, and by every role at the API."""
import re
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from assay_server import Server
from dashboard_account import Filled
from dashboard_case import (
    AGAIN, ENDED, FOREIGN_ORIGINS, DashboardCase, House, link_of)
from page_forms import Page
from page_visitor import PASSWORD
from signed_in import SignedIn

OPENAPI = Path(__file__).resolve().parents[2] / "docs" / "openapi.yaml"
COOKIE = re.compile(r"assay_session=[A-Za-z0-9_-]{43}; Path=/; HttpOnly; SameSite=Lax; Max-Age=604800")
# What every form says of the session and the account it was made in.
TOLD = {"form_token", "form_account"}
# The only thing typed that is not kept.
SECRETS = {"old_password", "new_password"}


def setUpModule():
    DashboardCase.house = House(is_crawled=False)


def tearDownModule():
    DashboardCase.house.close()


class EndedSessionTests(DashboardCase):
    def people(self, route):
        """Somebody of its own for each form: their session is ended in the middle."""
        email = f"ended-{next(self.numbers)}@example.com"
        return tuple(SignedIn(self.server, client, email) for client in (self.sandbox, self.live))

    def test_what_was_typed_is_kept_and_sent_after_signing_in_and_not_by_others(self):
        forms = list(self.forms())
        for route, visitor, form in forms:
            with self.subTest(route[1]):
                self.send_too_late(visitor, form)
        # A password takes a second: one is typed for all forms with the same fields, for the others
        # somebody has signed in elsewhere. Two are checked at a time, as the service does.
        typed = {frozenset(dict(form.fields)): form for _, _, form in forms}
        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(
                lambda each: self.come_back(*each[1:], each[2] in typed.values()), forms))
        for (route, visitor, form), answer in zip(forms, answers):
            with self.subTest(route[1]):
                self.go_on(route, visitor, form, answer)

    def send_too_late(self, visitor, form):
        elsewhere = SignedIn(self.server, self.live, visitor.email)
        self.assertEqual(elsewhere.send("/dashboard/sign-out-everywhere").status, 303)
        before = self.written.now()
        for headers in FOREIGN_ORIGINS:
            self.assert_refused(visitor.send(form.action, form.fields, **headers), before)
        answer = visitor.send(form.action, form.fields)
        self.assertEqual(answer.status, 401)
        self.assertIn(ENDED, answer.body)
        for name in SECRETS & dict(form.fields).keys():
            self.assertNotIn(dict(form.fields)[name], answer.body)
        [(_, form.door)] = Page(answer.body).actions()
        self.assertEqual(
            [(name.removeprefix("kept."), value) for name, value in form.door.fields
             if name.startswith("kept.")], kept(form))
        self.assertEqual(self.written.now(), before, "it was done before anybody signed in")

    def come_back(self, visitor, form, is_typed):
        if not is_typed:
            account = dict(form.fields)["form_account"]
            client = next(each for each in (self.sandbox, self.live) if each.account_id == account)
            visitor.cookie = SignedIn(self.server, client, visitor.email).cookie
            return visitor.send(form.action, form.fields, token=form.tokens[0])
        fields = form.door.filled(email=visitor.email, password=PASSWORD)
        return visitor.send(form.door.action, fields, token=False)

    def go_on(self, route, visitor, form, answer):
        self.assertEqual(answer.status, 200, answer.body)
        self.assertIn(AGAIN, answer.body)
        # After the one in the head of the page, where it is about signing out.
        resumed = [found for to, found in Page(answer.body).actions() if to == form.action][-1]
        fields = [pair for pair in resumed.fields if pair[0] not in TOLD]
        self.assertEqual(fields, kept(form))
        before = self.written.now()
        stale = visitor.send(form.action, fields, token=form.tokens[0])
        self.assertIn(AGAIN, stale.body, "the token of the session that has ended still counts")
        for headers in FOREIGN_ORIGINS:
            self.assert_refused(visitor.send(form.action, resumed.fields, False, **headers), before)
        answer = visitor.send(form.action, resumed.fields, token=False)
        if SECRETS & dict(form.fields).keys():
            self.assertEqual(answer.status, 400, "passwords are not kept, so it is not changed")
        else:
            self.assert_does_its_work(route, form, answer, before)

    def test_form_goes_to_the_account_that_it_was_made_in(self):
        email = "two-accounts@example.com"
        visitor, _ = [SignedIn(self.server, client, email) for client in (self.live, self.sandbox)]
        form = Filled(visitor, "/dashboard/customers/new", "/dashboard/customers/new",
                      key="made-here", name="Made", rate_card_key="")
        opened = visitor.send("/dashboard/open-account", {"account": self.sandbox.account_id})
        self.assertEqual(opened.status, 303)
        answer = visitor.send(form.action, form.fields, token=form.tokens[0])
        self.assertIn(AGAIN, answer.body)
        self.assertIn("<bdi>Ours live</bdi>", answer.body)
        resumed = [found for to, found in Page(answer.body).actions() if to == form.action][-1]
        self.assertEqual(visitor.send(form.action, resumed.fields, token=False).status, 303)
        self.live.get("/v1/customers/made-here")
        self.assertEqual(self.sandbox.call("GET", "/v1/customers/made-here").status, 404)

    def test_form_is_not_sent_on_by_somebody_who_is_no_member(self):
        visitor = SignedIn(self.server, self.live, "left@example.com")
        form = Filled(visitor, "/dashboard/customers/new", "/dashboard/customers/new",
                      key="left-behind", name="Left", rate_card_key="")
        before = self.written.now()[:2]
        answer = self.stranger.send(form.action, form.fields, token=form.tokens[0])
        self.assertEqual(answer.status, 403)
        self.assertIn("not yours", answer.body)
        guest = self.guest()
        [(_, door)] = Page(guest.send(form.action, form.fields).body).actions()
        answer = guest.send(
            door.action, door.filled(email="eve@example.com", password=PASSWORD), token=False)
        self.assertEqual(answer.status, 403)
        self.assertIn("not yours", answer.body)
        self.assertEqual(self.written.now()[:2], before)


def kept(form):
    """What of a form is kept while somebody signs in."""
    return [pair for pair in form.fields if pair[0] not in SECRETS | TOLD]


class PlantedSessionTests(DashboardCase):
    """Whatever a browser held before signing in is no session afterwards."""

    def ways_in(self):
        """Each way to a new session: what it needs to be there, and how it is gone."""
        # These take a second each, so few are planted.
        def signs_in(email, browser):
            return browser.sign_in(email)

        def joins(email, browser):
            return browser.send(self.invitation(f"new-{email}"), {
                "name": "New", "password": PASSWORD}, token=False)

        def joins_another(email, browser):
            return browser.send(self.invitation(email), {"password": PASSWORD}, token=False)

        def resets(email, browser):
            link = link_of("reset-password", self.server, self.sandbox, email)
            return browser.send(link, {"password": PASSWORD + "!"}, token=False)

        yield from (signs_in, joins, joins_another, resets)

    def test_cookie_from_before_is_not_the_session_after(self):
        for way in self.ways_in():
            email = f"{way.__name__.replace('_', '-')}@example.com"
            member = SignedIn(self.server, self.sandbox, email)
            attacker = SignedIn(self.server, self.theirs, f"attacker-{email}")
            planted = [attacker.cookie]
            if way.__name__ == "signs_in":
                planted = [member.cookie, "A" * 43]
            for cookie in planted:
                with self.subTest(f"{way.__name__}: {cookie[:6]}"):
                    browser = self.guest()
                    browser.cookie = cookie
                    answer = way(email, browser)
                    self.assertEqual(answer.status, 303, answer.body)
                    self.assertRegex(answer.headers["Set-Cookie"], COOKIE)
                    self.assertNotEqual(browser.cookie, cookie)
                    self.assertEqual(browser.get("/dashboard").status, 200)
                    self.assert_ended(cookie)

    def assert_ended(self, cookie):
        browser = self.guest()
        browser.cookie = cookie
        self.assertRegex(browser.get("/dashboard").location or "", r"\A/sign-in")
        self.assertEqual(browser.get("/v1/outcomes").status, 401)

    def test_session_gets_a_new_secret_whenever_it_changes(self):
        for change, fields in (
                ("open-account", {"account": self.live.account_id}),
                ("password", {"old_password": PASSWORD, "new_password": PASSWORD + "!"})):
            with self.subTest(change):
                email = f"{change}@example.com"
                for client in (self.live, self.sandbox):
                    visitor = SignedIn(self.server, client, email)
                before = visitor.cookie
                answer = visitor.send(f"/dashboard/{change}", fields)
                self.assertEqual(answer.status, 303, answer.body)
                self.assertRegex(answer.headers["Set-Cookie"], COOKIE)
                self.assertNotEqual(visitor.cookie, before)
                self.assertEqual(visitor.get("/dashboard").status, 200)
                self.assert_ended(before)

    def test_signing_out_everywhere_ends_every_session_of_the_person_and_of_nobody_else(self):
        email = "everywhere@example.com"
        sessions = [SignedIn(self.server, client, email)
                    for client in (self.sandbox, self.live, self.sandbox)]
        self.assertEqual(sessions[1].send("/dashboard/sign-out-everywhere").status, 303)
        for session in sessions:
            self.assert_ended(session.cookie)
        self.assertEqual(self.admin.get("/dashboard").status, 200)

    def test_link_is_good_once(self):
        link = self.invitation("once@example.com")
        fields = {"name": "Once", "password": PASSWORD}
        answers = [self.guest().send(link, fields) for _ in range(2)]
        self.assertEqual([answer.status for answer in answers], [303, 410])
        self.assertEqual(self.guest().get(link).status, 410)


class APIByRoleTests(DashboardCase):
    """`/v1` with a session: what a role may call, and what changes nothing without the form token."""

    def calls(self):
        """Every call of the document under /v1, with the scope that it says it needs."""
        text = OPENAPI.read_text("utf-8")
        for path, block in re.findall(r"^  (/v1/\S+):\n(.*?)(?=^  /|^\S)", text, re.M | re.S):
            for method, words in re.findall(
                    r"^    (get|put|post|delete):\n(.*?)(?=^    \w|\Z)", block, re.M | re.S):
                scope = re.search(r"[Nn]eeds the scope `(\w+)`", words)
                self.assertTrue(scope or method == "get", f"{method} {path} names no scope")
                yield method.upper(), re.sub(r"\{\w+\}", "nothing", path), (
                    scope[1] if scope else "read")

    def test_role_may_call_what_its_scope_has(self):
        people = {role: SignedIn(self.server, self.live, f"{role}@example.com", role)
                  for role in ("admin", "finance", "read_only")}
        calls = list(self.calls())
        self.assertGreater(len(calls), 30)
        for method, path, scope in calls:
            if path == "/v1/outcomes/stream":
                continue
            with self.subTest(f"{method} {path}"):
                self.assertEqual(self.call(self.guest(), method, path).status, 401)
                for role, person in people.items():
                    answer = self.call(person, method, path, X_CSRF_Token=person.token)
                    if role == "admin" or scope == "read":
                        self.assertNotIn(answer.status, (401, 403), f"{role}: {answer.body}")
                    else:
                        self.assertEqual(answer.status, 403, role)
                    if method != "GET":
                        self.assertEqual(self.call(person, method, path).status, 403, role)

    def call(self, who, method, path, **headers):
        body = None if method == "GET" else "{}"
        return who._call(method, path, body, {"Content_Type": "application/json"} | headers)


class ProxyTests(unittest.TestCase):
    """By whom guesses are counted: somebody guesses from one client, the member comes from another."""

    def guess(self, **environment):
        server = Server()
        self.addCleanup(server.close)
        client = server.create_account("Behind proxies")
        server.start(**environment)
        self.member = SignedIn(server, client, "member@example.com")
        self.assertEqual(self.sign_in(PASSWORD, "203.0.113.1").status, 303)
        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(
                lambda number: self.sign_in("no", f"10.0.0.{number}, 203.0.113.2"), range(5)))
        self.assertEqual([answer.status for answer in answers], [401] * 5)

    def sign_in(self, password, client):
        return self.member.sign_in("member@example.com", password, X_Forwarded_For=client)

    def test_one_client_behind_a_trusted_proxy_keeps_nobody_else_out(self):
        self.guess(ASSAY_TRUSTED_PROXIES="1")
        self.assertEqual(self.sign_in("no", "203.0.113.1, 203.0.113.2").status, 429)
        self.assertEqual(self.sign_in(PASSWORD, "203.0.113.1").status, 303)

    def test_what_clients_say_of_themselves_does_not_count(self):
        self.guess()
        self.assertEqual(self.sign_in(PASSWORD, "203.0.113.1").status, 429)


if __name__ == "__main__":
    unittest.main()
