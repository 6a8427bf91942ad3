# SPDX-License-Identifier: Apache-2.0
"""Takes a picture of every page of the dashboard: the demo's, and those of a store that is empty.

Fails when a page that Sources/Dashboard declares was not taken, when one is wider than its screen,
and when the browser complains.
"""
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from assay_client import Client, segment
from assay_server import ROOT, STOP_LIMIT_SECONDS, clean_environment, wait_until
from browser import DESKTOP, LIMIT_SECONDS, LINK, NETWORK, PASSWORD, PHONE, chromium, sync_playwright

LOOKS = {
    "desktop-light": {"viewport": DESKTOP, "color_scheme": "light"},
    "desktop-dark": {"viewport": DESKTOP, "color_scheme": "dark"},
    "phone-light": {"viewport": PHONE, "color_scheme": "light"},
    "phone-dark": {"viewport": PHONE, "color_scheme": "dark"},
}
# What is declared and is no page of its own.
NO_PICTURES = {
    "/dashboard/ledger/postings.csv": "a download",
    "/dashboard/agents/{key}/contract": "the page of an agent that is called `new`",
    "/dashboard/customers/{key}/page": "the page of a customer that is called `new`",
    "/dashboard/rate-cards/{key}/page": "the page of a rate card that is called `new`",
}
DECLARED = re.compile(r'\.get\(\s*"(/dashboard[^"]*)"')
PRINTED_TOKEN = re.compile(r"Bearer (assay_\w+)")
LISTENS = re.compile(r"Assay listens on http://[^:]+:(\d+)")
START_LIMIT_SECONDS = 180
NESTED = {"all": [
    {"fact": "resolved", "operator": "seen"},
    {"any": [
        {"fact": "csat", "operator": "gte", "value": 4},
        {"all": [
            {"fact": "csat", "operator": "not_seen"},
            {"not": {"any": [
                {"fact": "escalated", "operator": "seen"},
                {"fact": "reopened", "operator": "count_gte", "value": 2}]}}]},
        {"fact": "plan", "operator": "match", "value": "enterprise"}]},
    {"fact": "refunded", "operator": "not_seen"}]}
STRICTER = {"all": [
    {"fact": "agent_replied", "operator": "seen"},
    {"fact": "escalated", "operator": "not_seen"},
    {"fact": "reopened", "operator": "not_seen"},
    {"fact": "csat_received", "operator": "gte", "value": 4}]}
WORTH = [
    ("deal_closed", "Renewal of Globex, two years", "41250.00"),
    ("negotiation_complete", "Freight rates for the second quarter", "1870.50"),
    ("task_complete", "4,000 invoices sorted", "960"),
    ("content_published", "Spring guide to onboarding", "310.25"),
]


class Running:
    """An `assay` that serves on a free port until it is left."""

    def __init__(self, *arguments):
        self.arguments = arguments
        self.log = Path(tempfile.mkdtemp(prefix="assay-pictures-")) / "log"

    def __enter__(self):
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [os.environ["ASSAY_BINARY"], *self.arguments, "--port", "0"], stdout=log,
                stderr=log, stdin=subprocess.DEVNULL, env=clean_environment({}))
        try:
            # The link comes last: then all of it is there.
            self.link = wait_until(self._link, "a link is printed", START_LIMIT_SECONDS)
        except BaseException:
            self.__exit__()
            raise
        self.port = int(LISTENS.search(self.text())[1])
        self.base = f"http://127.0.0.1:{self.port}"
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _link(self):
        if self.process.poll() is not None:
            raise SystemExit(f"it ended with {self.process.returncode}\n{self.text()}")
        found = LINK.search(self.text())
        return found and found[0]

    def text(self):
        return self.log.read_text("utf-8", "replace")


