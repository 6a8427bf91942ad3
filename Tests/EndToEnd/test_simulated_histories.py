# SPDX-License-Identifier: Apache-2.0
"""Random histories tried under other contracts, compared with accounts that had those from the start."""
import random
import unittest
from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal

from assay_server import Server
from postgres_server import PostgresSite

START = datetime(2026, 1, 1)
KEYS, STEPS, SEED = 60, 420, 20_261_128
ACTIONS, WEIGHTS = ("resolved", "reopened", "score", "note"), (5, 2, 3, 1)
VALUES = (3, "3", Decimal("3.5"), True, "yes", -1)
HOURS = 3600


def leaf(fact, operator, value=None):
    return {"fact": fact, "operator": operator} | ({} if value is None else {"value": value})


OWN = {"settlement_period": 6 * HOURS, "attribution_method": "last",
       "condition": [leaf("resolved", "seen"), leaf("reopened", "not_seen")]}
# Contract, currency and price: with another window, another condition, another way to count.
OTHERS = (
    (OWN | {"settlement_period": 2 * HOURS}, "USD", "0.37"),
    (OWN | {"settlement_period": 14 * HOURS, "attribution_method": "sum"}, "EUR",
     "0.000000000000000001"),
    ({"settlement_period": 6 * HOURS, "attribution_method": "max", "condition": {"any": [
        {"all": [leaf("resolved", "count_gte", 2), leaf("score", "not_lt", 3)]},
        {"not": {"any": [leaf("resolved", "seen"), leaf("score", "match", "3")]}}]}},
     "JPY", "120"),
)


def text(instant):
    return instant.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def history():
    """Steps that mean the same to every account: events, a customer who comes late, and a redrive."""
    choose, now = random.Random(SEED), START
    ends = defaultdict(list)
    for number in range(STEPS):
        key = f"history-{choose.randrange(KEYS):03}"
        now += timedelta(minutes=choose.choice((0, 0, 1, 7, 20)))
        if ends[key] and choose.random() < 0.2:
            now = max(now, ends[key][-1])  # at the very end of a window
        properties = {}
        if choose.random() < 0.6:
            properties["value"] = choose.choice(VALUES)
        if choose.random() < 0.5:
            properties["attribution"] = choose.choice((0, 1, Decimal("2.50"), Decimal("0.1")))
        if choose.random() < 0.15:
            ends[key].append(now + timedelta(minutes=choose.choice((-5, 30, 90, 400))))
            properties["settles_at"] = text(ends[key][-1])
        home = ("acme", "globex")[int(key[-1]) % 2]
        yield {"key": key, "action": choose.choices(ACTIONS, WEIGHTS)[0],
               "customer_key": home if choose.random() < 0.95 else "acme",
               "occurred_at": text(now), "properties": properties}
        if number == STEPS // 2:
            yield "globex"


class HistorySimulationTests(unittest.TestCase):
    maxDiff = 4000

    def make_server(self):
        return Server()

    def setUp(self):
        self.server = self.make_server()
        self.addCleanup(self.server.close)
        names = ["own", *(f"other-{place}" for place in range(len(OTHERS)))]
        self.clients = [self.server.create_account(name, clock=text(START)) for name in names]
        self.server.start()
        terms = [(OWN, "USD", "2.50"), *OTHERS]
        for client, (contract, currency, price) in zip(self.clients, terms, strict=True):
            client.put("/v1/agents/support", {"name": "Support", "contract": contract})
            client.rate_card("standard", {"support": price}, currency)
            client.customer("acme")
            for step in history():
                if step == "globex":
                    client.customer("globex")
                    self.redrive_some(client)
                else:
                    client.post("/v1/events", step)

    def redrive_some(self, client):
        """The same letters in each account: those of every third key."""
        client.catch_up(client.event("history-end", "note")["position"])
        letters = [letter["event_id"] for letter in client.pages("/v1/dead-letters")
                   if letter["code"] == "CUSTOMER_NOT_FOUND" and int(letter["key"][-3:]) % 3 == 0]
        self.assertTrue(letters, "nothing was parked: a test of nothing")
        client.post("/v1/dead-letters/redrive", {"ids": letters, "reason": "they are here"})

    def outcomes_at(self, client, instant):
        client.catch_up(client.advance(to=text(instant))["position"])
        return client.outcomes()

    @staticmethod
    def told(outcome):
        """What both ways of telling an outcome have in common."""
        names = ["state", "scheduled_resolution", "settles_at", "signal_count", "late_signal_count"]
        if outcome["state"] == "CONFIRMED":
            names += ["quantity", "amount", "currency"]
        return {name: outcome[name] for name in names}

    def test_what_would_be_is_what_an_account_with_that_contract_has(self):
        own, *others = self.clients
        end = max(datetime.fromisoformat(client.now()).replace(tzinfo=None)
                  for client in self.clients)
        moves, seen = set(), set()
        for instant in (end, end + timedelta(days=2)):
            before = self.outcomes_at(own, instant)
            same = own.post("/v1/simulations", {"agent_key": "support", "contract": OWN})
            self.assertEqual((same["changed"], same["outcomes"]), (0, len(before)))
            for total in same["totals"]:
                for sums in (total["confirmed"], total["pending"]):
                    self.assertEqual((sums["before"], sums["difference"]), (sums["after"], "0"))
            for client, (contract, currency, price) in zip(others, OTHERS, strict=True):
                after = self.outcomes_at(client, instant)
                self.assertEqual(before.keys(), after.keys())
                answer = own.post("/v1/simulations", {
                    "agent_key": "support", "contract": contract, "changes": 1000,
                    "rate_card": {"currency": currency, "price_per_unit": price}})
                changes = {change["key"]: change for change in answer["changes"]}
                self.assertEqual(len(changes), answer["changed"])
                for key, outcome in after.items():
                    if key in changes:
                        self.assertEqual(self.told(changes[key]["before"]), self.told(before[key]))
                        self.assertEqual(self.told(changes[key]["after"]), self.told(outcome))
                    else:
                        self.assertEqual(before[key]["state"], outcome["state"], key)
                        self.assertEqual(before[key]["amount"], outcome["amount"], key)
                    moves.add((before[key]["state"], outcome["state"]))
                self.assert_money(answer, before, after)
                seen |= {outcome["late_signal_count"] > 0 for outcome in after.values()}
        self.assertGreater(len(moves), 8, "the contracts hardly differ: a test of nothing")
        self.assertEqual(seen, {False, True})

    def assert_money(self, answer, before, after):
        sums = defaultdict(lambda: [Decimal(0), Decimal(0)])
        for side, outcomes in enumerate((before, after)):
            for outcome in outcomes.values():
                if outcome["state"] == "CONFIRMED":
                    sums[outcome["currency"]][side] += Decimal(outcome["amount"])
        for total in answer["totals"]:
            told = total["confirmed"]
            self.assertEqual([Decimal(told["before"]), Decimal(told["after"])],
                             sums.pop(total["currency"], [Decimal(0), Decimal(0)]))
            self.assertEqual(Decimal(told["difference"]),
                             Decimal(told["after"]) - Decimal(told["before"]))
        self.assertFalse(sums, "money of a currency is not told")


class PostgresHistorySimulationTests(PostgresSite, HistorySimulationTests):
    pass


if __name__ == "__main__":
    unittest.main()
