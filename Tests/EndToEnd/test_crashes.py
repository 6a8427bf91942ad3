# SPDX-License-Identifier: Apache-2.0
"""kill -9 and SIGTERM under load: what was answered 202 is counted once, and billed once.

ASSAY_CRASHES sets the number of crashes (20); ASSAY_SEED repeats a run.
"""
import http.client
import os
import random
import threading
import time
import unittest
from collections import Counter, defaultdict
from decimal import Context, Decimal, Inexact
from types import SimpleNamespace

from assay_server import Server, standard_catalog, wait_until
from crash_load import PRICES, RESOLVED, Load, put_catalog
from model_conditions import SECOND, answered, holds, micros, plain

CRASHES = int(os.environ.get("ASSAY_CRASHES") or 20)
ADVANCES, EVENTS_PER_ADVANCE = 4, 300
CLOCK = "2020-02-02T00:00:00.000000Z"
LOAD_SECONDS = (0.05, 0.6)  # how long a server lives under load
EXACT = Context(prec=200, traps=[Inexact])


class CrashTests(unittest.TestCase):
    crashes = CRASHES

    def make_server(self):
        return Server()

    def setUp(self):
        seed = os.environ.get("ASSAY_SEED") or str(random.SystemRandom().randrange(1 << 32))
        print(f"\n{self.id()}: ASSAY_SEED={seed}", flush=True)
        self.choose = random.Random(seed)
        self.server = self.make_server()
        self.addCleanup(self.server.close)
        self.client = self.server.create_account("live")
        self.sandbox = self.server.create_account("sandbox", clock=CLOCK)
        self.server.start()
        put_catalog(self.client)
        self.load = Load(self.client, seed)

    def under_load(self, end):
        """Runs the load for a random while, ends the server, starts it again, retries."""
        self.load.start()
        time.sleep(self.choose.uniform(*LOAD_SECONDS))  # the moment of the crash, not a wait
        end()
        self.load.join()
        began = time.monotonic()
        self.server.start()
        serving = time.monotonic() - began
        self.assertEqual(self.load.problems, [])
        for position in self.load.retry():
            self.client.catch_up(position)  # what was read from is served again, too
        return serving

    def test_after_kills_under_load_every_acknowledged_event_counts_exactly_once(self):
        serving = [self.under_load(self.server.kill) for _ in range(self.crashes)]
        self.check(f"{self.crashes} crashes, serving again in at most {max(serving):.2f} s")

    def test_sigterm_under_load_loses_nothing(self):
        for _ in range(3):
            self.under_load(self.server.stop)
        self.check("3 stops")

    def test_kills_while_a_test_clock_advances_settle_everything_once(self):
        standard_catalog(self.sandbox)
        for number in range(1, ADVANCES + 1):
            self.sandbox.batch([
                {"key": f"advance-{number}-{n}", "action": "resolved", "customer_key": "acme"}
                for n in range(EVENTS_PER_ADVANCE)])
            to = answered(micros(CLOCK) + number * 86_400 * SECOND)
            advance = threading.Thread(target=self.advance_until_cut_off, args=(to,))
            advance.start()
            time.sleep(self.choose.uniform(0, LOAD_SECONDS[1]))
            self.server.kill()
            advance.join()
            self.server.start()
            self.sandbox.advance(to=to)
            booked = Counter(posting["outcome_key"] for posting in self.sandbox.postings())
            self.assertEqual(set(booked.values()), {1})
            self.assertEqual(booked.keys(), self.sandbox.outcomes(state="CONFIRMED").keys())
            self.assertEqual(len(booked), number * EVENTS_PER_ADVANCE)
            self.assertEqual(
                self.sandbox.totals(), {"USD": plain(Decimal("2.5") * len(booked))})

    def advance_until_cut_off(self, to):
        client = self.sandbox.clone()
        try:
            client.advance(to=to)
        except (OSError, http.client.HTTPException):
            pass  # the server has gone, as it was meant to
        client.close()

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


if __name__ == "__main__":
    unittest.main()