class Album:
    """The pictures, the pages that were taken, and what was wrong with them."""

    def __init__(self, browser, directory):
        self.browser, self.directory = browser, directory
        self.paths, self.troubles, self.count = set(), [], 0
        directory.mkdir(parents=True, exist_ok=True)

    def open(self, running, look, cookies=()):
        context = self.browser.new_context(base_url=running.base, locale="en-GB", **LOOKS[look])
        context.set_default_timeout(LIMIT_SECONDS * 1000)
        context.add_cookies(list(cookies))
        page = context.new_page()
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.troubles.append(f"threw {error}"))
        page.on("dialog", lambda dialog: dialog.accept())
        return page

    def _said(self, message):
        if message.type == "error" and not NETWORK.search(message.text):
            self.troubles.append(message.text)

    def take(self, page, name, look):
        page.wait_for_load_state("load")
        page.evaluate("scrollTo(0, 0)")
        page.screenshot(path=self.directory / f"{name}-{look}.png", full_page=True)
        self.count += 1
        self.paths.add(page.url.split("?")[0].split("#")[0])
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > page.viewport_size["width"]:
            self.troubles.append(f"{name} is {width} wide ({look})")

    def missing(self, base):
        """Declared pages that are on no picture, and exceptions that are declared no longer."""
        declared = {
            pattern for source in (ROOT / "Sources" / "Dashboard").rglob("*.swift")
            for pattern in DECLARED.findall(source.read_text())}
        taken = {path.removeprefix(base) for path in self.paths}
        shown = {best(path, declared) for path in taken}
        return sorted(declared - shown - set(NO_PICTURES)) + sorted(set(NO_PICTURES) - declared)


def best(path, patterns):
    """The declared pattern that a path belongs to, as the router finds it: words before names."""
    parts = path.split("/")
    fitting = [
        pattern for pattern in patterns
        if len(pattern.split("/")) == len(parts) and all(
            mine == theirs or theirs.startswith("{")
            for mine, theirs in zip(parts, pattern.split("/")))]
    return min(fitting, key=lambda pattern: pattern.count("{"), default=None)


class Demo:
    """What the demo holds, with a little more: what is open, nested, delivered, archived, late."""

    def __init__(self, running, page):
        self.client = Client(running, PRINTED_TOKEN.search(running.text())[1])
        self.prepare()
        page.goto(running.link)
        page.wait_for_url("**/dashboard*")
        self.record_value(page)
        self.cookies = page.context.cookies()

    def prepare(self):
        client = self.client
        client.put("/v1/agents/concierge", {"name": "Concierge", "contract": {
            "settlement_period": 172_800, "unit": "resolution", "condition": NESTED["all"][0]}})
        client.put("/v1/agents/concierge", {"name": "Concierge", "contract": {
            "settlement_period": 172_800, "unit": "resolution", "condition": NESTED}})
        card = client.get("/v1/rate-cards/standard")
        client.put("/v1/rate-cards/standard", {
            "name": card["name"], "currency": card["currency"], "entries": [
                {name: entry[name] for name in ("agent_key", "price_per_unit")}
                for entry in card["entries"]
            ] + [{"agent_key": "concierge", "price_per_unit": "3.75"}]})
        client.agent("retired", NESTED["all"][0])
        client.delete("/v1/agents/retired")
        for number in range(1, 9):
            key = f"concierge:stay:{number}"
            for action, value in (("resolved", None), ("csat", 3 + number % 3))[:number % 3 + 1]:
                sent = client.event(
                    key, action, ("acme", "globex")[number % 2], agent_key="concierge",
                    properties={"channel": "chat"} | ({"value": value} if value else {}))
            if number == 7:
                client.event(key, "escalated", "globex", agent_key="concierge")
            client.advance(by=3_600 * number)
        client.event("support:ticket:1042", "reopened", "globex")
        client.catch_up(sent["position"])
        self.nested = "concierge:stay:5"
        self.posting = client.get("/v1/ledger/postings", limit=1)["data"][0]
        self.settled = self.posting["outcome_key"]
        history = client.history(self.settled)
        self.event = history[-2]["cause"]["event_id"]
        self.group = client.get("/v1/dead-letters/groups")["data"][0]["id"]
        letters = client.get("/v1/dead-letters", limit=200)["data"]
        self.letter = next(
            letter for letter in letters if letter["code"] == "CUSTOMER_NOT_FOUND")["event_id"]

    def record_value(self, page):
        for kind, title, usd in WORTH:
            page.goto("/dashboard/value")
            page.get_by_label("What was done").select_option(kind)
            page.get_by_label("Title").fill(title)
            page.get_by_label("Estimated value in USD").fill(usd)
            page.get_by_role("button", name="Record it").click()
            page.wait_for_url("**done=*")


