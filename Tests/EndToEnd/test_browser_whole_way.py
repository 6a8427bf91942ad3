# SPDX-License-Identifier: Apache-2.0
"""The whole way of somebody new, in a real browser: from the first sign-in to a redriven dead letter.

Each step begins where the one before it ended, by links, buttons and the commands that pages offer.
"""
import json
import os
import subprocess
import unittest
from pathlib import Path

from assay_server import COMMAND_LIMIT_SECONDS, clean_environment, command
from browser import PASSWORD, BrowserCase, expect

EMAIL = "ada@example.com"
KEY = "ticket-1001"
LATER_KEY = "ticket-2002"
PRICE = "12.50"
CONDITION = {"all": [
    {"fact": "resolved", "operator": "seen"},
    {"any": [
        {"fact": "csat", "operator": "gte", "value": 4},
        {"fact": "vip", "operator": "match", "value": True}]},
    {"not": {"fact": "escalated", "operator": "seen"}}]}
READ_MODELS_SHOW = ("outcomes", "ledger/postings", "dead-letters")


def shell(script, **environment):
    """What a command prints that somebody has pasted into a shell, as JSON."""
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], capture_output=True, text=True,
        timeout=COMMAND_LIMIT_SECONDS, env=clean_environment(environment))
    assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
    return json.loads(done.stdout)


