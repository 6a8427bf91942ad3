# SPDX-License-Identifier: Apache-2.0
"""A server with our accounts and somebody else's, and people who send every form of the dashboard."""
import unittest
from itertools import count
from urllib.parse import urlsplit

from assay_server import Server, command, wait_until
from dashboard_account import CLOCK, Desk, Written, fill
from page_forms import Crawl, Routes
from page_visitor import LINK, Visitor
from signed_in import SignedIn

AGAIN, NOT_OURS, ENDED = "Send it again?", "not sent from a page of Assay", "Your session has ended"
# What ends or changes the session that sends it.
OWN = {f"/dashboard/{path}" for path in (
    "sign-out", "sign-out-everywhere", "open-account", "password", "sandbox/new")}
# What only looks.
STUDIES = {"/dashboard/agents/new", "/dashboard/agents/{key}/edit"}
# Reached only from the step before it, where a group has more letters than one step takes.
STEP = "/dashboard/dead-letters/groups/{group}/redrive"
FOREIGN_ORIGINS = (
    {"Sec_Fetch_Site": "cross-site"}, {"Sec_Fetch_Site": "same-site"}, {"Sec_Fetch_Site": "none"},
    {"Sec_Fetch_Site": None, "Origin": "https://evil.example"},
    {"Sec_Fetch_Site": None, "Origin": "null"},
    {"Sec_Fetch_Site": None, "Origin": "http://127.0.0.1:1"},
    {"Sec_Fetch_Site": "cross-site", "Origin": "http://127.0.0.1"})
UNSAID = {"Sec_Fetch_Site": None}


class House:
    """Our sandbox and our live account, somebody else's sandbox, and people; made once."""

    def __init__(self, is_crawled=True):
        self.routes, self.numbers, self.server = Routes(), count(1), Server()
        try:
            self.furnish(is_crawled)
        except BaseException:
            self.close()
            raise

    def close(self):
        self.server.close()

    def furnish(self, is_crawled):
        self.sandbox = self.server.create_account("Ours", clock=CLOCK)
        self.live = self.server.create_account("Ours live")
        self.theirs = self.server.create_account("Theirs", clock=CLOCK)
        self.server.start()
        self.written = Written(self.server)
        self.our_ids = fill(self.sandbox, "ours")
        self.their_ids = fill(self.theirs, "theirs", reserved=False)
        self.admin = SignedIn(self.server, self.sandbox, "ada@example.com")
        self.live_admin = SignedIn(self.server, self.live, "ada@example.com")
        self.stranger = SignedIn(self.server, self.theirs, "eve@example.com")
        # Before more is made, so that there are few pages.
        step = STEP.replace("{group}", self.our_ids["groups"])
        self.crawl = Crawl(self.admin, self.routes, step) if is_crawled else None
        self.live_crawl = Crawl(self.live_admin, self.routes) if is_crawled else None
        self.desk = Desk(self.sandbox, self.live)


class DashboardCase(unittest.TestCase):
    """Tests in the house that their module has made."""

    house = None

    def __getattr__(self, name):
        return getattr(self.house, name)

    def invited(self, email):
        return SignedIn(self.server, self.sandbox, email, "read_only").number

    def people(self, route):
        """Who sends a form: somebody of its own where it ends their session."""
        if route[1] not in OWN:
            return self.admin, self.live_admin
        email = f"own-{next(self.numbers)}@example.com"
        return tuple(SignedIn(self.server, client, email) for client in (self.sandbox, self.live))

    def filled(self, route):
        """Somebody who may send a form, and the form, filled so that it would do its work."""
        made = self.desk.fill(route, *self.people(route), self.invited)
        self.assertIsNotNone(made, f"nobody knows how to fill {route}: see dashboard_account.py")
        return made

    def forms(self):
        for route in sorted(self.routes.all("POST")):
            yield (route, *self.filled(route))

    def guest(self):
        """A browser with no session in it."""
        guest = Visitor.__new__(Visitor)
        guest.server, guest.cookie, guest.token = self.server, None, None
        return guest

    def invitation(self, email, client=None, role="read_only"):
        """The path of a link with which somebody joins an account."""
        return link_of("invite", self.server, client or self.live, email, "--role", role)

    def assert_refused(self, answer, before):
        self.assertEqual(answer.status, 403, answer.body)
        self.assertIn(NOT_OURS, answer.body)
        self.assertEqual(self.written.now(), before, "it was done all the same")

    def assert_does_its_work(self, route, form, answer, before):
        self.assertIn(answer.status, (200, 201, 303), answer.body)
        self.assertNotIn(AGAIN, answer.body)
        if route[1] not in STUDIES:
            self.assertNotEqual(self.written.now(), before, "nothing was done")
        if route[1].endswith("/erase"):
            # What is left of it is written a moment later.
            path = f"/v1/customers/{form.action.split('/')[-2]}/personal-data"
            wait_until(lambda: self.sandbox.get(path)["erasures"], "it is erased")


def link_of(subcommand, server, client, email, *more):
    """The path of the link that `assay user` prints."""
    printed = command(
        "user", subcommand, "--store", server.store, "--account", client.account_id,
        "--email", email, *more).stdout
    return urlsplit(LINK.search(printed)[0]).path
