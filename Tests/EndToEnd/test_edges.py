# SPDX-License-Identifier: Apache-2.0
"""The edges of the rules, through the HTTP API of one server with a sandbox and a live account."""
import threading
import unittest
from datetime import datetime, timedelta
from decimal import Context, Decimal, Inexact

from assay_server import Server, standard_catalog
from model_conditions import SECOND, answered, micros, plain

CLOCK = "2022-05-05T12:00:00.000000Z"
PERIOD_SECONDS = 3600
THREADS = 8
EXACT = Context(prec=200, traps=[Inexact])
LONGEST = Decimal("9999999999999999.999999999999999999")  # 34 digits, 18 after the point
SUPPORT = {"agent_key": "support"}  # other tests of the class bring agents of their own
SEEN = [{"fact": "resolved", "operator": "seen"}]
PRINTABLE = "".join(map(chr, range(0x20, 0x7F)))
KEYS = (
    PRINTABLE, "/../../v1/agents", "........", "?after=x&limit=1", "100%25 sure", "%2F%2f%00..",
    " leading and trailing ", "\U0001F600\U0001F469\u200D\U0001F4BB ok 1", "a" * 255,
    "\U0001F600" * 255, "cafe\u0301-bar", "caf\u00e9-bar", "\u202Eright-to-left",
    "\uFFFD\uFFFF\U0010FFFF-last", "\"quoted\"\\back\\", "key+with+plus", "key with space",
    "--------", "{\"json\": true}", "'; DROP TABLE events; --", "\u00A0non-breaking\u2028line")
NOT_KEYS = ("short-7", "a" * 256, "with\ncontrol", "with\u0000nul-", "with\u007Fdelete",
            "\u0085control")


