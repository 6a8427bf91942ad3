# SPDX-License-Identifier: Apache-2.0
"""Random steps for the differential test: each is done to the server and to the model alike."""
from decimal import Decimal

from model_conditions import SECOND, answered
from model_events import AGENTS, CUSTOMERS, Events

RATE_CARDS = ("standard", "euro")
PRICES = ("0", "0.002", "1.20", 3, Decimal("0.35"), "999999999999999999.9999999999999999")
CONDITIONS = (
    [{"fact": "resolved", "operator": "seen"}, {"fact": "reopened", "operator": "not seen"}],
    {"any": [{"fact": "csat", "operator": "gte", "value": 4},
             {"all": [{"fact": "resolved", "operator": "count_gte", "value": 2},
                      {"not": {"fact": "escalated", "operator": "seen"}}]}]},
    {"op": "AND", "conditions": [
        {"fact": "csat", "operator": "not lt", "value": Decimal("4.0")},
        {"op": "NOT", "conditions": [{"fact": "csat", "operator": "match", "value": "4"}]}]},
    {"fact": "csat", "operator": "match", "value": 4},
    [{"fact": "note", "operator": "count_lte", "value": 1},
     {"fact": "csat", "operator": "not_gt", "value": 5}],
    {"fact": "csat", "operator": "match", "value": "\u00e9"},
    {"all": []},
)


class Difference(AssertionError):
    """The server and the model do not agree about a key."""

    def __init__(self, key, server, model):
        super().__init__(f"{key}\n  server {server}\n  model  {model}")
        self.key = key


