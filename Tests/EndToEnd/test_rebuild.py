# SPDX-License-Identifier: Apache-2.0
"""Rebuilding read models while traffic runs (R14), and a projection that has stopped.

ASSAY_REBUILD_EVENTS sets how many events there are before the traffic (4000), and
ASSAY_REBUILD_KILLS how many rebuilds are killed in the middle (2); ASSAY_SEED repeats a run.
"""
import os
import random
import sqlite3
import threading
import time
import unittest
from decimal import Decimal
from pathlib import Path

from assay_server import Server, command, wait_until
from crash_checks import EXACT, CountedOnce
from crash_load import PRICES, RESOLVED, Load, put_catalog
from postgres_server import PostgresSite

EVENTS = int(os.environ.get("ASSAY_REBUILD_EVENTS") or 4000)
KILLS = int(os.environ.get("ASSAY_REBUILD_KILLS") or 2)
MODELS = ("feed", "ledger", "dead-letters", "journeys", "value")
LISTS = ("outcomes", "ledger/postings", "ledger/balances", "dead-letters")
SLOW_SECONDS = 5  # a window that is open while a server stops
PAUSE_SECONDS = 0.02  # so that the traffic leaves a small machine time for the rebuild


class Reader(threading.Thread):
    """Reads every list, over and over; none may be refused."""

    def __init__(self, client):
        super().__init__(daemon=True)
        self.client, self.is_over, self.problems, self.reads = client.clone(), False, [], 0

    def run(self):
        while not self.is_over:
            for name in LISTS:
                answer = self.client.call("GET", f"/v1/{name}?limit=20")
                self.reads += 1
                if answer.status != 200:
                    self.problems.append((name, answer.status, answer.body))
            time.sleep(PAUSE_SECONDS)
        self.client.close()

    def end(self):
        self.is_over = True
        self.join()


