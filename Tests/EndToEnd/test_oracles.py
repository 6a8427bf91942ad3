# SPDX-License-Identifier: Apache-2.0
"""Pins the oracles that the end-to-end tests trust to cases computed by hand from SPEC."""
import csv
import os
import unittest
from decimal import Decimal
from unittest import mock

import incident_oracle
import model_oracle
from model_oracle import Model

HEADER = "number,incident_state,reopen_count,priority,assignment_group,updated_at\n"
LOG = HEADER + """\
INC0000001,New,0,1 - Critical,Group 56,2016-03-01T00:00:00Z
INC0000001,Resolved,0,1 - Critical,Group 56,2016-03-02T00:00:00Z
INC0000001,Closed,0,1 - Critical,Group 56,2016-03-04T00:00:00Z
INC0000002,Active,1,1 - Critical,Group 9,2016-03-02T10:00:00Z
INC0000002,Resolved,0,3 - Moderate,?,2016-03-01T10:00:00Z
INC0000003,Awaiting User Info,1,2 - High,Group 70,2016-03-01T05:00:00Z
INC0000003,Resolved,1,2 - High,Group 70,2016-03-03T04:59:59Z
INC0000004,New,0,4 - Low,Group 70,2016-03-01T00:00:00Z
INC0000004,Active,1,4 - Low,Group 70,2016-03-03T00:00:00Z
INC0000005,Resolved,0,4 - Low,Group 70,2016-03-06T12:30:15Z
"""


def incidents(text):
    return incident_oracle.expected(list(csv.DictReader(text.splitlines())))


def outcome(state, signals, late, settled_at, amount, agent, customer):
    return {"state": state, "signal_count": signals, "late_signal_count": late,
            "settled_at": f"2016-03-{settled_at}.000000Z", "amount": amount,
            "agent_key": f"incident_{agent}", "customer_key": customer}


class IncidentOracleTests(unittest.TestCase):
    maxDiff = None

    def test_ten_rows_come_to_what_was_computed_by_hand(self):
        self.assertEqual(incidents(LOG), {
            "outcomes": {
                # Closed at exactly settles_at: settlement wins the tie.
                "INC0000001":
                    outcome("CONFIRMED", 2, 1, "04T00:00:00", "9", "critical", "group_56"),
                # Sorted by time: resolved, then reopened and active; the first row names the rest.
                "INC0000002":
                    outcome("FAILED", 3, 0, "04T10:00:00", None, "moderate", "unassigned"),
                # A first row that was reopened is a reopening: the condition is never true.
                "INC0000003": outcome("MISSED", 3, 0, "05T04:59:59", None, "high", "group_70"),
                # Both signals of the second row come at the very end of the window.
                "INC0000004": outcome("MISSED", 1, 2, "03T00:00:00", None, "low", "group_70"),
                "INC0000005":
                    outcome("CONFIRMED", 1, 0, "08T12:30:15", "0.35", "low", "group_70"),
            },
            "ledger_total": {"USD": "9.35"},
            "states": {"CONFIRMED": 2, "FAILED": 1, "MISSED": 2},
        })

    def state_of(self, *rows):
        lines = [f"INC0000009,{row},2 - High,?,2016-03-01T00:00:00Z\n" for row in rows]
        return incidents(HEADER + "".join(lines))["outcomes"]["INC0000009"]["state"]

    def test_rows_of_one_instant_keep_the_order_of_the_file(self):
        self.assertEqual(self.state_of("Resolved,0", "Active,1"), "FAILED")
        self.assertEqual(self.state_of("Active,1", "Resolved,1"), "MISSED")

    def test_a_reopening_comes_before_the_state_of_its_own_row(self):
        self.assertEqual(self.state_of("Resolved,1"), "MISSED")

    def test_a_fall_of_the_count_is_no_reopening_but_the_next_rise_is(self):
        self.assertEqual(self.state_of("Resolved,0", "Closed,0"), "CONFIRMED")
        log = incidents(HEADER + "".join(
            f"INC0000009,New,{count},2 - High,?,2016-03-01T00:00:00Z\n" for count in (1, 0, 1)))
        self.assertEqual(log["outcomes"]["INC0000009"]["signal_count"], 5)

    def test_nothing_confirmed_leaves_an_empty_ledger(self):
        log = incidents(HEADER + "INC0000009,New,0,4 - Low,?,2016-03-01T00:00:00Z\n")
        self.assertEqual(log["ledger_total"], {})

    def test_an_unknown_priority_is_refused(self):
        with self.assertRaises(KeyError):
            incidents(HEADER + "INC0000009,New,0,5 - None,?,2016-03-01T00:00:00Z\n")

    def test_the_incident_log_as_published(self):
        path = os.environ.get("ASSAY_INCIDENTS")
        if not path:
            self.skipTest("ASSAY_INCIDENTS is not set")
        with open(path, newline="", encoding="utf-8") as file:
            log = incident_oracle.expected(list(csv.DictReader(file)))
        # 5,998 rows and 11 rises of reopen_count are 6,009 signals.
        signals = sum(o["signal_count"] + o["late_signal_count"] for o in log["outcomes"].values())
        self.assertEqual(signals, 6009)
        self.assertEqual(log["states"], {"CONFIRMED": 467, "FAILED": 1, "MISSED": 422})
        # 9 x 9.00 + 14 x 4.50 + 410 x 1.20 + 34 x 0.35
        self.assertEqual(log["ledger_total"], {"USD": "647.9"})