class WholeWayTests(BrowserCase):
    def test_from_signing_in_to_a_dead_letter_that_counts_after_all(self):
        self.comes_in()
        self.builds_an_agent()
        self.prices_it()
        self.names_a_customer()
        self.makes_a_token()
        self.watches_an_outcome_arrive_and_settle()
        self.follows_it_to_its_ledger_line_evidence_and_journey()
        self.mends_a_dead_letter()

    def section(self, name):
        self.page.get_by_label("Sections").get_by_role("link", name=name, exact=True).click()

    def heading(self, text):
        expect(self.page.get_by_role("heading", level=1)).to_have_text(text)

    def look(self, what):
        """Every page of the way is accessible, and a picture of it can be kept."""
        self.assert_accessible(what=what)
        self.screenshot(f"way-{what.replace(' ', '-')}")

    def copied(self):
        """The command that a page offers, as its button puts it on the clipboard."""
        fold = self.page.locator("details.curl")
        if not fold.evaluate("fold => fold.open"):
            fold.locator("summary").click()
        return fold.locator("pre").first.inner_text()

    def catch_up(self, position):
        """Until every read model shows it: pages do not wait unless their address says so."""
        for path in READ_MODELS_SHOW:
            self.client.get(f"/v1/{path}", limit=1, after=position)

    # The steps

    def comes_in(self):
        self.join(EMAIL)
        self.page.locator("details.who > summary").click()
        self.page.locator("details.who").get_by_role("button", name="Sign out").click()
        self.page.wait_for_url("**/sign-in")
        self.page.goto("/dashboard/outcomes")
        self.look("sign in")
        self.page.get_by_label("E-mail").fill(EMAIL)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url("**/dashboard/outcomes")
        expect(self.page.locator(".empty")).to_contain_text("No outcome yet")
        self.look("no outcomes")

    def builds_an_agent(self):
        page = self.page
        self.section("Agents")
        self.look("no agents")
        page.get_by_role("link", name="New agent").click()
        page.get_by_label("Key").fill("support")
        page.get_by_label("Name").fill("Support")
        rows = page.locator(".canvas .row")
        rows.nth(1).get_by_label("Action", exact=True).fill("resolved")
        page.get_by_role("button", name="Group to: all of these").press("Enter")
        page.keyboard.type("csat")
        group = page.locator(".canvas li.any")
        group.get_by_label("Operator", exact=True).select_option("gte")
        group.get_by_label("Number", exact=True).fill("4")
        group.get_by_role("button", name="Question to: at least one of these").press("Enter")
        page.keyboard.type("vip")
        last = group.locator(".row").nth(2)
        last.get_by_label("Operator", exact=True).select_option("match")
        last.get_by_label("Type of the value", exact=True).select_option("boolean")
        last.get_by_label("Value", exact=True).select_option("true")
        # The rest by its other side, the text: the tree follows.
        text = page.get_by_label("Condition as JSON")
        built = json.loads(text.input_value())
        self.assertEqual(built, {"all": CONDITION["all"][:2]})
        text.fill(json.dumps(CONDITION))
        expect(page.locator(".canvas li.not")).to_have_count(1)
        expect(page.locator("#lint-state")).to_contain_text("compared with")
        self.look("builder")
        page.get_by_role("button", name="Publish").click()
        self.heading("Support")
        self.assertEqual(self.client.get("/v1/agents/support")["contract"]["condition"], CONDITION)
        self.look("agent")

    def prices_it(self):
        page = self.page
        self.section("Rate cards")
        self.look("no rate cards")
        page.get_by_role("link", name="New rate card").click()
        page.get_by_label("Key").fill("standard")
        page.get_by_label("Name").fill("Standard")
        page.get_by_label("Currency").fill("EUR")
        page.get_by_label("Agent of row 1").fill("support")
        page.get_by_label("Price of row 1").fill(PRICE)
        self.look("new rate card")
        page.get_by_role("button", name="Create rate card").click()
        self.heading("Standard")
        expect(page.locator("main tbody tr")).to_contain_text("12.50")
        self.look("rate card")

    def names_a_customer(self):
        self.section("Customers")
        self.look("no customers")
        self.page.get_by_role("link", name="New customer").click()
        self.fill_in_the_customer("acme", "Acme Corp")

    def fill_in_the_customer(self, key, name):
        page = self.page
        self.heading("New customer")
        page.get_by_label("Key").fill(key)
        page.get_by_label("Name", exact=True).fill(name)
        page.get_by_label("Rate card").select_option("standard")
        self.look(f"new customer {key}")
        page.get_by_role("button", name="Create customer").click()
        self.heading(name)
        self.look(f"customer {key}")

    def makes_a_token(self):
        page = self.page
        self.section("API tokens")
        page.get_by_label("Name", exact=True).fill("The helpdesk")
        page.get_by_label("ingest:").check()
        page.get_by_role("button", name="Create token").click()
        self.heading("The new token")
        secret = page.locator("#token").inner_text()
        self.look("new token")
        # What is on the page is a whole command: it names the token and an address that is reached.
        self.post = page.locator(".copy pre").last.inner_text()
        self.assertIn(secret, self.post)
        page.get_by_role("link", name="I have copied it").click()
        expect(page.get_by_role("row", name="The helpdesk")).to_contain_text("In use")
        self.assertNotIn(secret, page.content(), "a token is shown once")
        self.look("tokens")
        # It may do what it was made for, and nothing else.
        refused = shell(f'ASSAY_TOKEN={secret}\ncurl -s "{self.base}/v1/outcomes" '
                        '-H "Authorization: Bearer $ASSAY_TOKEN"')
        self.assertEqual(refused["error"]["code"], "FORBIDDEN")

    def watches_an_outcome_arrive_and_settle(self):
        page = self.page
        self.section("Outcomes")
        expect(page.locator(".live-word")).to_have_text("Live")
        page.evaluate("window.isStillThisPage = true")
        row = page.locator("#outcomes tbody tr", has_text=KEY)
        expect(row).to_have_count(0)
        first = shell(self.post)
        self.assertEqual((first["key"], first["duplicate"]), (KEY, False))
        state = row.locator("[data-f=state]")
        expect(state).to_have_text("OPEN")
        expect(row.locator("[data-f=then]")).to_have_text("then MISSED")
        shell(self.signal(action="csat", properties={"value": 5}))
        expect(state).to_have_text("PENDING")
        expect(row.locator("[data-f=then]")).to_have_text("then CONFIRMED")
        expect(row.locator("[data-f=signals]")).to_have_text("2")
        self.look("live")
        # Time is moved in another window, as a colleague would.
        other = page.context.new_page()
        other.on("console", self._said)
        other.goto("/dashboard/sandbox")
        expect(other.get_by_role("main")).to_contain_text(f"CONFIRMED {KEY} 12.50 EUR")
        other.get_by_role("button", name="Advance to the next settlement").click()
        expect(other.get_by_role("status")).to_contain_text("The clock has moved")
        expect(other.locator("[aria-labelledby=settled]")).to_contain_text("1 CONFIRMED")
        self.assert_accessible(other, "the sandbox after a settlement")
        self.screenshot("way-sandbox", other)
        other.close()
        expect(state).to_have_text("CONFIRMED")
        expect(row.locator("[data-f=then]")).to_have_text("")
        expect(row.locator("[data-f=amount]")).to_have_text("12.50 EUR")
        self.assertTrue(page.evaluate("window.isStillThisPage"), "it was not loaded again")
        row.get_by_role("link", name=KEY).click()
        self.heading(KEY)

    def signal(self, **changes):
        """The page's command with another event in its body."""
        before, body, after = self.post.split("'", 2)
        event = json.loads(body) | changes
        return f"{before}'{json.dumps(event)}'{after}"

    def follows_it_to_its_ledger_line_evidence_and_journey(self):
        page = self.page
        main = page.get_by_role("main")
        expect(page.locator("h1 ~ div .badge")).to_have_text("CONFIRMED")
        self.look("outcome")
        shown = shell(self.copied(), ASSAY_TOKEN=self.client.token)
        self.assertEqual((shown["state"], shown["amount"]), ("CONFIRMED", "12.5"))
        with page.expect_download() as download:
            page.get_by_role("link", name="Download the evidence").click()
        bundle = Path(self.server.directory) / "evidence.ndjson"
        download.value.save_as(bundle)
        key = command("key", "show", "--store", self.server.store).stdout.split()[-1]
        said = command("verify", str(bundle), "--key", key).stdout
        self.assertIn("\nPROVEN: ", said)
        page.get_by_role("link", name="Posting").click()
        self.heading(f"Posting of {KEY}")
        expect(main).to_contain_text("12.50 × 1 = 12.50 EUR")
        lines = page.locator("main tbody tr")
        expect(lines).to_have_count(2)
        expect(lines.filter(has_text="receivable:acme")).to_contain_text("12.50 EUR")
        self.look("posting")
        page.get_by_role("link", name="Postings", exact=True).click()
        expect(page.locator("main tbody tr")).to_have_count(1)
        self.look("ledger")
        page.get_by_role("link", name=KEY, exact=True).click()
        self.heading(KEY)
        page.locator(".tree").get_by_role("link", name="csat").first.click()
        self.heading("Event csat")
        expect(page.locator("main .head .badge")).to_have_text("Applied")
        self.look("journey")
        told = shell(self.copied(), ASSAY_TOKEN=self.client.token)
        self.assertIn("passages", told)

    def mends_a_dead_letter(self):
        page = self.page
        self.section("Dead letters")
        expect(page.locator(".empty")).to_contain_text("No dead letter")
        lost = shell(self.signal(key=LATER_KEY, customer_key="initech"))
        rated = shell(self.signal(
            key=LATER_KEY, customer_key="initech", action="csat", properties={"value": 5}))
        self.catch_up(rated["position"])
        self.section("Dead letters")
        expect(page.locator("main")).to_contain_text("CUSTOMER_NOT_FOUND")
        expect(page.locator("main")).to_contain_text("Still missing")
        self.look("dead letters")
        page.get_by_role("link", name="Create the customer").click()
        expect(page.get_by_label("Key")).to_have_value("initech")
        self.fill_in_the_customer("initech", "Initech")
        self.section("Dead letters")
        page.get_by_role("heading", level=2).get_by_role("link").click()
        plan = page.locator("[aria-labelledby=plan]")
        expect(plan).to_contain_text("All 2 letters would count")
        expect(plan).to_contain_text("12.50 EUR")
        self.look("dry run")
        answer = self.client.call("GET", f"/v1/outcomes/{LATER_KEY}")
        self.assertIn(answer.status, (200, 404))
        if answer.status == 200:
            self.assertIsNone(answer.body["state"], "a dry run changes nothing")
        plan.get_by_role("button", name="Redrive 2").click()
        expect(page.get_by_role("status")).to_contain_text("Sent to be tried again")
        expect(page.locator(".empty")).to_contain_text("No dead letter")
        self.look("redriven")
        self.section("Outcomes")
        row = page.locator("#outcomes tbody tr", has_text=LATER_KEY)
        expect(row.locator("[data-f=state]")).to_have_text("PENDING")
        expect(row.locator("[data-f=signals]")).to_have_text("2")
        row.get_by_role("link", name=LATER_KEY).click()
        self.heading(LATER_KEY)
        expect(page.get_by_role("main")).to_contain_text("12.50 EUR")
        self.look("redriven outcome")
        moved = self.client.advance(by=3 * 86_400)
        self.catch_up(moved["position"])
        self.assertEqual(self.client.totals(customer_key="initech"), {"EUR": "12.5"})
        fate = self.client.fate(lost["event_id"])
        self.assertEqual(fate["status"], "applied")


if __name__ == "__main__":
    unittest.main()