class RebuildTests(CountedOnce, unittest.TestCase):
    maxDiff = 4000

    def make_server(self):
        return Server()

    def setUp(self):
        seed = os.environ.get("ASSAY_SEED") or str(random.SystemRandom().randrange(1 << 32))
        print(f"\n{self.id()}: ASSAY_SEED={seed}", flush=True)
        self.choose = random.Random(seed)
        self.server = self.make_server()
        self.addCleanup(self.server.close)
        self.client = self.server.create_account("live")
        self.server.start()
        put_catalog(self.client)
        self.load = Load(self.client, seed)
        self.load.pause_seconds = PAUSE_SECONDS

    # What is done and asked.

    def assay(self, *arguments, check=True):
        return command(*arguments, "--store", self.server.store, check=check,
                       ASSAY_VIEWS=str(self.server.directory / "views"))

    def rebuild(self, model, *order, check=True):
        return self.assay("rebuild", model, *order, check=check)

    @property
    def views(self):
        path = Path(f"{self.server.path}.views")
        return path if path.exists() else self.server.directory / "views"

    def fill(self):
        """A history to build from, with windows that have ended and signals that lie dead."""
        positions = []
        for start in range(0, EVENTS, 1000):
            bodies = []
            for number in range(start, min(start + 1000, EVENTS)):
                key = f"crash-quick-fill-{number // 3}"
                claim = (key, f"fill-{number}")
                body = {
                    "key": key, "action": ("replied", "resolved", "reopened")[number % 7 % 3],
                    "customer_key": "nobody" if number % 97 == 0 else "acme",
                    "agent_key": "quick", "idempotency_key": f"fill-{number}",
                    "properties": {"attribution": Decimal(number % 1000) / 1000}}
                self.load.bodies[claim] = body
                bodies.append((claim, body))
            answer = self.client.batch([body for _, body in bodies])
            for (claim, _), result in zip(bodies, answer["results"]):
                self.load.acknowledged[claim] = result["event_id"]
            positions.append(answer["position"])
        for position in positions:
            self.client.catch_up(position)
        for state in ("OPEN", "PENDING"):
            wait_until(lambda: not self.client.outcomes(state=state), f"nothing is {state}", 60)

    def everything(self):
        return {name: list(self.client.pages(f"/v1/{name}")) for name in LISTS}

    def halves(self):
        """The first pages of the lists that have more."""
        return {name: self.client.get(f"/v1/{name}", limit=50) for name in LISTS[:2]}

    def goes_on(self, halves, whole):
        """Cursors taken before lead to what is older than they are, as if nothing had happened."""
        for name, page in halves.items():
            self.assertIsNotNone(page["next_cursor"], name)
            seen, cursor = [], page["next_cursor"]
            while cursor:
                following = self.client.get(f"/v1/{name}", limit=500, cursor=cursor)
                seen += following["data"]
                cursor = following["next_cursor"]
            old = [self.identity(element) for element in whole[name]]
            first = [self.identity(element) for element in page["data"]]
            self.assertEqual(old, first + [self.identity(element) for element in seen], name)

    @staticmethod
    def identity(element):
        return element.get("id") or element["key"]

    def swapped(self, model):
        return wait_until(lambda: self.told(model, "are live"), f"{model} is rebuilt", 120)

    def told(self, model, words):
        done = self.rebuild(model, "status")
        return done.stdout if words in done.stdout else None

    def adds_up(self):
        lines = [line for posting in self.client.postings() for line in posting["lines"]]
        total = Decimal(0)
        for line in lines:
            total = EXACT.add(total, Decimal(line["amount"]))
        self.assertEqual(total, 0)
        self.assertGreater(len(lines), 0)

    # R14.

    def test_rebuilds_under_traffic_give_the_same_rows_and_refuse_no_reader(self):
        self.fill()
        whole, halves = self.everything(), self.halves()
        reader = Reader(self.client)
        reader.start()
        self.load.start()
        for model in MODELS:
            done = self.rebuild(model)
            self.assertIn("equal to the old ones", done.stdout)
            self.assertRegex(done.stdout, r"Digest [0-9a-f]{64}\n")
            self.assertIn("there is one copy", self.rebuild(model, "drop").stdout)
        self.goes_on(halves, whole)
        self.load.stop()
        self.load.join()
        reader.end()
        self.assertEqual(self.load.problems, [])
        self.assertEqual(reader.problems, [])
        self.adds_up()
        self.check(f"{len(MODELS)} rebuilds under traffic, {reader.reads} reads")
        self.as_from_scratch()

    def as_from_scratch(self):
        """Rows that are built from nothing at a start are the same."""
        before = self.everything()
        self.server.stop()
        self.views.unlink()
        self.server.start()
        self.assertEqual(self.everything(), before)

    def test_after_kills_in_the_middle_a_rebuild_goes_on_by_itself(self):
        self.fill()
        for number in range(KILLS):
            model = MODELS[number % len(MODELS)]
            self.load.start()
            self.rebuild(model, "start", "--detach")
            time.sleep(self.choose.uniform(0, 0.3))  # the moment of the kill, not a wait
            self.server.kill()
            self.load.join()
            self.server.start()
            self.assertEqual(self.load.problems, [])
            for position in self.load.retry():
                self.client.catch_up(position)
            self.assertRegex(self.swapped(model), r"0 differed|equal to the old ones")
            self.rebuild(model, "drop")
        self.adds_up()
        self.check(f"{KILLS} kills in the middle of rebuilds")

    def test_a_paused_rebuild_stays_so_over_a_restart_and_goes_on_when_it_is_told(self):
        self.fill()
        self.rebuild("feed", "start", "--detach")
        paused = self.rebuild("feed", "pause", check=False)
        if paused.returncode != 0:  # it was through before the order came
            self.assertIn("swapped", paused.stderr)
            return
        self.server.kill()
        self.server.start()
        self.assertIn("paused", self.rebuild("feed", "status").stdout)
        self.assertIn("equal to the old ones", self.rebuild("feed", "resume").stdout)
        refused = self.rebuild("feed", check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("drop it first", refused.stderr)

    # Differences, and projections that have stopped.

    def damage(self, model, sql, *values):
        """Changes rows of the live copy, which nothing may be serving."""
        with sqlite3.connect(f"{self.views}.{model}.a") as rows:
            changed = rows.execute(sql, values).rowcount
            self.assertGreater(changed, 0)
        rows.close()

    def test_a_rewritten_row_is_found_and_goes_only_when_that_is_asked_for(self):
        self.fill()
        whole = self.everything()
        self.server.stop()
        self.damage("feed", "UPDATE feed_outcomes SET amount = '999' WHERE state = 2"
                            " AND stream = (SELECT max(stream) FROM feed_outcomes WHERE state = 2)")
        self.server.start()
        done = self.rebuild("feed", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("amount is 999, the log gives ", done.stdout)
        self.assertIn("not what the log gives", done.stderr)
        self.assertNotEqual(self.everything()["outcomes"], whole["outcomes"])
        done = self.rebuild("feed", "swap", "--accept-difference")
        self.assertIn("1 differed", done.stdout)
        self.assertEqual(self.everything(), whole)
        metrics = self.client.call("GET", "/metrics").body.decode()
        self.assertIn('assay_rebuild_differences{projection="outcomes_feed"} 1', metrics)

    def test_a_projection_that_stops_says_where_and_why_and_goes_on_after_the_mending(self):
        self.client.agent("slow", RESOLVED, SLOW_SECONDS)
        self.client.rate_card("standard", PRICES | {"slow": "1.5"})
        key = "stops-at-its-settlement"
        self.client.catch_up(self.client.event(key, "resolved", agent_key="slow")["position"])
        self.assertEqual(self.assay("projections").returncode, 0)
        self.server.stop()
        with sqlite3.connect(f"{self.views}.feed.a") as rows:
            kept = rows.execute(
                "SELECT * FROM feed_outcomes WHERE key = ?", (key.encode(),)).fetchall()
        rows.close()
        self.assertEqual(len(kept), 1)
        self.damage("feed", "DELETE FROM feed_outcomes WHERE key = ?", key.encode())
        self.server.launch()
        reason, = wait_until(self.stopped_projections, "it says so")
        position = self.client.event("another-outcome", "replied", agent_key="slow")["position"]
        self.assertRegex(
            reason, r"^projection outcomes_feed has stopped at partition \d+, position \d+: \w+")
        done = self.assay("projections", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, r"outcomes_feed: stopped, \d+ events behind, at partition")
        self.assertIn("billing_ledger: following", done.stdout)
        self.client.get("/v1/ledger/postings", limit=1, after=position)  # the others go on
        self.assertEqual(self.client.call("GET", f"/v1/outcomes?after={position}").code,
                         "READ_BEHIND")
        metrics = self.client.call("GET", "/metrics").body.decode()
        self.assertIn('assay_projection_stopped{projection="outcomes_feed"} 1', metrics)

        again = self.assay("projections", "resume", "feed", check=False)
        self.assertEqual(again.returncode, 1)
        self.assertIn("stopped again", again.stderr)
        with sqlite3.connect(f"{self.views}.feed.a") as rows:  # the mending, while it serves
            rows.execute(f"INSERT INTO feed_outcomes VALUES ({','.join('?' * len(kept[0]))})",
                         kept[0])
        rows.close()
        done = self.assay("projections", "resume", "outcomes_feed")  # as `projections` prints it
        self.assertIn("outcomes_feed: following", done.stdout)
        self.client.catch_up(position)
        self.assertEqual(self.client.call("GET", "/readyz").status, 200)
        self.assertIn("equal to the old ones", self.rebuild("feed").stdout)

    def stopped_projections(self):
        """A node that has just started may have other reasons not to be ready."""
        reasons = self.client.call("GET", "/readyz").body["reasons"]
        return [reason for reason in reasons if reason.startswith("projection ")]

    # The socket.

    def test_the_control_socket_is_its_owners_alone_and_goes_with_the_server(self):
        socket = Path(f"{self.views}.control")
        self.assertEqual(socket.stat().st_mode & 0o777, 0o600)
        self.server.kill()
        self.assertTrue(socket.exists())
        self.server.start()  # what a kill has left is replaced
        self.assertIn("following", self.assay("projections").stdout)
        self.server.stop()
        self.assertFalse(socket.exists())
        done = self.assay("projections", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("No server answers at ", done.stderr)


class PostgresRebuildTests(PostgresSite, RebuildTests):
    pass


if __name__ == "__main__":
    unittest.main()
