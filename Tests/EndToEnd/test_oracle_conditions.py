# SPDX-License-Identifier: Apache-2.0
"""Pins the conditions of the model oracle to the table of SPEC 5, operator by operator."""
import unittest
from decimal import Decimal

from model_conditions import holds
from model_outcome import Signal


class ConditionTests(unittest.TestCase):
    """`csat` came with 3, then 4.0, then without a value; `tag` with "4"; `flag` with true."""

    SIGNALS = [("csat", 3), ("csat", Decimal("4.0")), ("tag", "4"), ("flag", True), ("csat", None)]

    def leaf(self, fact, name, *value):
        applied = [Signal(str(number), "ticket:1", action, "acme", None, 0, carried, None, None)
                   for number, (action, carried) in enumerate(self.SIGNALS)]
        node = {"fact": fact, "operator": name} | ({"value": value[0]} if value else {})
        return holds(node, applied)

    def test_every_operator(self):
        for expected, leaves in {
            True: [
                ("csat", "seen"), ("none", "not_seen"), ("none", "not seen"),
                ("csat", "count_gte", 3), ("csat", "count_lte", 3), ("csat", "count_gt", 2),
                ("csat", "count_lt", 4), ("csat", "count_eq", 3), ("none", "count_eq", 0),
                ("csat", "match", 4), ("tag", "match", "4"), ("flag", "match", True),
                ("csat", "gte", 4), ("csat", "lte", Decimal("4.00")), ("csat", "gt", 3),
                ("csat", "lt", 5), ("csat", "not_gte", 5), ("csat", "not lte", 3),
                ("csat", "not_gt", 4), ("csat", "not_lt", 4),
                ("none", "not_gte", 0), ("none", "not_lte", 0), ("none", "not_gt", 0),
                ("tag", "not lt", 0), ("flag", "not_gte", 1),
            ],
            False: [
                ("none", "seen"), ("csat", "not_seen"), ("csat", "not seen"),
                ("csat", "count_gte", 4), ("csat", "count_lte", 2), ("csat", "count_gt", 3),
                ("csat", "count_lt", 3), ("csat", "count_eq", 2), ("none", "count_gt", 0),
                ("csat", "match", "4"), ("csat", "match", 3), ("tag", "match", 4),
                ("flag", "match", 1), ("flag", "match", "true"), ("none", "match", "4"),
                ("csat", "gte", 5), ("csat", "lte", 3), ("csat", "gt", 4), ("csat", "lt", 4),
                ("tag", "gte", 0), ("flag", "gte", 0), ("none", "lte", 9),
                ("csat", "not_gte", 4), ("csat", "not_lte", 4), ("csat", "not gt", 3),
                ("csat", "not_lt", 5),
            ],
        }.items():
            for leaf in leaves:
                self.assertIs(self.leaf(*leaf), expected, leaf)

    def test_every_spelling_of_a_combination(self):
        no, yes = {"fact": "csat", "operator": "seen"}, {"fact": "csat", "operator": "not_seen"}
        for expected, nodes in {
            True: [[], {"all": []}, yes, [yes, yes], {"any": [no, yes]}, {"not": no},
                   {"not": [yes, no]}, {"op": "AND", "conditions": [yes, yes]},
                   {"op": "OR", "conditions": [no, yes]}, {"op": "NOT", "conditions": [no]}],
            False: [no, [yes, no], {"all": [yes, no]}, {"any": [no, no]}, {"not": yes},
                    {"not": {"any": [no, yes]}}, {"op": "AND", "conditions": [yes, no]},
                    {"op": "OR", "conditions": [no]}, {"op": "NOT", "conditions": [[yes, yes]]}],
        }.items():
            for node in nodes:
                self.assertIs(holds(node, []), expected, node)


if __name__ == "__main__":
    unittest.main()
