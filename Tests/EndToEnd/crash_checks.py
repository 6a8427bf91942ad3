# SPDX-License-Identifier: Apache-2.0
"""What must hold after any failure under load: what was answered 202 is counted and billed once."""
from collections import Counter, defaultdict
from decimal import Context, Decimal, Inexact
from types import SimpleNamespace

from assay_server import wait_until
from crash_load import PRICES, RESOLVED
from model_conditions import holds, plain

EXACT = Context(prec=200, traps=[Inexact])


class CountedOnce:
    """For a test case with a `client` and a `load`."""

    def check(self, what):
        for position in self.load.repeat_everything():
            self.client.catch_up(position)
        for state in ("OPEN", "PENDING"):
            wait_until(lambda: not self.client.outcomes(state=state), f"nothing is {state}")
        outcomes = self.client.outcomes()
        confirmed = sum(outcome["state"] == "CONFIRMED" for outcome in outcomes.values())
        wait_until(lambda: len(self.client.postings()) >= confirmed, "the ledger has caught up")
        postings = defaultdict(list)
        for posting in self.client.postings():
            postings[posting["outcome_key"]].append(posting)
        letters, total = [], Decimal(0)
        for key, event_ids in self.load.events_by_key.items():
            with self.subTest(key=key):
                history = self.client.history(key)
                letters += self.check_history(history, event_ids)
                booked = self.check_money(key, history, outcomes.get(key), postings.pop(key, []))
                total = EXACT.add(total, booked)
        self.assertEqual(dict(postings), {}, "postings of no outcome")
        self.assertEqual(
            sorted(letter["event_id"] for letter in self.client.dead_letters()), sorted(letters))
        self.assertEqual(self.client.totals(), {"USD": plain(total)})
        print(f"  {what}: {len(self.load.acknowledged)} events, {len(outcomes)} outcomes, "
              f"{len(letters)} dead letters, {plain(total)} USD", flush=True)

    def check_history(self, history, event_ids):
        """Versions without gaps, each event once; returns the dead letters among them."""
        self.assertEqual([fact["version"] for fact in history], [*range(1, len(history) + 1)])
        types = Counter(fact["type"] for fact in history)
        self.assertLessEqual(types.keys(), {
            "outcome_opened", "signal_applied", "signal_dead_lettered", "outcome_settled"})
        self.assertLessEqual(types["outcome_opened"], 1)
        self.assertEqual(types["outcome_settled"], types["outcome_opened"])
        fates = {}
        for fact in history:
            if fact["type"].startswith("signal_"):
                event_id = fact["data"]["signal"]["event_id"]
                # A parked signal may be judged once more, when the outcome opens.
                self.assertIn(fates.get(event_id), (None, "parked"))
                parked = fact["data"].get("parked")
                fates[event_id] = "parked" if parked else fact["type"]
        self.assertEqual(sorted(fates), sorted(event_ids))
        return [event_id for event_id, fate in fates.items() if fate != "signal_applied"]

    def check_money(self, key, history, outcome, postings):
        """One posting for a confirmed outcome, none for another; returns what is booked."""
        applied = [fact["data"]["signal"] for fact in history if fact["type"] == "signal_applied"]
        if not applied:
            self.assertIsNone(outcome)
            self.assertEqual(postings, [])
            return Decimal(0)
        signals = [SimpleNamespace(action=signal["action"]) for signal in applied]
        bodies = [self.load.bodies[key, signal["idempotency_key"]] for signal in applied]
        quantity = sum(body["properties"]["attribution"] for body in bodies)
        amount = EXACT.multiply(Decimal(PRICES[key.split("-")[1]]), quantity)
        self.assertEqual(outcome["version"], len(history))
        self.assertEqual(outcome["signal_count"], len(applied))
        if not holds(RESOLVED, signals):
            was_pending = any(holds(RESOLVED, signals[:count]) for count in range(len(signals)))
            self.assertEqual(outcome["state"], "FAILED" if was_pending else "MISSED")
            self.assertEqual(postings, [])
            return Decimal(0)
        self.assertEqual(outcome["state"], "CONFIRMED")
        self.assertEqual((outcome["quantity"], outcome["amount"]), (plain(quantity), plain(amount)))
        self.assertEqual([posting["amount"] for posting in postings], [plain(amount)])
        return amount