def plain_pages(demo):
    """Pages that are only looked at, by the names of their pictures."""
    outcomes = "/dashboard/outcomes/"
    return {
        "overview": "/dashboard",
        "outcomes": "/dashboard/outcomes",
        "outcomes-none": "/dashboard/outcomes?customer_key=nobody",
        "outcome-pending": outcomes + segment(demo.nested),
        "outcome-settled": outcomes + segment(demo.settled),
        "outcome-past": outcomes + segment(demo.settled) + "?at_version=2",
        "journey": f"/dashboard/events/{demo.event}",
        "agents": "/dashboard/agents",
        "agents-archived": "/dashboard/agents?show=archived",
        "agent": "/dashboard/agents/concierge",
        "agent-new": "/dashboard/agents/new",
        "customers": "/dashboard/customers",
        "customer": "/dashboard/customers/acme",
        "customer-new": "/dashboard/customers/new",
        "rate-cards": "/dashboard/rate-cards",
        "rate-card": "/dashboard/rate-cards/standard",
        "rate-card-new": "/dashboard/rate-cards/new",
        "rate-card-edit": "/dashboard/rate-cards/standard/edit",
        "ledger": "/dashboard/ledger",
        "posting": f"/dashboard/ledger/postings/{demo.posting['id']}",
        "spend": "/dashboard/ledger/spend",
        "value": "/dashboard/value",
        "dead-letters": "/dashboard/dead-letters",
        "dead-letter-group": f"/dashboard/dead-letters/groups/{demo.group}",
        "dead-letter-plan": f"/dashboard/dead-letters/groups/{demo.group}/redrive",
        "dead-letter": f"/dashboard/dead-letters/letters/{demo.letter}",
        "sandbox": "/dashboard/sandbox",
        "members": "/dashboard/members",
        "profile": "/dashboard/profile",
        "health": "/dashboard/health",
        "not-there": "/dashboard/agents/nobody",
        "docs": "/docs",
    }


def editor(page, album, look):
    """The builder with a nested condition, findings in it, and what another contract would make."""
    page.goto("/dashboard/agents/concierge/edit")
    page.locator("#lint-state", has_text="compared with").wait_for()
    album.take(page, "agent-edit", look)
    page.goto("/dashboard/agents/support/edit")
    page.get_by_label("Condition as JSON").fill(json.dumps(STRICTER, indent=2))
    page.locator("#lint-state", has_text="compared with").wait_for()
    page.get_by_role("button", name="Try it").click()
    page.locator("#try-state", has_text="Done").wait_for()
    page.locator("details.change summary").first.click()
    album.take(page, "agent-try", look)
    page.goto("/dashboard/agents/new")
    page.get_by_label("Condition as JSON").fill('{"all": [{"fact": "a"}, {"any": []}]}')
    page.locator("#condition-problems li", has_text="at least one").wait_for()
    album.take(page, "agent-wrong", look)


