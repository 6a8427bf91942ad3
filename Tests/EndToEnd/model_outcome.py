# SPDX-License-Identifier: Apache-2.0
"""One outcome as SPEC 4 and 6 have it, for `model_oracle`; shares no server code."""
from dataclasses import dataclass, field
from decimal import Context, Decimal, Inexact
from functools import reduce

from model_conditions import SECOND, answered, holds, plain

EXACT = Context(prec=500, traps=[Inexact])  # SPEC 2, 6: sums and products are exact or a failure
PICK = {"first": lambda g: g[0], "last": lambda g: g[-1], "min": min, "max": max,
        "sum": lambda g: reduce(EXACT.add, g)}


@dataclass(eq=False)
class Signal:
    event_id: str
    key: str
    action: str
    customer: str
    agent: str | None
    received_at: int
    value: object
    attribution: object
    settles_at: int | None
    status: str = "waiting"
    code: str | None = None
    parked: bool = False

    def become(self, status, code=None, parked=False):
        self.status, self.code, self.parked = status, code, parked


@dataclass(eq=False)
class Outcome:  # SPEC 4: contract, price and currency are copied onto it when it opens
    opened_at: int
    agent: str
    inferred: bool
    customer: str
    contract: dict
    price: Decimal
    currency: str
    settles_at: int | None = None
    pending_since: int | None = None
    truth: bool = False
    late: int = 0
    applied: list = field(default_factory=list)

    def judge(self, signal):  # SPEC 4, Dead letters: identity, then state
        if signal.customer != self.customer or signal.agent not in (None, self.agent):
            return signal.become("dead_lettered", "OUTCOME_IDENTITY_MISMATCH")
        if self.applied and signal.received_at >= self.settles_at:  # Time 3: settlement wins a tie
            self.late += 1
            return signal.become("dead_lettered", "OUTCOME_NOT_OPEN")
        signal.become("applied")
        self.applied.append(signal)
        period = (self.contract.get("settlement_period") or 259_200) * SECOND  # SPEC 2, Agent
        own = signal.settles_at  # SPEC 4, Time 2: this signal's only; SPEC 3: the past is due now
        at = signal.received_at
        self.settles_at = at + period if own is None else max(own, at)
        self.truth = holds(self.contract["condition"], self.applied)  # after every applied signal
        if self.truth and self.pending_since is None:
            self.pending_since = at  # SPEC 4, States: never back to OPEN

    def state(self, now):  # SPEC 4, States; Time 4: the logical time alone decides
        if now < self.settles_at:
            return "OPEN" if self.pending_since is None else "PENDING"
        return "MISSED" if self.pending_since is None else self.resolution()

    def resolution(self):
        return "CONFIRMED" if self.truth else "FAILED"

    def quantity(self):  # SPEC 6: over all applied signals, whatever the action; 1 if none has one
        given = [Decimal(s.attribution) for s in self.applied if s.attribution is not None]
        return PICK[self.contract.get("attribution_method") or "last"](given or [Decimal(1)])

    def amount(self):  # SPEC 6: price x quantity, never rounded
        return EXACT.multiply(self.price, self.quantity())

    def view(self, now):
        state, settled_at = self.state(now), answered(self.settles_at)  # Time 5: the logical time
        final, confirmed = state not in ("OPEN", "PENDING"), state == "CONFIRMED"
        since = self.opened_at if state == "OPEN" else self.pending_since
        return {
            "state": state,
            "scheduled_resolution": self.resolution() if state == "PENDING" else None,
            "opened_at": answered(self.opened_at), "settles_at": settled_at,
            "state_since": settled_at if final else answered(since),
            "settled_at": settled_at if final else None, "agent_key": self.agent,
            "agent_inferred": self.inferred, "customer_key": self.customer,
            "price": plain(self.price), "currency": self.currency,
            "quantity": plain(self.quantity()) if confirmed else None,
            "amount": plain(self.amount()) if confirmed else None,
            "signal_count": len(self.applied), "late_signal_count": self.late}
