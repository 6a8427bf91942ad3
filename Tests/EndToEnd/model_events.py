# SPDX-License-Identifier: Apache-2.0
"""Random events for the differential test: valid bodies, or nearly, in every form that counts."""
from decimal import Decimal
from itertools import count

from model_conditions import SECOND, answered

ACTIONS = ("resolved", "reopened", "csat", "escalated", "note", "never_mentioned")
ACTION_WEIGHTS = (6, 2, 6, 1, 2, 1)
AGENTS = ("support", "sales", "triage")
CUSTOMERS = ("acme", "globex", "initech", "hooli")
KEYS_AT_A_TIME = 12
VALUES = ("4", 4, Decimal("4.0"), Decimal("4.00001"), 5, 0, -1, True, False, "yes", "", "e\u0301")
ATTRIBUTIONS = (0, 1, Decimal("0.1"), Decimal("2.50"), 7, Decimal("0.000000000000000001"),
                Decimal("9999999999999999.999999999999999999"))


class Events:
    def __init__(self, choose, model):
        self.choose, self.model, self.posted = choose, model, []
        self.numbers = count(1)
        self.keys = [self._new_key() for _ in range(KEYS_AT_A_TIME)]

    def _new_key(self):
        return f"model-{next(self.numbers):05}"

    def next(self):
        """A new event, or one like an earlier one: the same again or with something changed."""
        choose = self.choose
        if self.posted and choose.random() < 0.15:
            event = dict(choose.choice(self.posted[-60:]))
            if choose.random() < 0.5:
                return event
            event |= choose.choice((
                {"action": choose.choice(ACTIONS)}, {"customer_key": choose.choice(CUSTOMERS)},
                {"occurred_at": None}, {"agent_key": None}, {"properties": None},
                {"properties": {"value": choose.choice(VALUES)}}))
            return event
        place = choose.randrange(KEYS_AT_A_TIME)
        if self._is_settled(self.keys[place]) and choose.random() < 0.5 or choose.random() < 0.01:
            self.keys[place] = self._new_key()
        key = self.keys[place]
        home = int(key.removeprefix("model-"))  # whom most events of a key agree on
        customer = (CUSTOMERS[home % len(CUSTOMERS)], choose.choice(CUSTOMERS), "nobody")
        agent = (AGENTS[home % len(AGENTS)], None, choose.choice(AGENTS), "ghost")
        event = {"key": key, "action": choose.choices(ACTIONS, ACTION_WEIGHTS)[0],
                 "customer_key": choose.choices(customer, (40, 2, 1))[0]}
        agent = choose.choices(agent, (20, 12, 2, 1))[0]
        if agent or choose.random() < 0.2:
            event["agent_key"] = agent
        if choose.random() < 0.5:
            event["idempotency_key"] = choose.choice("abcdef")
        if choose.random() < 0.25:
            event["occurred_at"] = self._instant(choose.choices(
                (-86_400, 1, 60, 3600, 20_000), (3, 6, 12, 3, 1))[0])
        elif key in self.model.opened and choose.random() < 0.01:  # at the end of its window
            end = self.model.opened[key].settles_at
            event["occurred_at"] = answered(end - choose.choice((0, 0, 1)))
        event["properties"] = self._properties(event)
        return event

    def _is_settled(self, key):
        opened = self.model.opened.get(key)
        return opened is not None and opened.settles_at <= self.model.clock

    def _properties(self, event):
        choose, properties = self.choose, {}
        if choose.random() < 0.5:
            properties["value"] = choose.choice(VALUES)
        if choose.random() < 0.4:
            properties["attribution"] = choose.choice(ATTRIBUTIONS)
        if choose.random() < 0.1:
            properties["colour"] = choose.choice(("red", None, 1, Decimal("1.0"), {"deep": [1]}))
        if choose.random() < 0.06:
            properties["settles_at"] = self._instant(choose.choice((-5, 0, 1, 600, 100_000)))
        elif "idempotency_key" not in event and choose.random() < 0.02:
            properties["settles_at"] = self._instant(181 * 86_400)  # too far ahead
        return properties

    def _instant(self, seconds):
        """An instant this far from the clock, in one of the forms a client may choose."""
        text = answered(self.model.clock + seconds * SECOND + self.choose.choice((0, 0, 1, -1)))
        return self.choose.choice((text, text.replace("Z", "+00:00")))