def forms(page, album, look):
    """Pages that answer a form."""
    page.goto("/dashboard/tokens")
    page.get_by_label("Name", exact=True).fill(f"Helpdesk, {look}")
    page.get_by_label("ingest:").check()
    page.get_by_role("button", name="Create token").click()
    page.locator("#token").wait_for()
    album.take(page, "token-new", look)
    page.goto("/dashboard/tokens")
    album.take(page, "tokens", look)
    page.get_by_role("link", name="Revoke").last.click()
    album.take(page, "token-revoke", look)
    page.goto("/dashboard/members")
    page.get_by_label("E-mail").fill(f"{look}@example.com")
    page.get_by_label("Read only").check()
    page.get_by_role("button", name="Make a link").click()
    page.locator("#link").wait_for()
    album.take(page, "invitation", look)
    link = page.locator("#link").inner_text()
    page.goto("/dashboard/members")
    page.get_by_role("link", name="Remove").first.click()
    album.take(page, "member-removal", look)
    page.goto("/dashboard/customers/new")
    page.get_by_label("Key").fill("acme")
    page.get_by_label("Name", exact=True).fill("Somebody's key")
    page.get_by_role("button", name="Create customer").click()
    album.take(page, "customer-wrong", look)
    return link


def guests(running, album, look, link):
    """What somebody sees who has not signed in."""
    page = album.open(running, look)
    page.goto("/dashboard/outcomes")
    album.take(page, "sign-in", look)
    page.goto(link)
    album.take(page, "welcome-invited", look)
    page.context.close()


def demo_pages(album):
    with Running("demo") as running:
        first = album.open(running, "desktop-light")
        demo = Demo(running, first)
        first.context.close()
        for look in LOOKS:
            page = album.open(running, look, demo.cookies)
            for name, path in plain_pages(demo).items():
                page.goto(path)
                album.take(page, name, look)
            editor(page, album, look)
            guests(running, album, look, forms(page, album, look))
            page.context.close()
        for look in LOOKS:
            page = album.open(running, look, demo.cookies)
            page.goto("/dashboard/sandbox")
            page.get_by_role("button", name="Advance to the next settlement").click()
            page.wait_for_url("**done=*")
            album.take(page, "sandbox-settled", look)
            page.context.close()
        return album.missing(running.base)


def empty_pages(album):
    """A live account nobody has used yet, from the page that makes its first user on."""
    with tempfile.TemporaryDirectory(prefix="assay-pictures-") as directory, \
            Running("serve", "--store", f"sqlite:{directory}/assay.sqlite") as running:
        cookies = ()
        for look in LOOKS:
            page = album.open(running, look, cookies)
            if not cookies:
                for other in LOOKS:
                    guest = album.open(running, other)
                    guest.goto(running.link)
                    album.take(guest, "set-up", other)
                    guest.context.close()
                page.goto(running.link)
                page.get_by_label("Name of your company").fill("Northwind Agents")
                page.get_by_label("E-mail").fill("ada@example.com")
                page.get_by_label("Your name").fill("Ada Lovelace")
                page.get_by_label("Password").fill(PASSWORD)
                page.get_by_role("button", name="Begin").click()
                page.wait_for_url("**/dashboard*")
                cookies = page.context.cookies()
            for section in ("", "/outcomes", "/agents", "/customers", "/rate-cards", "/ledger",
                            "/ledger/spend", "/value", "/dead-letters", "/sandbox", "/tokens"):
                page.goto("/dashboard" + section)
                name = section.strip("/").replace("/", "-") or "overview"
                album.take(page, f"empty-{name}", look)
            page.context.close()


def main():
    directory = Path(sys.argv[1]).resolve()
    with sync_playwright() as playwright:
        flags = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=chromium(), args=flags)
        album = Album(browser, directory)
        missing = demo_pages(album)
        empty_pages(album)
        browser.close()
    for trouble in album.troubles:
        print(f"screenshots: {trouble}", file=sys.stderr)
    for pattern in missing:
        print(f"screenshots: no picture of {pattern}", file=sys.stderr)
    print(f"{album.count} pictures in {directory}")
    return 1 if missing or album.troubles else 0


if __name__ == "__main__":
    sys.exit(main())
