# SPDX-License-Identifier: Apache-2.0
"""One sandbox account as SPEC 2 to 6 has it, for differential tests; shares no server code.

Every event is judged when it is posted, so "the catalog version at acceptance" (SPEC 3) is always
the present one. Events are valid request bodies, parsed with `parse_float=Decimal`.
"""
from decimal import Decimal

from model_conditions import SECOND, answered, mentions, micros, plain, typed
from model_outcome import EXACT, Outcome, Signal

PARKED_LIMIT = 10_000  # SPEC 4, Dead letters: on one key
SETTLES_AT_LIMIT = 15_552_000 * SECOND  # SPEC 3: at most received_at + 180 days


class Model:
    def __init__(self, clock):
        self.clock = micros(clock)
        self.agents, self.customers, self.rate_cards = {}, {}, {}  # with their keys
        self.signals, self.opened, self.claims = {}, {}, {}  # the signals in the order of places

    # SPEC 2: a PUT replaces and revives; naming what was never put is an error.
    def put_agent(self, key, contract):
        self.agents[key] = {"contract": contract, "archived": False}

    def put_rate_card(self, key, currency, prices):
        if not prices.keys() <= self.agents.keys():
            raise ValueError("VALIDATION_ERROR")
        prices = {agent: Decimal(price) for agent, price in prices.items()}
        self.rate_cards[key] = {"currency": currency, "prices": prices, "archived": False}

    def put_customer(self, key, rate_card=None):
        if rate_card is not None and rate_card not in self.rate_cards:
            raise ValueError("VALIDATION_ERROR")
        self.customers[key] = {"rate_card": rate_card, "archived": False}

    def archive(self, kind, key):  # kind: "agents", "customers" or "rate_cards"
        getattr(self, kind)[key]["archived"] = True

    def post(self, event, event_id=None):  # event_id: the server's, so that both name it alike
        properties = {k: v for k, v in (event.get("properties") or {}).items() if v is not None}
        occurred_at, own = micros(event.get("occurred_at")), micros(properties.get("settles_at"))
        received_at = max(self.clock, occurred_at or 0)  # SPEC 2, Sandbox: the clock moves first
        if own is not None and own > received_at + SETTLES_AT_LIMIT:
            return {"error": "VALIDATION_ERROR"}  # SPEC 3; it is not accepted: the clock stays
        # SPEC 3, Idempotency: field by field; null as absent, instants by instant.
        body = [typed(event.get(k)) for k in ("action", "customer_key", "agent_key")] + [
            occurred_at, own, {k: typed(v) for k, v in properties.items() if k != "settles_at"}]
        claim = (event["key"], event.get("idempotency_key"))  # scoped to the outcome key
        if claim[1] is not None and claim in self.claims:  # not recorded: it moves no clock
            first, first_body = self.claims[claim]
            return self.fate(first) | {"duplicate": True, "body_conflict": body != first_body}
        event_id = event_id or f"event-{len(self.signals) + 1}"
        self.claims[claim], self.clock = (event_id, body), received_at
        signal = self.signals[event_id] = Signal(
            event_id, event["key"], event["action"], event["customer_key"], event.get("agent_key"),
            received_at, properties.get("value"), properties.get("attribution"), own)
        (self.opened[signal.key].judge if signal.key in self.opened else self._open)(signal)
        return self.fate(event_id) | {"duplicate": False, "body_conflict": False}

    def fate(self, event_id):
        s = self.signals[event_id]
        return {"event_id": event_id, "status": s.status, "code": s.code,
                "received_at": answered(s.received_at)}

    def _route(self, signal):  # SPEC 4, Which agent; of several codes the first of the list
        live = {k: a["contract"] for k, a in self.agents.items() if not a["archived"]}
        if signal.agent is not None and signal.agent not in live:
            return "AGENT_NOT_FOUND", None
        fitting = [*live] if signal.agent is None else [signal.agent]
        if len(fitting) > 1:
            fitting = [k for k in live if mentions(live[k]["condition"], signal.action)]
        if len(fitting) != 1:
            return "AGENT_AMBIGUOUS", None
        customer = self.customers.get(signal.customer)
        if customer is None or customer["archived"]:
            return "CUSTOMER_NOT_FOUND", None
        if customer["rate_card"] is None:
            return "RATE_CARD_NOT_FOUND", None
        card = self.rate_cards[customer["rate_card"]]  # SPEC 2: an archived card stays in force
        if fitting[0] not in card["prices"]:
            return "RATE_CARD_ENTRY_NOT_FOUND", None
        return None, (fitting[0], signal.agent is None, signal.customer, live[fitting[0]],
                      card["prices"][fitting[0]], card["currency"])

    def _open(self, bringing):  # SPEC 4, Dead letters: parking, and what a first fit brings along
        code, terms = self._route(bringing)
        waiting = [s for s in self.signals.values()
                   if s.key == bringing.key and (s.parked or s is bringing)]
        if code is not None:  # a redrive that fails is judged anew: its code is the newest one
            return bringing.become("dead_lettered", code, len(waiting) <= PARKED_LIMIT)
        agreeing = [s for s in waiting
                    if s.customer == bringing.customer and s.agent in (None, terms[0])]
        outcome = self.opened[bringing.key] = Outcome(agreeing[0].received_at, *terms)
        for signal in agreeing:  # in their order and at their original times
            outcome.judge(signal)

    def redrive(self, event_id):
        signal = self.signals[event_id]
        if signal.parked and signal.key not in self.opened:  # SPEC 4: else it keeps its code
            self._open(signal)
        return self.fate(event_id)

    def discard(self, event_id):
        if self.signals[event_id].status == "dead_lettered":
            self.signals[event_id].become("discarded")
        return self.fate(event_id)

    def advance(self, to):
        if micros(to) < self.clock:  # SPEC 4, Time 1: it never goes backwards
            return {"error": "VALIDATION_ERROR"}
        self.clock = micros(to)
        return {"now": answered(self.clock)}

    def outcomes(self):
        return {key: outcome.view(self.clock) for key, outcome in self.opened.items()}

    def dead_letters(self):
        return [{"event_id": s.event_id, "key": s.key, "code": s.code, "action": s.action,
                 "customer_key": s.customer, "agent_key": s.agent, "parked": s.parked,
                 "received_at": answered(s.received_at)}
                for s in self.signals.values() if s.status == "dead_lettered"]

    def ledger_total(self):  # SPEC 6: each confirmed outcome posts once, a zero line too
        total = {}
        for outcome in self.opened.values():
            if outcome.state(self.clock) == "CONFIRMED":
                booked = total.get(outcome.currency, Decimal(0))
                total[outcome.currency] = EXACT.add(booked, outcome.amount())
        return {currency: plain(amount) for currency, amount in total.items()}
