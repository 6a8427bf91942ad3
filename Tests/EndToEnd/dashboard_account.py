# SPDX-License-Identifier: Apache-2.0
"""An account with something of everything the dashboard shows, and each form of the dashboard filled so
that it would do its work."""
import json
import sqlite3
from itertools import count

from assay_client import segment
from page_forms import Page
from page_visitor import PASSWORD

CLOCK = "2026-03-01T00:00:00.000000Z"
CONDITION = [{"fact": "resolved", "operator": "seen"}, {"fact": "escalated", "operator": "not_seen"}]
NUMBERS = count(1)


def fill(client, mark, reserved=True):
    """Puts something of everything into a sandbox; `mark` is in every key and every name.

    `reserved`: whether some keys are the words that pages of their own are called.
    """
    agents = [f"{mark}-agent", f"{mark}-old"] + ["new"] * reserved
    for key in agents:
        client.put(f"/v1/agents/{key}", {"name": f"{mark} agent", "contract": {
            "settlement_period": 3600, "condition": CONDITION, "unit": f"{mark} unit"}})
    client.agent(f"{mark}-agent", CONDITION + [{"fact": "reopened", "operator": "not_seen"}])
    client.delete(f"/v1/agents/{mark}-old")
    cards = [f"{mark}-card", f"{mark}-old-card"] + ["new"] * reserved
    for key in cards:
        client.put(f"/v1/rate-cards/{key}", {
            "name": f"{mark} card", "currency": "USD",
            "entries": [{"agent_key": f"{mark}-agent", "price_per_unit": "2.50"}]})
    client.rate_card(f"{mark}-card", {f"{mark}-agent": "2.75"})
    client.delete(f"/v1/rate-cards/{mark}-old-card")
    for key in [f"{mark}-customer", f"{mark}-gone"] + ["new"] * reserved:
        client.put(f"/v1/customers/{segment(key)}", {
            "name": f"{mark} customer", "rate_card_key": f"{mark}-card"})
    client.delete(f"/v1/customers/{mark}-gone")
    token = client.post("/v1/tokens", {"name": f"{mark} token", "scopes": ["read"]})
    settled = client.event(
        f"{mark}-settled", "resolved", f"{mark}-customer", agent_key=f"{mark}-agent",
        properties={"value": f"{mark} value", "note": f"{mark} note"})
    client.advance(by=7200)
    client.event(f"{mark}-pending", "resolved", f"{mark}-customer", agent_key=f"{mark}-agent")
    letter = client.event(f"{mark}-letter", "resolved", f"{mark}-lost", agent_key=f"{mark}-agent")
    client.catch_up(letter["position"])
    return {
        "agents": f"{mark}-agent", "rate-cards": f"{mark}-card", "customers": f"{mark}-customer",
        "outcomes": f"{mark}-settled", "events": settled["event_id"],
        "postings": client.postings()[0]["id"], "tokens": token["id"],
        "letters": letter["event_id"], "groups": group_of(client, f"{mark}-lost")}


def group_of(client, customer):
    """The group of dead letters that wait for a customer."""
    for group in client.pages("/v1/dead-letters/groups"):
        if group["missing"]["customer_key"] == customer:
            return group["id"]
    raise AssertionError(f"no dead letter waits for {customer}")


class Written:
    """What a store has on disk but for what time alone changes: the heads of its logs and its users."""

    def __init__(self, server):
        self._store, self._users = server.path, f"{server.path}.users"

    def now(self):
        heads = self._rows(
            self._store, "SELECT partition, ingest_head FROM partitions ORDER BY partition")
        catalogs = self._rows(
            self._store, "SELECT stream, count(*) FROM events JOIN streams USING (stream)"
            " WHERE kind = 1 GROUP BY stream ORDER BY stream")
        users = [
            self._rows(self._users, f"SELECT {columns} FROM {table} ORDER BY 1, 2")
            for table, columns in (
                ("users", "*"), ("memberships", "*"), ("links", "*"),
                ("sessions", "secret_hash, member, account, created_at"))]
        return heads, catalogs, users

    @staticmethod
    def _rows(path, statement):
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)
        try:
            return connection.execute(statement).fetchall()
        finally:
            connection.close()


class Filled:
    """One form on its page, filled so that it would do its work."""

    def __init__(self, visitor, page, action, button=None, **typed):
        answer = visitor.get(page)
        assert answer.status == 200, f"{page} answers {answer.status}"
        self.page, self.action = page, action
        candidates = [
            form for to, form in Page(answer.body).actions()
            if to == action and set(typed) <= form.names]
        assert candidates, f"{page} has no form that leads to {action} with {set(typed)}"
        pairs = candidates[0].filled(button, **typed)
        self.tokens = [value for name, value in pairs if name == "form_token"]
        self.fields = [pair for pair in pairs if pair[0] != "form_token"]