class EdgeTests(unittest.TestCase):
    maxDiff = 4000

    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.close)
        cls.sandbox = cls.server.create_account("sandbox", clock=CLOCK)
        cls.live = cls.server.create_account("live")
        cls.server.start()
        for client in (cls.sandbox, cls.live):
            standard_catalog(client, period=PERIOD_SECONDS)

    def at_once(self, client, works):
        """Runs the works in threads that start together; returns what each answered."""
        barrier, answers = threading.Barrier(len(works)), [None] * len(works)

        def run(index, work):
            own = client.clone()
            own.get("/v1/outcomes", limit=1)  # the connection stands before the start
            barrier.wait()
            answers[index] = work(own)
            own.close()

        threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertNotIn(None, answers)
        return answers

    def applied(self, client, key, after=None):
        """The applied signals of a key, after checking that its versions have no gap."""
        history = client.history(key, after)
        self.assertEqual([fact["version"] for fact in history], [*range(1, len(history) + 1)])
        return [fact["data"]["signal"] for fact in history if fact["type"] == "signal_applied"]

    def test_commands_for_one_new_key_at_once_all_count(self):
        for client in (self.sandbox, self.live):
            answers = self.at_once(client, [
                lambda own: own.event("at-once-key", "resolved", **SUPPORT)
                for _ in range(THREADS)])
            ids = {answer["event_id"] for answer in answers}
            self.assertEqual(len(ids), THREADS)
            for answer in answers:
                client.fate(answer["event_id"], answer["position"])
            applied = self.applied(client, "at-once-key")
            self.assertEqual({signal["event_id"] for signal in applied}, ids)
            positions = [signal["position"] for signal in applied]
            self.assertEqual(positions, sorted(positions))

    def test_one_idempotency_key_at_once_is_one_event(self):
        for client in (self.sandbox, self.live):
            answers = self.at_once(client, [
                lambda own: own.event(
                    "claimed-once", "resolved", idempotency_key="same", **SUPPORT)
                for _ in range(THREADS)])
            self.assertEqual(len({answer["event_id"] for answer in answers}), 1)
            self.assertEqual([answer["duplicate"] for answer in answers].count(False), 1)
            self.assertEqual(len(self.applied(client, "claimed-once", answers[0]["position"])), 1)

    def test_duplicates_inside_one_batch_are_found(self):
        event = {"key": "batch-key", "action": "resolved", "customer_key": "acme",
                 "idempotency_key": "one", "properties": {"value": 4}} | SUPPORT
        same = event | {"properties": {"value": Decimal("4.00"), "none": None}, "colour": "blue"}
        other = event | {"properties": {"value": "4"}}
        bad = event | {"key": "short"}
        answer = self.sandbox.batch([event, same, other, bad, event | {"idempotency_key": "two"}])
        results = answer["results"]
        self.assertEqual([result["status"] for result in results], [202, 202, 202, 400, 202])
        first, same, other, bad, second = results
        self.assertEqual(
            [(r["duplicate"], r["body_conflict"]) for r in (first, same, other, second)],
            [(False, False), (True, False), (True, True), (False, False)])
        self.assertEqual({same["event_id"], other["event_id"]}, {first["event_id"]})
        self.assertEqual(same["ignored"], ["colour"])
        self.assertEqual([d["field"] for d in bad["error"]["details"]], ["key"])
        applied = self.applied(self.sandbox, "batch-key", answer["position"])
        self.assertEqual(
            [signal["event_id"] for signal in applied], [first["event_id"], second["event_id"]])

    def test_a_signal_at_exactly_settles_at_comes_too_late_and_one_before_it_in_time(self):
        opened = self.sandbox.event("tie-breaker", "resolved", **SUPPORT)
        settles_at = micros(opened["received_at"]) + PERIOD_SECONDS * SECOND
        in_time = self.sandbox.event("tie-breaker", "note", occurred_at=answered(settles_at - 1))
        outcome = self.sandbox.outcome("tie-breaker", in_time["position"])
        settles_at += PERIOD_SECONDS * SECOND - 1
        self.assertEqual((outcome["state"], outcome["signal_count"], outcome["settles_at"]),
                         ("PENDING", 2, answered(settles_at)))
        late = self.sandbox.event("tie-breaker", "note", occurred_at=answered(settles_at))
        fate = self.sandbox.fate(late["event_id"], late["position"])
        self.assertEqual((fate["status"], fate["code"]), ("dead_lettered", "OUTCOME_NOT_OPEN"))
        outcome = self.sandbox.outcome("tie-breaker", late["position"])
        self.assertEqual(
            (outcome["state"], outcome["settled_at"], outcome["signal_count"],
             outcome["late_signal_count"]), ("CONFIRMED", answered(settles_at), 2, 1))

    def test_ten_thousand_signals_on_one_key(self):
        count, attribution = 10_000, Decimal("0.000000000000000001")
        self.sandbox.agent("crowd", [{"fact": "tick", "operator": "count_gte", "value": count}],
                           PERIOD_SECONDS, attribution_method="sum")
        self.sandbox.rate_card("standard", {"support": "2.50", "crowd": "3"})
        for start in range(0, count, 1000):
            answer = self.sandbox.batch([{
                "key": "crowded-key", "action": "tick", "agent_key": "crowd",
                "customer_key": "acme", "properties": {"attribution": attribution}}] * 1000)
        outcome = self.sandbox.outcome("crowded-key", answer["position"])
        self.assertEqual((outcome["state"], outcome["signal_count"]), ("PENDING", count))
        self.assertEqual(len(self.applied(self.sandbox, "crowded-key")), count)
        self.sandbox.advance(by=PERIOD_SECONDS)
        self.assertEqual(
            self.sandbox.outcome("crowded-key")["amount"], plain(3 * count * attribution))

    def test_every_legal_character_makes_a_key_of_its_own(self):
        answer = self.sandbox.batch([
            {"key": key, "action": "resolved", "customer_key": "acme"} | SUPPORT for key in KEYS])
        self.assertEqual({result["status"] for result in answer["results"]}, {202})
        for key, result in zip(KEYS, answer["results"]):
            with self.subTest(key=key):
                self.assertEqual(result["key"], key)
                self.assertEqual(self.sandbox.outcome(key, answer["position"])["key"], key)
                applied = self.applied(self.sandbox, key)
                self.assertEqual([s["event_id"] for s in applied], [result["event_id"]])
                self.assertEqual(self.sandbox.fate(result["event_id"])["key"], key)
        self.assertLessEqual({*KEYS}, self.sandbox.outcomes(limit=5).keys())
        now = micros(self.sandbox.now())
        self.sandbox.advance(to=answered(now + PERIOD_SECONDS * SECOND))
        for key in KEYS:
            postings = self.sandbox.postings(outcome_key=key)
            self.assertEqual([posting["outcome_key"] for posting in postings], [key])

    def test_what_is_no_key_is_refused_and_changes_nothing(self):
        for key in NOT_KEYS:
            answer = self.sandbox.call(
                "POST", "/v1/events", {"key": key, "action": "resolved", "customer_key": "acme"})
            self.assertEqual((answer.status, answer.code), (400, "VALIDATION_ERROR"), repr(key))
            fields = [detail["field"] for detail in answer.body["error"]["details"]]
            # A NUL may make the whole body unreadable.
            self.assertIn(fields, (["key"], ["body"] if "\0" in key else ["key"]), repr(key))

    def test_decimals_of_34_digits_stay_exact_through_to_the_ledger(self):
        self.sandbox.agent("digits", SEEN, PERIOD_SECONDS, attribution_method="sum")
        self.sandbox.rate_card("digits", {"digits": LONGEST}, "JPY")
        self.sandbox.customer("digits", "digits")
        for number in range(3):
            answer = self.sandbox.event(
                f"digits-{number}", "resolved", "digits", agent_key="digits",
                properties={"attribution": LONGEST, "value": LONGEST})
            self.sandbox.event(f"digits-{number}", "resolved", "digits",
                               properties={"attribution": LONGEST})
        signal = self.applied(self.sandbox, "digits-0", answer["position"])[0]
        self.assertEqual(signal["attribution"], plain(LONGEST))
        self.sandbox.advance(by=PERIOD_SECONDS)
        amount = EXACT.multiply(LONGEST, EXACT.add(LONGEST, LONGEST))
        for posting in self.sandbox.postings(customer_key="digits"):
            self.assertEqual(posting["amount"], plain(amount))
            self.assertEqual(sorted(line["amount"] for line in posting["lines"]),
                             sorted((plain(amount), "-" + plain(amount))))
        self.assertEqual(
            self.sandbox.totals(customer_key="digits"), {"JPY": plain(EXACT.multiply(amount, 3))})

    def test_a_number_out_of_bounds_is_refused(self):
        for number in ("9" * 19, "0." + "0" * 18 + "1", "12345678901234567.123456789012345678"):
            for name in ("attribution", "value"):
                answer = self.sandbox.call("POST", "/v1/events", {
                    "key": "out-of-bounds", "action": "resolved", "customer_key": "acme",
                    "properties": {name: Decimal(number)}})
                self.assertEqual((answer.status, answer.code), (400, "VALIDATION_ERROR"), number)
        self.assertEqual(self.sandbox.call("GET", "/v1/outcomes/out-of-bounds").status, 404)


if __name__ == "__main__":
    unittest.main()
