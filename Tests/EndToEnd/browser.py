# SPDX-License-Identifier: Apache-2.0
"""A real browser for the end-to-end tests: Debian's Chromium, driven by Playwright.

A test fails when a page logs an error (a refused script or style is one), throws, asks another host
for anything, or has an accessibility fault that axe finds (WCAG 2.2 AA).
"""
import os
import re
import shutil
import unittest
from pathlib import Path
from urllib.parse import urlsplit

from assay_server import Server, command

try:
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import expect, sync_playwright
except ImportError:
    expect = sync_playwright = None

PASSWORD = "four words are enough"
LIMIT_SECONDS = 15
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LINK = re.compile(r"https?://\S+/welcome/\S+")
# Answers that a test asks for on purpose are told by the browser as errors of the network.
NETWORK = re.compile(r"the server responded with a status of (4\d\d|503)")


def chromium():
    """The browser's command; skips without one, and fails where CI=true."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if sync_playwright and found:
        return found
    reason = "NO BROWSER: chromium (Debian) and the packages of requirements.txt are needed"
    if os.environ.get("CI") == "true":
        raise RuntimeError(reason)
    raise unittest.SkipTest(reason)


def link_in(text):
    """The one-time link in what a command printed."""
    found = LINK.search(text)
    assert found, f"no link in: {text}"
    return found[0]


class BrowserCase(unittest.TestCase):
    """One server and one browser for a class; a context of its own (cookies, storage) a test."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        binary = chromium()
        cls.server = Server()
        cls.addClassCleanup(cls.server.close)
        cls.prepare()
        cls.server.start()
        playwright = sync_playwright().start()
        cls.addClassCleanup(playwright.stop)
        flags = ["--no-sandbox"] if os.geteuid() == 0 else []
        cls.browser = playwright.chromium.launch(executable_path=binary, args=flags)
        cls.addClassCleanup(cls.browser.close)
        expect.set_options(timeout=LIMIT_SECONDS * 1000)

    @classmethod
    def prepare(cls):
        """What has to be in the store before the server starts."""
        cls.client = cls.server.create_account("Acme <b>Agents</b>", sandbox=True)

    def setUp(self):
        self.complaints = []
        self.page = self.open_browser()

    def tearDown(self):
        self.assertEqual(self.complaints, [], "what the browser complained of")

    def open_browser(self, **options):
        """A browser with nothing in it, as somebody else's would be."""
        settings = {"viewport": DESKTOP, "base_url": self.base, "locale": "en-GB"} | options
        context = self.browser.new_context(**settings)
        self.addCleanup(context.close)
        context.set_default_timeout(LIMIT_SECONDS * 1000)
        page = context.new_page()
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.complaints.append(f"threw {error}"))
        page.on("request", self._asked)
        return page

    def _said(self, message):
        if message.type == "error" and not NETWORK.search(message.text):
            self.complaints.append(message.text)

    def _asked(self, request):
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https") and parts.hostname != "127.0.0.1":
            self.complaints.append(f"asked another host: {request.url}")

    @property
    def base(self):
        return f"http://127.0.0.1:{self.server.port}"

    def invite(self, email, role="admin", client=None):
        """The link that makes a member of the client's account."""
        account = (client or self.client).account_id
        done = command(
            "user", "invite", "--store", self.server.store, "--account", account, "--email", email,
            "--role", role)
        return self.base + urlsplit(link_in(done.stdout)).path

    def join(self, email="ada@example.com", role="admin", client=None, page=None):
        """Becomes a member by the link, and so is signed in."""
        page = page or self.page
        page.goto(self.invite(email, role, client))
        page.get_by_label("Your name").fill("Ada Lovelace")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Join").click()
        page.wait_for_url("**/dashboard*")
        return page

    def form_token(self, page=None):
        return (page or self.page).locator("input[name=form_token]").first.input_value()

    def assert_accessible(self, page=None, what=""):
        page = page or self.page
        options = {"runOnly": {"type": "tag", "values": AXE_TAGS}}
        faults = Axe().run(page, options=options).response["violations"]
        told = [
            f"{fault['id']}: {fault['help']}: {node['html'][:200]}"
            for fault in faults for node in fault["nodes"][:3]]
        self.assertEqual(told, [], f"{what or page.url} is not accessible")

    def screenshot(self, name, page=None):
        """A picture of the whole page, where somebody wants to look at it."""
        if directory := os.environ.get("ASSAY_SCREENSHOTS"):
            Path(directory).mkdir(parents=True, exist_ok=True)
            (page or self.page).screenshot(path=f"{directory}/{name}.png", full_page=True)
