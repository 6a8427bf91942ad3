# SPDX-License-Identifier: Apache-2.0
"""The bodies of batches: rendered once, then only the numbers in the keys change.

Two shapes. `open`: each event opens an outcome. `conversation`: each outcome has three signals, and
they come in three successive batches: a batch holds the first signals of a new group of outcomes,
the second ones of the group before and the third ones of the group before that.
"""
AGENT = "support"
CUSTOMERS = [f"customer-{number}" for number in range(10)]

SIGNALS = [
    ("message_received", '"properties":{"channel":"email"}'),
    ("agent_replied", '"properties":{"channel":"email"}'),
    ("csat_received", '"properties":{"channel":"email","value":4}'),
]

# Stands in the templates where a group's number goes; of the number's length, so that a body's
# length never changes.
PLACEHOLDER = b"@@@@@@@@@@@@"

# Numbers are scattered, not counted up, so that keys arrive in no order an index could profit from.
# It has no factor in common with 10, so no number comes twice.
SCATTER = 7_368_787


def event(action, properties, item, with_idempotency_key):
    """One event of a template, as JSON text."""
    mark = PLACEHOLDER.decode()
    parts = [f'"key":"bench:{item:04d}:{mark}"', f'"action":"{action}"',
             f'"agent_key":"{AGENT}"', f'"customer_key":"{CUSTOMERS[item % len(CUSTOMERS)]}"']
    if with_idempotency_key:
        parts.append(f'"idempotency_key":"{action}-{item:04d}-{mark}"')
    parts.append(properties)
    return "{" + ",".join(parts) + "}"


def section(signal, count, with_idempotency_keys):
    """One signal for each outcome of a group, joined by commas."""
    action, properties = SIGNALS[signal]
    return ",".join(event(action, properties, item, with_idempotency_keys)
                    for item in range(count)).encode()


class Batches:
    """The endless row of batches of one connection."""

    def __init__(self, shape, batch_events, connection, with_idempotency_keys, prefix=""):
        signals = [1] if shape == "open" else [0, 1, 2]
        self.group_outcomes = batch_events // len(signals)
        self.sections = [section(signal, self.group_outcomes, with_idempotency_keys)
                         for signal in signals]
        self.name = f"{prefix}{connection:03d}"
        self.group = 0

    def next(self):
        """The body of the next batch and the number of events in it."""
        body, events = self._render(range(len(self.sections)))
        self.group += 1
        return body, events

    def rest(self):
        """The batches that complete the outcomes begun so far."""
        for first in range(1, len(self.sections)):
            if self.group:
                yield self._render(range(first, len(self.sections)))
                self.group += 1

    def _render(self, sections):
        parts = []
        digits = len(PLACEHOLDER) - len(self.name)
        for index in sections:
            group = self.group - index
            if group >= 0:
                number = f"{self.name}{group * SCATTER % 10**digits:0{digits}d}"
                parts.append(self.sections[index].replace(PLACEHOLDER, number.encode()))
        return b"[" + b",".join(parts) + b"]", len(parts) * self.group_outcomes
