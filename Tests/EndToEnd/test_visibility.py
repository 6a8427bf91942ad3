# SPDX-License-Identifier: Apache-2.0
"""What is read after what was written: positions, catalog changes, restarts inside a window."""
import unittest
from datetime import datetime

from assay_server import Server, standard_catalog, wait_until
from model_conditions import SECOND, answered, micros

CLOCK = "2023-07-07T00:00:00.000000Z"
PERIOD_SECONDS = 3600
BATCH = 500


class VisibilityTests(unittest.TestCase):
    maxDiff = 4000

    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.close)
        self.sandbox = self.server.create_account("sandbox", clock=CLOCK)
        self.live = self.server.create_account("live")
        self.server.start()
        for client in (self.sandbox, self.live):
            standard_catalog(client, period=PERIOD_SECONDS)

    # Reading what one wrote.

    def test_every_read_after_a_position_shows_the_write(self):
        for client in (self.sandbox, self.live):
            for number in range(20):
                key = f"visible-{number:03}"
                after = (sent := client.event(key, "resolved"))["position"]
                self.assertEqual(client.fate(sent["event_id"], after)["status"], "applied")
                self.assertEqual(client.outcome(key, after)["signal_count"], 1)
                self.assertEqual(client.get("/v1/outcomes", limit=1, after=after)["data"][0]["key"],
                                 key)
                after = (sent := client.event(key, "note"))["position"]
                self.assertEqual(len(client.history(key, after)), 3)
                after = (sent := client.event(key, "note", customer="else"))["position"]
                letter = client.get(f"/v1/dead-letters/{sent['event_id']}", after=after)
                self.assertEqual(letter["code"], "OUTCOME_IDENTITY_MISMATCH")

    def test_a_read_after_an_event_shows_what_its_time_made_due(self):
        self.sandbox.batch([
            {"key": f"due-later-{n}", "action": "resolved", "customer_key": "acme"}
            for n in range(BATCH)])
        moved = answered(micros(CLOCK) + PERIOD_SECONDS * SECOND)
        after = self.sandbox.event("other-key", "note", occurred_at=moved)["position"]
        self.assertEqual(len(self.sandbox.postings(after=after)), BATCH)
        self.assertEqual(self.sandbox.totals(after=after), {"USD": str(BATCH * 5 // 2)})
        self.assertEqual(len(self.sandbox.outcomes(state="CONFIRMED", after=after)), BATCH)

    def test_the_position_of_a_catalog_change_shows_it(self):
        for number in range(1, 11):
            after = self.live.agent("changing", period=number)["position"]
            contract = self.live.get("/v1/agents/changing", after=after)["contract"]
            self.assertEqual(contract["settlement_period"], number)
            versions = list(self.live.pages("/v1/agents/changing/versions", after=after))
            self.assertEqual([version["version"] for version in versions], [*range(1, number + 1)])
            after = self.live.customer(f"new-{number}")["position"]
            self.assertEqual(
                self.live.get(f"/v1/customers/new-{number}", after=after)["archived"], False)
            after = self.live.delete(f"/v1/customers/new-{number}")["position"]
            self.assertEqual(
                self.live.get(f"/v1/customers/new-{number}", after=after)["archived"], True)

    def test_the_position_of_a_redrive_and_of_a_discard_shows_them(self):
        for client in (self.sandbox, self.live):
            kept = client.event("waiting-key", "resolved", customer="newcomer")
            gone = client.event("waiting-key", "resolved", customer="nobody")
            client.catch_up(gone["position"])
            body = {"ids": [kept["event_id"]], "reason": "the customer is there now"}
            client.customer("newcomer")
            dry = client.post("/v1/dead-letters/redrive", body | {"dry_run": True})
            self.assertEqual([(o["key"], o["state_after"]) for o in dry["outcomes"]],
                             [("waiting-key", "PENDING")])
            self.assertEqual(dry["totals"], [{"currency": "USD", "amount": "2.5"}])
            self.assertEqual(len(client.dead_letters()), 2)
            after = client.post("/v1/dead-letters/redrive", body)["position"]
            self.assertEqual(client.outcome("waiting-key", after)["state"], "PENDING")
            self.assertEqual(
                [letter["id"] for letter in client.dead_letters(after=after)], [gone["event_id"]])
            after = client.post("/v1/dead-letters/discard", {
                "ids": [gone["event_id"]], "reason": "a test"})["position"]
            self.assertEqual(client.fate(gone["event_id"], after)["status"], "discarded")
            self.assertEqual(client.dead_letters(after=after), [])

    def test_a_position_that_is_none_is_refused(self):
        for path in ("/v1/outcomes", "/v1/ledger/postings", "/v1/agents", "/v1/dead-letters"):
            answer = self.live.call("GET", f"{path}?after=nonsense")
            self.assertEqual((answer.status, answer.code), (400, "VALIDATION_ERROR"), path)

    # The catalog between acceptance and processing.

    def test_a_catalog_change_right_after_the_202_changes_nothing_for_what_was_accepted(self):
        for round_number, (price, period) in enumerate(((3, 600), (4, 700), (5, 800), (6, 900))):
            old, new = ([{
                "key": f"{age}-{round_number}-{n}", "action": "resolved", "customer_key": "acme"}
                for n in range(BATCH)] for age in ("accepted", "afterwards"))
            before = self.live.get("/v1/rate-cards/standard")["entries"][0]["price_per_unit"]
            contract = self.live.get("/v1/agents/support")["contract_version"]
            self.live.batch(old)
            self.live.rate_card("standard", {"support": price})
            self.live.agent("support", period=period)
            late = self.live.batch(new + [event | {"action": "note"} for event in old])
            outcomes = self.live.outcomes(after=late["position"])
            for event in old:
                outcome = outcomes[event["key"]]
                self.assertEqual(
                    (outcome["price"], outcome["contract"]["version"], outcome["signal_count"]),
                    (before, contract, 2))
            for event in new:
                outcome = outcomes[event["key"]]
                self.assertEqual((outcome["price"], outcome["contract"]["version"]),
                                 (str(price), contract + 1))

    def test_archiving_right_after_the_202_changes_nothing_for_what_was_accepted(self):
        events = [{"key": f"archived-{n:03}", "action": "resolved", "customer_key": "acme"}
                  for n in range(BATCH)]
        self.live.batch(events)
        self.live.delete("/v1/customers/acme")
        late = self.live.batch(
            [event | {"action": "note"} for event in events[:10]]
            + [event | {"key": event["key"] + "-new"} for event in events[:10]])
        outcomes = self.live.outcomes(after=late["position"])
        self.assertEqual(sorted(outcomes), sorted(event["key"] for event in events))
        codes = {letter["code"] for letter in self.live.dead_letters(after=late["position"])}
        self.assertEqual(codes, {"CUSTOMER_NOT_FOUND"})

    # Restarts inside a window.

    def test_a_window_of_a_sandbox_survives_stops_and_crashes(self):
        self.sandbox.event("over-restarts", "resolved")
        for end in (self.server.stop, self.server.kill):
            end()
            self.server.start()
            self.assertEqual(self.sandbox.now(), CLOCK)
            self.assertEqual(self.sandbox.outcome("over-restarts")["state"], "PENDING")
            after = self.sandbox.event("over-restarts", "note")["position"]
        self.assertEqual(self.sandbox.outcome("over-restarts", after)["signal_count"], 3)
        self.sandbox.advance(by=PERIOD_SECONDS)
        outcome = self.sandbox.outcome("over-restarts")
        self.assertEqual((outcome["state"], outcome["settled_at"]),
                         ("CONFIRMED", answered(micros(CLOCK) + PERIOD_SECONDS * SECOND)))

    def test_a_live_window_that_ends_while_the_server_is_down_settles_at_its_own_time(self):
        self.live.agent("support", period=1)
        events = [self.live.event(f"while-down-{n}", "resolved") for n in range(10)]
        self.server.kill()
        ends = max(micros(event["received_at"]) for event in events) + SECOND
        wait_until(lambda: datetime.now().timestamp() * SECOND > ends, "the windows have ended")
        self.server.start()
        wait_until(lambda: len(self.live.outcomes(state="CONFIRMED")) == 10, "all have settled")
        outcomes = self.live.outcomes()
        for event in events:
            outcome = outcomes[event["key"]]
            self.assertEqual(
                outcome["settled_at"], answered(micros(event["received_at"]) + SECOND))
            self.assertGreater(outcome["recorded_at"], outcome["settled_at"])
        wait_until(lambda: self.live.totals() == {"USD": "25"}, "all are in the ledger")


if __name__ == "__main__":
    unittest.main()
