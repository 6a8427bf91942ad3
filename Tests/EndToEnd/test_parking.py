# SPDX-License-Identifier: Apache-2.0
"""Signals that wait on their key for what is missing, up to the limit of 10,000."""
import unittest

from assay_server import Server, standard_catalog
from model_conditions import SECOND, answered, micros

CLOCK = "2025-02-02T00:00:00.000000Z"
PERIOD_SECONDS = 3600
PARKED_LIMIT = 10_000
REDRIVE_LIMIT = 1000


class ParkingTests(unittest.TestCase):
    maxDiff = 4000

    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.close)
        cls.client = cls.server.create_account("sandbox", clock=CLOCK)
        cls.live = cls.server.create_account("live")
        cls.server.start()
        for client in (cls.client, cls.live):
            standard_catalog(client, period=PERIOD_SECONDS)

    def test_ten_thousand_wait_one_more_does_not_and_a_newcomer_brings_them_all(self):
        client = self.live
        event = {"key": "full-of-waiting", "action": "resolved", "customer_key": "tenthousand"}
        for start in range(0, PARKED_LIMIT, 1000):
            answer = client.batch([event | {"properties": {"value": start}}] * 1000)
        extra = client.event(event["key"], "resolved", "tenthousand")
        fate = client.fate(extra["event_id"], extra["position"])
        self.assertEqual((fate["code"], fate["parked"]), ("CUSTOMER_NOT_FOUND", False))
        self.assertEqual(client.fate(answer["results"][-1]["event_id"])["parked"], True)
        client.customer("tenthousand")
        opener = client.event(event["key"], "note", "tenthousand")
        outcome = client.outcome(event["key"], opener["position"])
        self.assertEqual((outcome["state"], outcome["signal_count"]),
                         ("PENDING", PARKED_LIMIT + 1))
        history = client.history(event["key"])
        applied = [fact["data"]["signal"]["position"] for fact in history
                   if fact["type"] == "signal_applied"]
        self.assertEqual(applied, sorted(applied))
        letters = client.dead_letters(key=event["key"])
        self.assertEqual([letter["id"] for letter in letters], [extra["event_id"]])
        again = client.post("/v1/dead-letters/redrive", {"ids": [extra["event_id"]]})["position"]
        self.assertEqual(client.fate(extra["event_id"], again)["status"], "dead_lettered")
        gone = client.post("/v1/dead-letters/discard", {
            "ids": [extra["event_id"]], "reason": "over the limit"})["position"]
        self.assertEqual(client.dead_letters(key=event["key"], after=gone), [])

    def test_a_filter_redrives_a_thousand_at_a_time_until_nothing_is_left(self):
        client, count = self.client, REDRIVE_LIMIT * 2 + 500
        for start in range(0, count, 500):
            answer = client.batch([
                {"key": f"filtered-{start + n}", "action": "resolved", "customer_key": "later"}
                for n in range(500)])
        client.catch_up(answer["position"])
        client.customer("later")
        body = {"filter": {"customer_key": "later"}, "reason": "the customer is there"}
        dry = client.post("/v1/dead-letters/redrive", body | {"dry_run": True})
        self.assertEqual((dry["count"], dry["more"]), (REDRIVE_LIMIT, True))
        self.assertEqual(dry["totals"], [{"currency": "USD", "amount": "2500"}])
        counts = []
        while True:
            answer = client.post("/v1/dead-letters/redrive", body)
            counts.append((answer["count"], answer["more"]))
            client.catch_up(answer["position"])
            if not answer["more"]:
                break
        self.assertEqual(counts, [(1000, True), (1000, True), (500, False)])
        self.assertEqual(client.dead_letters(customer_key="later"), [])
        self.assertEqual(len(client.outcomes(customer_key="later")), count)
        # A second time there is nothing to redrive, and nothing is counted twice.
        again = client.post("/v1/dead-letters/redrive", body)
        self.assertEqual((again["count"], again["position"]), (0, None))
        client.advance(by=PERIOD_SECONDS)
        self.assertEqual(client.totals(customer_key="later"), {"USD": str(count * 5 // 2)})

    def test_what_disagrees_stays_and_what_agrees_is_judged_at_its_own_time(self):
        client, key = self.client, "long-in-waiting"
        start = micros(client.now())

        def post(seconds, action, customer, **more):
            moment = answered(start + seconds * SECOND)
            return client.event(key, action, customer, occurred_at=moment, **more)

        first = post(1, "note", "patient")
        other = post(2, "resolved", "impatient")
        ghost = post(3, "resolved", "patient", agent_key="ghost")
        second = post(4, "resolved", "patient", properties={"attribution": 3})
        late = post(4 + PERIOD_SECONDS, "note", "patient")  # as if nothing had been missing
        self.assertEqual(client.call("GET", f"/v1/outcomes/{key}").status, 404)
        client.customer("patient")
        client.customer("impatient")
        client.catch_up(late["position"])
        redriven = client.post("/v1/dead-letters/redrive", {"ids": [second["event_id"]]})
        outcome = client.outcome(key, redriven["position"])
        self.assertEqual(
            (outcome["state"], outcome["customer_key"], outcome["opened_at"],
             outcome["settled_at"], outcome["signal_count"], outcome["late_signal_count"],
             outcome["amount"]),
            ("CONFIRMED", "patient", answered(start + SECOND),
             answered(start + (4 + PERIOD_SECONDS) * SECOND), 2, 1, "7.5"))
        fates = {name: client.fate(event["event_id"]) for name, event in (
            ("first", first), ("other", other), ("ghost", ghost), ("second", second),
            ("late", late))}
        self.assertEqual({name: fate["code"] or fate["status"] for name, fate in fates.items()}, {
            "first": "applied", "other": "CUSTOMER_NOT_FOUND", "ghost": "AGENT_NOT_FOUND",
            "second": "applied", "late": "OUTCOME_NOT_OPEN"})


if __name__ == "__main__":
    unittest.main()
