# SPDX-License-Identifier: Apache-2.0
"""Coming in and going out, in a real browser (RELIABILITY S6): sessions, forms, roles."""
import http.client
import re
import unittest
from urllib.parse import urlencode

from browser import DESKTOP, PASSWORD, PHONE, BrowserCase, expect

COOKIE = "assay_session"


class SignInTests(BrowserCase):
    def session(self, page=None):
        cookies = (page or self.page).context.cookies()
        return next((cookie for cookie in cookies if cookie["name"] == COOKIE), None)

    def sign_in(self, email, password=PASSWORD, page=None):
        page = page or self.page
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Sign in").click()

    def sent(self, path, fields, cookie=None, **headers):
        """A form as anything but a browser may send it: status, headers, body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        if cookie:
            headers["Cookie"] = f"{COOKIE}={cookie}"
        connection.request("POST", path, urlencode(fields), headers)
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        return answer.status, answer.headers, body

    def test_invited_person_joins_once_and_comes_in_again_with_the_password(self):
        link = self.invite("joan@example.com")
        self.page.goto(link)
        self.assert_accessible(what="the page of an invitation")
        self.screenshot("welcome")
        self.page.get_by_label("Your name").fill("Joan <script>alert(1)</script>")
        self.page.get_by_label("Password").fill("short")
        self.page.get_by_role("button", name="Join").click()
        expect(self.page.get_by_role("alert")).to_contain_text("at least 10")
        expect(self.page.get_by_label("Your name")).to_have_value("Joan <script>alert(1)</script>")
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Join").click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Overview")
        expect(self.page.locator(".who")).to_contain_text("Joan <script>alert(1)</script>")
        other = self.open_browser()
        other.goto(link)
        expect(other.get_by_role("heading", level=1)).to_have_text("This link is used up")
        other.goto("/dashboard/outcomes?state=OPEN")
        self.assert_accessible(other, "the page to sign in on")
        self.screenshot("sign-in", other)
        self.sign_in("joan@example.com", "not this one", other)
        expect(other.get_by_role("alert")).to_contain_text("do not go together")
        self.sign_in("JOAN@example.com", page=other)
        other.wait_for_url("**/dashboard/outcomes?state=OPEN")

    def test_cookie_is_out_of_reach_of_scripts_and_changes_with_each_sign_in(self):
        self.join("mary@example.com")
        first = self.session()
        self.assertTrue(first["httpOnly"])
        self.assertEqual(first["sameSite"], "Lax")
        self.assertEqual(self.page.evaluate("document.cookie"), "")
        other = self.open_browser()
        other.context.add_cookies([first | {"expires": -1}])
        other.goto("/sign-in")
        self.sign_in("mary@example.com", page=other)
        other.wait_for_url("**/dashboard")
        self.assertNotEqual(self.session(other)["value"], first["value"])
        self.page.goto("/dashboard")
        self.assertIn("/sign-in", self.page.url, "the session from before has ended")

    def test_secret_that_somebody_planted_is_no_session(self):
        planted = "A" * 43
        self.page.context.add_cookies([{
            "name": COOKIE, "value": planted, "url": self.base, "httpOnly": True}])
        self.page.goto(self.invite("fix@example.com"))
        self.page.get_by_label("Your name").fill("Fix Ated")
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Join").click()
        self.page.wait_for_url("**/dashboard*")
        self.assertNotEqual(self.session()["value"], planted)

    def test_every_form_needs_the_token_and_must_come_from_here(self):
        self.join("grace@example.com")
        cookie = self.session()["value"]
        self.page.goto("/dashboard/profile")
        token = self.form_token()
        paths = ["/dashboard/sign-out", "/dashboard/sign-out-everywhere", "/dashboard/password"]
        for path in paths:
            for fields, headers in (
                ({}, {}), ({"form_token": "A" * 43}, {}),
                ({"form_token": token}, {"Origin": "https://evil.example"}),
                ({"form_token": token}, {"Sec_Fetch_Site": "cross-site"}),
            ):
                status, _, body = self.sent(path, fields, cookie, **headers)
                self.assertEqual(status, 403, f"{path} {fields} {headers}")
                self.assertIn("not sent from a page of Assay", body)
        status, _, _ = self.sent("/sign-in", {"email": "a@b", "password": "x"})
        self.assertEqual(status, 403, "a guest's form has to say where it comes from")
        self.page.goto("/dashboard")
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Overview")

    def test_session_reads_the_api_and_changes_nothing_without_the_header(self):
        self.join("hedy@example.com")
        self.page.goto("/dashboard/profile")
        token = self.form_token()
        call = """([method, path, headers]) => fetch(path, {method, headers,
            body: method === "GET" ? undefined : new Blob(["{}"], {type: "application/json"})}).then(answer => answer.status)"""
        def status(method, path, **headers):
            headers = {name.replace("_", "-"): value for name, value in headers.items()}
            return self.page.evaluate(call, [method, path, headers])
        self.assertEqual(status("GET", "/v1/outcomes"), 200)
        self.assertEqual(status("PUT", "/v1/customers/somebody"), 403)
        self.assertEqual(status("PUT", "/v1/customers/somebody", X_CSRF_Token="A" * 43), 403)
        self.assertEqual(status("PUT", "/v1/customers/somebody", X_CSRF_Token=token), 400)
        self.assertEqual(
            status("GET", "/v1/outcomes", Authorization="Bearer assay_no_no_no"), 401,
            "a bad token is not made good by a cookie")

    def test_session_that_ends_in_the_middle_of_a_form_loses_nothing(self):
        self.join("ida@example.com")
        self.page.goto("/dashboard/customers/new")
        self.page.get_by_label("Key").fill("typed-before")
        self.page.get_by_label("Name", exact=True).fill("Typed before the end")
        other = self.open_browser()
        other.goto("/sign-in")
        self.sign_in("ida@example.com", page=other)
        other.goto("/dashboard/profile")
        other.get_by_role("button", name="Sign out everywhere").click()
        other.wait_for_url("**/sign-in")
        self.page.get_by_role("button", name=re.compile("Create|Save")).click()
        expect(self.page.get_by_role("alert")).to_contain_text("nothing you typed is lost")
        self.sign_in("ida@example.com")
        self.assert_accessible(what="the page that sends a form again")
        self.page.get_by_role("button", name="Send it").click()
        expect(self.page.locator("main")).to_contain_text("Typed before the end")
        self.assertEqual(self.client.get("/v1/customers/typed-before")["name"],
                         "Typed before the end")

    def test_guesses_are_slowed_down(self):
        self.join("vera@example.com")
        other = self.open_browser()
        other.goto("/sign-in")
        for _ in range(8):
            self.sign_in("vera@example.com", "wrong guess here", other)
            other.wait_for_load_state()
            if "Too many tries" in other.locator("main").inner_text():
                break
        expect(other.get_by_role("alert")).to_contain_text("Too many tries")
        self.page.goto("/dashboard")
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Overview")

    def test_roles_see_and_may_what_is_theirs(self):
        self.join("reader@example.com", "read_only")
        sections = self.page.get_by_label("Sections").get_by_role("link")
        expect(sections.filter(has_text="Outcomes")).to_have_count(1)
        expect(sections.filter(has_text="API tokens")).to_have_count(0)
        answer = self.page.goto("/dashboard/tokens")
        self.assertEqual(answer.status, 403)
        expect(self.page.get_by_role("alert")).to_contain_text("Read only")

    def test_answers_allow_nothing_from_elsewhere(self):
        answer = self.page.goto("/sign-in")
        policy = answer.headers["content-security-policy"]
        self.assertIn("default-src 'none'", policy)
        self.assertNotIn("unsafe", policy)
        self.assertEqual(answer.headers["x-frame-options"], "DENY")
        self.assertEqual(answer.headers["cache-control"], "no-store")

    def test_everything_but_what_says_so_works_without_scripts(self):
        page = self.open_browser(java_script_enabled=False, viewport=PHONE, color_scheme="dark")
        self.join("noscript@example.com", page=page)
        page.get_by_label("Sections").get_by_role("link", name="Outcomes").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Outcomes")
        self.screenshot("outcomes-phone-dark", page)
        page.set_viewport_size(DESKTOP)
        page.goto("/dashboard/profile")
        page.get_by_role("button", name="Sign out", exact=True).last.click()
        page.wait_for_url("**/sign-in")


if __name__ == "__main__":
    unittest.main()