class Steps:
    def __init__(self, choose, client, model):
        self.choose, self.client, self.model = choose, client, model
        self.events = Events(choose, model)
        self.log, self.position = [], None

    def said(self, kind, what, answer):
        self.log.append((kind, what, answer))
        return answer

    def recorded(self, kind, what, answer):
        """As `said`, of a write that is read by its position from now on."""
        self.position = answer["position"]
        return self.said(kind, what, answer)

    # Events.

    def post(self):
        self._compare_posts([self.events.next()], batch=False)

    def post_batch(self):
        count = self.choose.randint(1, 12)
        self._compare_posts([self.events.next() for _ in range(count)], batch=True)

    def _compare_posts(self, events, batch):
        if batch:
            answer = self.client.batch(events)
            results = answer["results"]
        else:
            answer = self.client.call("POST", "/v1/events", events[0]).body
            results = [answer]
        for event, result in zip(events, results):
            self.said("post", event, result)
            expected = self.model.post(event, result.get("event_id"))
            if "error" in expected:
                same = result["error"]["code"] == expected["error"]
            else:
                self.events.posted.append(event)
                same = all(result.get(name) == expected[name] for name in (
                    "event_id", "received_at", "duplicate", "body_conflict"))
            if not same:
                raise Difference(event["key"], result, expected)
        # A duplicate's position is that of the first: what was written since lies behind it.
        if any(result.get("duplicate") is False for result in results):
            self.position = answer["position"]

    def fate(self):
        """One event's fate, read by the position of the latest write."""
        if not self.model.signals:
            return
        event_id = self.choose.choice([*self.model.signals][-40:])
        fate, expected = self.client.fate(event_id, self.position), self.model.fate(event_id)
        for name, value in expected.items():
            # A discarded letter may still say what it was: the rules are silent.
            if fate[name] != value and not (name == "code" and fate["status"] == "discarded"):
                raise Difference(fate["key"], fate, expected)

    # The clock and the catalog.

    def advance(self):
        to = answered(self.model.clock + self.choose.choice((0, 1, 60, 900, 3600, 90_000)) * SECOND)
        answer = self.recorded("advance", to, self.client.advance(to=to))
        if answer["now"] != self.model.advance(to)["now"]:
            raise AssertionError(f"advance to {to}: {answer}")

    def advance_back(self):
        to = answered(self.model.clock - 1)
        answer = self.client.call("POST", "/v1/test-clock/advance", {"to": to})
        if answer.code != self.model.advance(to)["error"]:
            raise AssertionError(f"advance to {to}: {answer.status} {answer.body}")

    def put_agent(self, key=None):
        choose, key = self.choose, key or self.choose.choice(AGENTS)
        contract = {"condition": choose.choice(CONDITIONS),
                    "settlement_period": choose.choice((60, 3600, 20_000, 86_400, None)),
                    "attribution_method": choose.choice(
                        ("first", "last", "min", "max", "sum", None))}
        self.said("agent", (key, contract), self.client.put(
            f"/v1/agents/{key}", {"name": key, "contract": contract}))
        self.model.put_agent(key, contract)

    def put_rate_card(self, key=None, agents=None):
        choose, key = self.choose, key or self.choose.choice(RATE_CARDS)
        agents = agents or choose.sample(AGENTS, choose.randint(1, 3))
        prices = {agent: choose.choice(PRICES) for agent in agents}
        currency = "EUR" if key == "euro" else "USD"
        self.said("card", (key, prices), self.client.rate_card(key, prices, currency))
        self.model.put_rate_card(key, currency, prices)

    def put_customer(self, key=None, card=None):
        choose, key = self.choose, key or self.choose.choice(CUSTOMERS)
        card = card or choose.choice((*RATE_CARDS, None, "unheard_of"))
        try:
            self.model.put_customer(key, card)
        except ValueError as error:
            answer = self.client.call(
                "PUT", f"/v1/customers/{key}", {"name": key, "rate_card_key": card})
            if answer.code != str(error):
                raise AssertionError(f"{key} with {card}: {answer.status} {answer.body}") from error
            return
        self.said("customer", (key, card), self.client.customer(key, card))

    def archive(self):
        kind, names = self.choose.choice((
            ("agents", AGENTS), ("customers", CUSTOMERS), ("rate_cards", RATE_CARDS)))
        key = self.choose.choice(names)
        path = f"/v1/{kind.replace('_', '-')}/{key}"
        if key not in getattr(self.model, kind):  # never made
            answer = self.client.call("DELETE", path)
            if answer.code != "NOT_FOUND":
                raise AssertionError(f"DELETE {path}: {answer.status} {answer.body}")
            return
        self.said("archive", key, self.client.delete(path))
        self.model.archive(kind, key)

    # Dead letters.

    def _letters(self):
        """Some outstanding ones, once the server has judged everything posted so far."""
        self.client.catch_up(self.position)
        letters = [letter["event_id"] for letter in self.model.dead_letters()]
        return self.choose.sample(letters, min(len(letters), self.choose.choice((1, 1, 3, 8))))

    def redrive(self):
        if ids := self._letters():
            body = {"ids": ids, "reason": "again"}
            dry = self.client.post("/v1/dead-letters/redrive", body | {"dry_run": True})
            self.recorded("redrive", ids, self.client.post("/v1/dead-letters/redrive", body))
            order = {event_id: place for place, event_id in enumerate(self.model.signals)}
            for event_id in sorted(ids, key=order.get):
                self.model.redrive(event_id)
            self._compare_dry_run(dry)

    def _compare_dry_run(self, dry):
        for result in dry["results"]:
            expected = self.model.fate(result["event_id"])
            if (result["status_after"], result["code_after"]) != (
                    expected["status"], expected["code"]):
                raise Difference(result["key"], result, expected)
        for outcome in dry["outcomes"]:
            opened = self.model.opened.get(outcome["key"])
            expected = opened.view(self.model.clock) if opened else {"state": None}
            same = outcome["state_after"] == expected["state"]
            if outcome["state_after"] == "CONFIRMED":
                same = same and outcome["amount"] == expected["amount"]
            if not same:
                raise Difference(outcome["key"], outcome, expected)

    def discard(self):
        for event_id in self._letters()[:1]:
            body = {"ids": [event_id], "reason": "given up"}
            self.recorded(
                "discard", event_id, self.client.post("/v1/dead-letters/discard", body))
            self.model.discard(event_id)
