#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What every incident of the incident log must come to, computed from SPEC alone.

    python3 incident_oracle.py servicenow_incidents.csv > expected.json

Each incident is an outcome, each row a change of it. The contract is: resolved and not reopened
for 48 hours. Nothing here is shared with the server: no code, no store, no format but the JSON.
"""
import csv
import json
import re
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Context, Decimal, Inexact

SETTLEMENT_PERIOD = timedelta(seconds=172_800)
FINAL_ADVANCE = timedelta(days=180)
CURRENCY = "USD"
AGENTS = {  # priority -> (agent, price per unit)
    "1 - Critical": ("incident_critical", Decimal("9.00")),
    "2 - High": ("incident_high", Decimal("4.50")),
    "3 - Moderate": ("incident_moderate", Decimal("1.20")),
    "4 - Low": ("incident_low", Decimal("0.35")),
}
EXACT = Context(prec=60, traps=[Inexact])  # SPEC 6: exact, never rounded in a ledger line


@dataclass
class Incident:
    """One outcome: what SPEC 4 says is copied at its opening, and what its signals left."""

    agent: str
    customer: str
    price: Decimal
    settles_at: datetime | None = None
    reopen_count: int = 0
    signal_count: int = 0
    late_signal_count: int = 0
    seen_resolved: bool = False
    seen_reopened: bool = False
    was_pending: bool = False

    def condition(self) -> bool:
        """all [seen resolved, not_seen reopened] (SPEC 5)."""
        return self.seen_resolved and not self.seen_reopened

    def signal(self, action: str, received_at: datetime) -> None:
        # SPEC 4, Time 3: settlement wins a tie. A late signal never moves the timer (Time 2).
        if self.settles_at is not None and received_at >= self.settles_at:
            self.late_signal_count += 1
            return
        self.signal_count += 1
        self.seen_resolved |= action == "resolved"
        self.seen_reopened |= action == "reopened"
        self.was_pending |= self.condition()  # SPEC 4, States: evaluated after every applied signal
        self.settles_at = received_at + SETTLEMENT_PERIOD  # SPEC 4, Time 2

    def state(self, now: datetime) -> str:
        """SPEC 4, States: final as soon as the clock has reached `settles_at`."""
        if now < self.settles_at:
            return "PENDING" if self.was_pending else "OPEN"
        if not self.was_pending:
            return "MISSED"
        return "CONFIRMED" if self.condition() else "FAILED"


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(timezone.utc)


def answered(moment: datetime) -> str:
    """An instant as answers carry it: six fraction digits, `Z` (SPEC 2, Values)."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def plain(number: Decimal) -> str:
    """A decimal as answers carry it: plain, no trailing zeros (SPEC 2, Values)."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")


def opened(row: dict[str, str]) -> Incident:
    """The outcome that an incident's first row opens; agent and customer never change after it."""
    agent, price = AGENTS[row["priority"]]
    group = row["assignment_group"]
    return Incident(agent, "unassigned" if group in ("", "?") else slug(group), price)


def replay(rows: list[dict[str, str]]) -> tuple[dict[str, Incident], datetime]:
    """Every incident after the whole log, and the sandbox's clock at the end of it."""
    rows = sorted(rows, key=lambda row: instant(row["updated_at"]))  # stable over the whole file
    clock = instant(rows[0]["updated_at"])
    incidents: dict[str, Incident] = {}
    for row in rows:
        clock = max(clock, instant(row["updated_at"]))  # SPEC 2: the clock moves first
        incident = incidents.get(row["number"])
        if incident is None:
            incident = incidents[row["number"]] = opened(row)
        reopen_count = int(row["reopen_count"])
        if reopen_count > incident.reopen_count:
            incident.signal("reopened", clock)
        incident.reopen_count = reopen_count
        incident.signal(slug(row["incident_state"]), clock)
    return incidents, clock


def expected(rows: list[dict[str, str]]) -> dict:
    """The oracle's answer for the rows of an incident log, in the order of the file."""
    incidents, clock = replay(rows)
    now = clock + FINAL_ADVANCE
    outcomes, states, total = {}, Counter(), Decimal(0)
    for key, incident in sorted(incidents.items()):
        state = incident.state(now)
        final = state in ("CONFIRMED", "FAILED", "MISSED")
        # SPEC 6: no signal here carries an attribution, so the quantity is 1.
        amount = incident.price if state == "CONFIRMED" else None
        if amount is not None:
            total = EXACT.add(total, amount)
        states[state] += 1
        outcomes[key] = {
            "state": state,
            "signal_count": incident.signal_count,
            "late_signal_count": incident.late_signal_count,
            "settled_at": answered(incident.settles_at) if final else None,  # SPEC 4, Time 5
            "amount": None if amount is None else plain(amount),
            "agent_key": incident.agent,
            "customer_key": incident.customer,
        }
    ledger = {CURRENCY: plain(total)} if states["CONFIRMED"] else {}
    return {"outcomes": outcomes, "ledger_total": ledger, "states": dict(sorted(states.items()))}


def main(path: str) -> None:
    with open(path, newline="", encoding="utf-8") as file:
        json.dump(expected(list(csv.DictReader(file))), sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