class Desk:
    """Fills every form of the dashboard for somebody who may do everything.

    Each form gets something of its own to work on, so that none is in another's way.
    """

    def __init__(self, client, live):
        self.client, self.live = client, live
        client.agent("forms-agent", CONDITION)
        client.rate_card("forms-card", {"forms-agent": "1"})

    # Things to work on.

    def _agent(self, is_archived=False):
        key = f"agent-{next(NUMBERS)}"
        self.client.agent(key, CONDITION)
        if is_archived:
            self.client.delete(f"/v1/agents/{key}")
        return f"/dashboard/agents/{key}"

    def _customer(self, is_archived=False):
        key = f"customer-{next(NUMBERS)}"
        self.client.customer(key, "forms-card")
        if is_archived:
            self.client.delete(f"/v1/customers/{key}")
        return key

    def _card(self, is_archived=False):
        key = f"card-{next(NUMBERS)}"
        self.client.rate_card(key, {"forms-agent": "1.5"})
        if is_archived:
            self.client.delete(f"/v1/rate-cards/{key}")
        return f"/dashboard/rate-cards/{key}"

    def _letter(self, is_in_group):
        """A dead letter whose customer has appeared: its page, or that of its group."""
        customer = f"late-{next(NUMBERS)}"
        posted = self.client.event(
            f"letter-{customer}", "resolved", customer, agent_key="forms-agent")
        self.client.catch_up(posted["position"])
        page = f"/dashboard/dead-letters/letters/{posted['event_id']}"
        if is_in_group:
            page = f"/dashboard/dead-letters/groups/{group_of(self.client, customer)}"
        self.client.customer(customer, "forms-card")
        return page

    def _member(self, invite):
        return f"/dashboard/members/{invite(f'member-{next(NUMBERS)}@example.com')}"

    # The forms, by route: who sends them, the page, where it leads, and what is typed.

    def fill(self, route, admin, live_admin, invite):
        """One form, filled; `invite` makes a member of the account and answers their number."""
        made = self._filled(f"{route[0]} {route[1]}", invite)
        if made is None:
            return None
        page, action, typed, more = made
        who = live_admin if more.get("is_live") else admin
        return who, Filled(who, page, action, more.get("button"), **typed)

    def _filled(self, route, invite):
        number = next(NUMBERS)
        contract = {"name": f"Agent {number}", "period": "7200", "period_unit": "seconds",
                    "condition": json.dumps(CONDITION)}
        check = {"button": ("do", "check")}
        section, _, last = route.removeprefix("POST /dashboard/").partition("/")
        root = f"/dashboard/{section}"
        match section, last:
            case "agents", "":
                return f"{root}/new", root, contract | {"key": f"made-{number}"}, {}
            case "agents", "new":
                return f"{root}/new", f"{root}/new", contract | {"key": f"seen-{number}"}, check
            case "agents", "{key}/edit" | "{key}/publish":
                page, step = self._agent(), last.split("/")[1]
                return f"{page}/edit", f"{page}/{step}", contract, check if step == "edit" else {}
            case "agents", _:
                page, step = self._agent("revive" in last), last.split("/")[1]
                return page, f"{page}/{step}", {}, {}
            case "customers", "new":
                return f"{root}/new", f"{root}/new", {
                    "key": f"made-{number}", "name": "Made", "rate_card_key": "forms-card"}, {}
            case "customers", _:
                key, step = self._customer("revive" in last), last.split("/")[1]
                typed = {"save": {"name": f"Saved {number}"}, "erase": {
                    "confirm": key, "reason": "asked for"}}.get(step, {})
                return f"{root}/{key}", f"{root}/{key}/{step}", typed, {}
            case "rate-cards", "new":
                return f"{root}/new", f"{root}/new", {
                    "key": f"made-{number}", "name": "Made", "currency": "USD",
                    "agent_key": ["forms-agent"], "price_per_unit": ["0.25"]}, {
                        "button": ("do", "save")}
            case "rate-cards", "{key}/edit":
                page = f"{self._card()}/edit"
                return page, page, {"name": f"Edited {number}"}, {"button": ("do", "save")}
            case "rate-cards", _:
                page, step = self._card("revive" in last), last.split("/")[1]
                return page, f"{page}/{step}", {}, {}
            case "dead-letters", _:
                page, step = self._letter("groups" in last), last.split("/")[2]
                typed = {"reason": "of no use"} if step == "discard" else {}
                return page, f"{page}/{step}", typed, {}
            case "sandbox", "advance":
                return root, f"{root}/advance", {"amount": "1", "unit": "seconds"}, {}
            case "sandbox", "new":
                return root, f"{root}/new", {"name": f"Sandbox {number}"}, {"is_live": True}
            case "tokens", "":
                return root, root, {"name": f"Token {number}", "scopes": ["read"]}, {}
            case "tokens", "{id}/revoke":
                made = self.client.post("/v1/tokens", {"name": "Old", "scopes": ["read"]})
                page = f"{root}/{made['id']}/revoke"
                return page, page, {}, {}
            case "members", "":
                return root, root, {"email": f"invited-{number}@example.com", "role": "finance"}, {}
            case "members", "{id}/role":
                return root, f"{self._member(invite)}/role", {"role": "finance"}, {}
            case "members", "{id}/remove":
                page = f"{self._member(invite)}/remove"
                return page, page, {}, {}
            case "value", "":
                return root, root, {
                    "outcome_type": "deal_closed", "title": f"Deal {number}", "value_usd": "12.5"}, {}
            case "open-account", "":
                return "/dashboard/profile", root, {"account": self.live.account_id}, {}
            case "password", "":
                return "/dashboard/profile", root, {
                    "old_password": PASSWORD, "new_password": PASSWORD}, {}
            case "sign-out" | "sign-out-everywhere", "":
                return "/dashboard/profile", root, {}, {}
        return None
