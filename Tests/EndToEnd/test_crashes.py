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
from collections import Counter
from decimal import Decimal

from assay_server import Server, standard_catalog
from crash_checks import CountedOnce
from crash_load import Load, put_catalog
from model_conditions import SECOND, answered, micros, plain

CRASHES = int(os.environ.get("ASSAY_CRASHES") or 20)
ADVANCES, EVENTS_PER_ADVANCE = 4, 300
CLOCK = "2020-02-02T00:00:00.000000Z"
LOAD_SECONDS = (0.05, 0.6)  # how long a server lives under load


class CrashTests(CountedOnce, unittest.TestCase):
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


if __name__ == "__main__":
    unittest.main()