REPLIED_NOT_REOPENED = {"all": [{"fact": "replied", "operator": "seen"},
                                {"fact": "reopened", "operator": "not_seen"}]}
KEY = "ticket:1"


def day(number, time="00:00:00"):
    return f"2024-01-{number:02}T{time}Z"


class ModelTests(unittest.TestCase):
    """One day is the settlement period; acme pays 0.002 for support, its only rate card entry."""

    def setUp(self):
        self.model = Model(day(1))
        self.put_agent("support")
        self.model.put_rate_card("standard", "USD", {"support": "0.002"})
        self.model.put_customer("acme", "standard")

    def put_agent(self, key, condition=REPLIED_NOT_REOPENED, method="last"):
        self.model.put_agent(key, {"settlement_period": 86400, "condition": condition,
                                   "attribution_method": method})

    def post(self, action="replied", at=None, agent=None, customer="acme", key=KEY,
             idempotency_key=None, **properties):
        event = {"key": key, "action": action, "customer_key": customer, "properties": properties}
        optional = {"occurred_at": at, "agent_key": agent, "idempotency_key": idempotency_key}
        return self.model.post(event | {k: v for k, v in optional.items() if v is not None})

    def code(self, *arguments, **named):
        return self.post(*arguments, **named)["code"]

    def status(self, event_id):
        fate = self.model.fate(event_id)
        return fate["status"], fate["code"]

    def outcome(self, key=KEY, **expected):
        view = self.model.outcomes()[key]
        self.assertEqual({name: view[name] for name in expected}, expected)

    # States and time

    def test_the_whole_answer_of_a_confirmed_outcome(self):
        self.post("opened", agent="support")
        self.outcome(state="OPEN", scheduled_resolution=None,
                     state_since="2024-01-01T00:00:00.000000Z")
        self.post("replied", at=day(1, "06:00:00"))
        self.outcome(state="PENDING", scheduled_resolution="CONFIRMED", amount=None,
                     settled_at=None)
        self.model.advance(day(2, "05:59:59.999999"))
        self.outcome(state="PENDING", state_since="2024-01-01T06:00:00.000000Z")
        self.model.advance(day(2, "06:00:00"))
        self.assertEqual(self.model.outcomes(), {KEY: {
            "state": "CONFIRMED", "scheduled_resolution": None,
            "opened_at": "2024-01-01T00:00:00.000000Z", "settles_at": "2024-01-02T06:00:00.000000Z",
            "state_since": "2024-01-02T06:00:00.000000Z",
            "settled_at": "2024-01-02T06:00:00.000000Z",
            "agent_key": "support", "agent_inferred": False, "customer_key": "acme",
            "price": "0.002", "currency": "USD", "quantity": "1", "amount": "0.002",
            "signal_count": 2, "late_signal_count": 0}})
        self.assertEqual(self.model.ledger_total(), {"USD": "0.002"})

    def test_pending_never_goes_back_to_open_and_a_false_condition_fails(self):
        self.post("replied")
        self.post("reopened")
        self.outcome(state="PENDING", scheduled_resolution="FAILED")
        self.model.advance(day(9))
        self.outcome(state="FAILED", quantity=None, amount=None)
        self.assertEqual(self.model.ledger_total(), {})

    def test_a_condition_that_was_never_true_is_missed(self):
        self.post("opened")
        self.model.advance(day(9))
        self.outcome(state="MISSED", settled_at="2024-01-02T00:00:00.000000Z")

    def test_settlement_wins_a_tie_and_the_signal_is_late(self):
        self.post("replied")
        self.assertIsNone(self.code("opened", at=day(1, "23:59:59.999999")))
        self.assertEqual(self.code("reopened", at=day(2, "23:59:59.999999")), "OUTCOME_NOT_OPEN")
        self.outcome(state="CONFIRMED", signal_count=2, late_signal_count=1,
                     settled_at="2024-01-02T23:59:59.999999Z")

    def test_an_own_settles_at_holds_for_its_signal_only(self):
        self.post("replied", settles_at="2024-01-20T00:00:00+02:00")
        self.outcome(settles_at="2024-01-19T22:00:00.000000Z")
        self.post("opened", at=day(3))
        self.outcome(settles_at="2024-01-04T00:00:00.000000Z")

    def test_the_settlement_period_is_three_days_unless_the_contract_says_so(self):
        self.model.put_agent("support", {"condition": REPLIED_NOT_REOPENED})
        self.post()
        self.outcome(settles_at="2024-01-04T00:00:00.000000Z")

    def test_a_settles_at_in_the_past_is_due_at_once(self):
        self.post("replied", at=day(3), settles_at=day(2))
        self.outcome(state="CONFIRMED", settled_at="2024-01-03T00:00:00.000000Z")
        self.assertEqual(self.code("reopened"), "OUTCOME_NOT_OPEN")

    def test_a_settles_at_past_180_days_is_refused_and_moves_no_clock(self):
        latest = "2024-06-30T00:00:00Z"  # 180 days after 2 January
        self.assertEqual(self.post(at=day(1), settles_at=latest), {"error": "VALIDATION_ERROR"})
        self.assertEqual(self.post(at=day(2), settles_at="2024-06-30T00:00:00.000001Z"),
                         {"error": "VALIDATION_ERROR"})
        self.assertEqual(self.model.advance(day(1)), {"now": "2024-01-01T00:00:00.000000Z"})
        self.assertEqual(self.post(at=day(2), settles_at=latest)["status"], "applied")

    def test_the_clock_only_goes_forward(self):
        self.assertEqual(self.post(at=day(5, "00:00:00.1234569"))["received_at"],
                         "2024-01-05T00:00:00.123456Z")
        self.assertEqual(self.post(at=day(4))["received_at"], "2024-01-05T00:00:00.123456Z")
        self.assertEqual(self.model.advance(day(4)), {"error": "VALIDATION_ERROR"})

    # Idempotency

    def test_a_repeat_answers_the_first_event_and_moves_nothing(self):
        first = self.post(idempotency_key="a", value=1, note=None)
        again = self.post(idempotency_key="a", value=Decimal("1.0"))
        self.assertEqual(again, first | {"duplicate": True})
        conflicting = self.post(idempotency_key="a", value="1", at=day(9))
        self.assertEqual(conflicting, first | {"duplicate": True, "body_conflict": True})
        self.assertTrue(self.post(idempotency_key="a", value=True)["body_conflict"])
        self.outcome(state="PENDING", signal_count=1, settles_at="2024-01-02T00:00:00.000000Z")

    def test_an_idempotency_key_belongs_to_its_outcome_key_for_ever(self):
        first = self.post(idempotency_key="a")
        self.assertFalse(self.post(idempotency_key="a", key="ticket:2")["duplicate"])
        self.model.advance(day(9))
        self.assertEqual(self.post(idempotency_key="a")["event_id"], first["event_id"])
        self.outcome(late_signal_count=0)

    def test_instants_compare_as_instants_and_metadata_by_type(self):
        for at, settles_at, one, conflict in [
            ("2024-01-02T00:00:00Z", "2024-01-09T00:00:00Z", 1, False),
            ("2024-01-02T01:00:00+01:00", "2024-01-08T23:00:00-01:00", Decimal("1.0"), False),
            ("2024-01-02T00:00:00Z", "2024-01-09T00:00:00Z", True, True),
            ("2024-01-02T00:00:00.000001Z", "2024-01-09T00:00:00Z", 1, True),
        ]:
            extra = {"list": [one, None]}
            answer = self.post(idempotency_key="a", at=at, settles_at=settles_at, extra=extra)
            self.assertEqual(answer["body_conflict"], conflict, (at, extra))

    def test_keys_are_not_normalised(self):
        self.post(key="caf\u00e9-0001")
        self.post(key="cafe\u0301-0001")
        self.assertEqual(len(self.model.outcomes()), 2)

    # Routing and dead letters

    def test_the_codes_come_in_the_order_of_the_list(self):
        codes = [self.code(agent="sales", customer="nobody")]
        self.put_agent("sales", [{"fact": "sold", "operator": "seen"}])
        codes.append(self.code("greeted", customer="nobody"))
        codes.append(self.code("sold", customer="nobody"))
        self.model.put_customer("bare")
        codes += [self.code("sold", customer="bare"), self.code("sold")]
        self.assertEqual(codes, ["AGENT_NOT_FOUND", "AGENT_AMBIGUOUS", "CUSTOMER_NOT_FOUND",
                                 "RATE_CARD_NOT_FOUND", "RATE_CARD_ENTRY_NOT_FOUND"])
        self.assertEqual([letter["parked"] for letter in self.model.dead_letters()], [True] * 5)
        self.assertEqual(self.model.outcomes(), {})

    def test_an_agent_is_inferred_when_one_is_alone_or_alone_mentions_the_action(self):
        self.post("anything")
        self.outcome(agent_key="support", agent_inferred=True)
        sold = {"fact": "sold", "operator": "seen"}
        self.put_agent("sales", {"not": {"op": "OR", "conditions": [sold]}})
        self.model.put_rate_card("standard", "USD", {"support": 1, "sales": 2})
        self.post("sold", key="ticket:2")
        self.outcome("ticket:2", agent_key="sales", price="2")
        self.put_agent("more", [sold, {"fact": "returned", "operator": "not seen"}])
        self.assertEqual(self.code("sold", key="ticket:3"), "AGENT_AMBIGUOUS")
        self.model.archive("agents", "more")
        self.assertIsNone(self.code("sold", key="ticket:4"))

    def test_an_account_without_agents_is_ambiguous(self):
        self.model.archive("agents", "support")
        self.assertEqual(self.code(), "AGENT_AMBIGUOUS")
        self.assertEqual(self.code(agent="support"), "AGENT_NOT_FOUND")

    def test_archiving_ends_opening_but_not_what_is_open(self):
        self.post()
        self.model.archive("agents", "support")
        self.model.archive("customers", "acme")
        self.assertIsNone(self.code(agent="support"))
        self.put_agent("support")
        self.assertEqual(self.code(key="ticket:2"), "CUSTOMER_NOT_FOUND")
        self.model.put_customer("acme", "standard")
        self.model.archive("rate_cards", "standard")
        self.assertIsNone(self.code(key="ticket:3"))

    def test_identity_is_checked_before_state(self):
        self.post()
        self.model.put_customer("other", "standard")
        self.assertEqual(self.code(customer="other"), "OUTCOME_IDENTITY_MISMATCH")
        self.assertEqual(self.code(agent="nowhere"), "OUTCOME_IDENTITY_MISMATCH")
        self.model.advance(day(9))
        self.assertEqual(self.code(customer="other"), "OUTCOME_IDENTITY_MISMATCH")
        self.assertEqual(self.code(), "OUTCOME_NOT_OPEN")
        self.outcome(signal_count=1, late_signal_count=1)
        self.assertEqual([letter["parked"] for letter in self.model.dead_letters()], [False] * 4)

    def test_an_open_outcome_keeps_its_contract_price_and_currency(self):
        self.post()
        self.put_agent("support", [{"fact": "closed", "operator": "seen"}])
        self.model.put_rate_card("standard", "EUR", {"support": 7})
        self.post(key="ticket:2")
        self.model.advance(day(9))
        self.outcome(state="CONFIRMED", amount="0.002", currency="USD")
        self.outcome("ticket:2", state="MISSED", price="7", currency="EUR")

    def test_naming_what_does_not_exist_is_a_validation_error(self):
        self.assertRaises(ValueError, self.model.put_rate_card, "bad", "USD", {"nobody": 1})
        self.assertRaises(ValueError, self.model.put_customer, "bad", "nothing")

    # Parking

    def test_a_new_signal_brings_the_parked_that_agree_at_their_original_times(self):
        self.put_agent("sales")
        early = self.post("replied")["event_id"]  # both agents mention it
        other = self.post("replied", at=day(1, "01:00:00"), agent="support",
                          customer="other")["event_id"]
        strange = self.post("replied", at=day(1, "02:00:00"), agent="nowhere")["event_id"]
        named = self.post("greeted", at=day(1, "03:00:00"))["event_id"]
        last = self.post("reopened", at=day(1, "04:00:00"), agent="support")["event_id"]
        self.outcome(opened_at="2024-01-01T00:00:00.000000Z", signal_count=3, agent_inferred=False,
                     state="PENDING", state_since="2024-01-01T00:00:00.000000Z",
                     settles_at="2024-01-02T04:00:00.000000Z", scheduled_resolution="FAILED")
        for event_id in (early, named, last):
            self.assertEqual(self.status(event_id), ("applied", None))
        self.assertEqual(self.status(other), ("dead_lettered", "CUSTOMER_NOT_FOUND"))
        self.assertEqual(self.status(strange), ("dead_lettered", "AGENT_NOT_FOUND"))
        self.model.put_customer("other", "standard")
        self.assertEqual(self.model.redrive(other)["code"], "CUSTOMER_NOT_FOUND")
        self.outcome(customer_key="acme", signal_count=3)
        self.assertEqual(self.code(customer="other"), "OUTCOME_IDENTITY_MISMATCH")

    def test_what_is_brought_in_after_the_window_of_the_earliest_is_late(self):
        self.model.archive("customers", "acme")
        self.post("replied")
        tied = self.post("reopened", at=day(2))["event_id"]
        self.model.put_customer("acme", "standard")
        self.assertEqual(self.code("reopened", at=day(5)), "OUTCOME_NOT_OPEN")
        self.assertEqual(self.status(tied), ("dead_lettered", "OUTCOME_NOT_OPEN"))
        self.outcome(state="CONFIRMED", signal_count=1, late_signal_count=2,
                     settled_at="2024-01-02T00:00:00.000000Z")
        self.assertFalse(any(letter["parked"] for letter in self.model.dead_letters()))

    def test_a_redrive_opens_at_the_earliest_with_the_price_of_its_own_version(self):
        self.model.archive("customers", "acme")
        self.post("opened")
        second = self.post("replied", at=day(1, "10:00:00"))["event_id"]
        self.assertEqual(self.model.redrive(second)["code"], "CUSTOMER_NOT_FOUND")
        self.model.put_customer("acme", "standard")
        self.model.put_rate_card("standard", "USD", {"support": Decimal("0.5")})
        self.model.advance(day(9))
        self.assertEqual(self.model.redrive(second)["status"], "applied")
        self.outcome(state="CONFIRMED", signal_count=2, amount="0.5",
                     opened_at="2024-01-01T00:00:00.000000Z",
                     settled_at="2024-01-02T10:00:00.000000Z")

    def test_a_redrive_that_still_fails_carries_the_newest_code(self):
        lost = self.post(agent="sales", customer="nobody")["event_id"]
        self.put_agent("sales")
        self.assertEqual(self.model.redrive(lost)["code"], "CUSTOMER_NOT_FOUND")

    def test_the_discarded_are_never_brought_in(self):
        lost = self.post("reopened", customer="later")["event_id"]
        self.assertEqual(self.model.discard(lost)["status"], "discarded")
        self.model.put_customer("later", "standard")
        self.assertEqual(self.model.redrive(lost)["status"], "discarded")
        self.post("replied", customer="later")
        self.outcome(signal_count=1, scheduled_resolution="CONFIRMED")
        self.assertEqual(self.model.dead_letters(), [])

    def test_one_more_than_may_be_parked_can_only_be_discarded(self):
        with mock.patch.object(model_oracle, "PARKED_LIMIT", 2):
            ids = [self.post("replied", customer="later")["event_id"] for _ in range(3)]
            self.assertEqual([d["parked"] for d in self.model.dead_letters()], [True, True, False])
            self.model.redrive(ids[0])  # still parked: a redrive that fails takes no second place
            self.assertTrue(self.model.dead_letters()[0]["parked"])
            self.model.put_customer("later", "standard")
            self.assertEqual(self.model.redrive(ids[2])["status"], "dead_lettered")
            self.model.redrive(ids[1])
        self.outcome(signal_count=2)
        self.assertEqual(self.model.discard(ids[2])["status"], "discarded")

    # Money

    def test_each_attribution_method_over_all_signals_that_carry_one(self):
        for method, quantity, amount in [("first", "4", "0.008"), ("last", "2.5", "0.005"),
                                         ("min", "1.25", "0.0025"), ("max", "4", "0.008"),
                                         ("sum", "7.75", "0.0155")]:
            self.put_agent("support", method=method)
            key = f"ticket:{method}"
            for attribution in (4, None, Decimal("1.250"), Decimal("2.5")):
                self.post(key=key, attribution=attribution)
            self.post("opened", key=key, settles_at=day(1))
            self.outcome(key, quantity=quantity, amount=amount)

    def test_thirty_four_digits_survive_and_zero_books_a_zero_line(self):
        digits = "9999999999999999.999999999999999999"  # 10^16 - 10^-18
        squared = "99999999999999999999999999999999.98" + "0" * 33 + "1"  # 10^32 - 0.02 + 10^-36
        self.model.put_rate_card("standard", "USD", {"support": digits})
        self.post(attribution=Decimal(digits), settles_at=day(1))
        self.outcome(amount=squared, price=digits, quantity=digits)
        self.model.put_rate_card("standard", "EUR", {"support": 3})
        self.post(key="ticket:2", attribution=0, settles_at=day(1))
        self.outcome("ticket:2", state="CONFIRMED", amount="0")
        self.assertEqual(self.model.ledger_total(), {"USD": squared, "EUR": "0"})


if __name__ == "__main__":
    unittest.main()
