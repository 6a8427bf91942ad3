# SPDX-License-Identifier: Apache-2.0
"""Reads everything back through the API and checks that nothing was lost or counted twice."""
import collections
import decimal
import json
import urllib.parse

from .catalog import PRICE
from .failure import BenchmarkFailure

PAGE_LIMIT = 500


class Books:
    """What the API shows of one account."""

    def __init__(self):
        self.states = collections.Counter()
        self.codes = collections.Counter()
        self.signals = 0
        self.amounts = decimal.Decimal(0)
        self.posted = set()
        self.confirmed = set()
        self.postings = 0
        self.posted_amounts = decimal.Decimal(0)
        self.is_balanced = True
        self.totals = []

    @property
    def dead_letters(self):
        return sum(self.codes.values())

    def figures(self):
        """For the report."""
        return {
            "outcomes": ", ".join(f"{count} {state}" for state, count in sorted(self.states.items())),
            "applied and dead-lettered events": [self.signals, self.dead_letters],
            "dead letters by code": dict(self.codes) or None,
            "postings and their sum": [self.postings, str(self.posted_amounts)],
        }

    def checks(self, at_least, at_most):
        """Sentences that are true when nothing was lost or counted twice, and whether they are.

        `at_least` events were answered 202, and not more than `at_most` were sent.
        """
        counted = self.signals + self.dead_letters
        owed = decimal.Decimal(PRICE) * self.states["CONFIRMED"]
        final = {"CONFIRMED", "FAILED", "MISSED"}
        return [
            (f"accepted events ({at_least} to {at_most}) = applied + dead letters ({counted})",
             at_least <= counted <= at_most),
            (f"every outcome is final ({dict(self.states)})", set(self.states) <= final),
            (f"confirmed outcomes ({len(self.confirmed)}) = postings ({self.postings}), one each",
             self.confirmed == self.posted and self.postings == len(self.posted)),
            ("every posting's lines add up to zero", self.is_balanced),
            (f"sum of the postings ({self.posted_amounts}) = price x confirmed ({owed})",
             self.posted_amounts == owed == self.amounts),
            (f"the balances' total ({self.totals}) is the same",
             sum(decimal.Decimal(total["receivable"]) for total in self.totals) == owed
             and sum(total["postings"] for total in self.totals) == self.postings),
        ]


def read(server):
    """Pages through outcomes, postings and dead letters, and asks for the balances."""
    books = Books()
    for outcome in pages(server, "/v1/outcomes"):
        books.states[outcome["state"]] += 1
        books.signals += outcome["signal_count"]
        if outcome["state"] == "CONFIRMED":
            books.confirmed.add(outcome["key"])
            books.amounts += decimal.Decimal(outcome["amount"])
    for posting in pages(server, "/v1/ledger/postings"):
        books.postings += 1
        books.posted.add(posting["outcome_key"])
        books.posted_amounts += decimal.Decimal(posting["amount"])
        if sum(decimal.Decimal(line["amount"]) for line in posting["lines"]) != 0:
            books.is_balanced = False
    for letter in pages(server, "/v1/dead-letters"):
        books.codes[letter["code"]] += 1
    books.totals = server.call("GET", "/v1/ledger/balances")["totals"]
    return books


def pages(server, path):
    """Every entry of a list."""
    connection = server.connection()
    cursor = None
    while True:
        query = {"limit": PAGE_LIMIT, **({"cursor": cursor} if cursor else {})}
        connection.request("GET", f"{path}?{urllib.parse.urlencode(query)}", None, server.headers())
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise BenchmarkFailure(f"GET {path} answers {answer.status}: {body[:300]!r}")
        page = json.loads(body)
        yield from page["data"]
        cursor = page["next_cursor"]
        if cursor is None:
            connection.close()
            return
