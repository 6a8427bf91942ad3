# SPDX-License-Identifier: Apache-2.0
"""A model of the rules against the HTTP API, step by step, with random steps.

ASSAY_MODEL_STEPS sets the number of steps (2,000); ASSAY_SEED repeats a run.
"""
import os
import random
import unittest
from collections import Counter
from decimal import Context, Decimal, Inexact

from assay_client import segment
from assay_server import Server
from model_conditions import plain
from model_events import AGENTS, CUSTOMERS
from model_explain import explanation_faults
from model_oracle import Model
from model_steps import RATE_CARDS, Steps

STEPS = int(os.environ.get("ASSAY_MODEL_STEPS") or 2000)
STEPS_PER_ACCOUNT = 2000
STEPS_BETWEEN_COMPARISONS = 100
CLOCK = "2020-01-01T00:00:00.000000Z"
EXACT = Context(prec=500, traps=[Inexact])
WEIGHTS = {
    "post": 60, "post_batch": 6, "fate": 12, "advance": 6, "advance_back": 1, "put_agent": 2,
    "put_rate_card": 2, "put_customer": 4, "archive": 1, "redrive": 5, "discard": 2}
EXPLAINED_OUTCOMES = 8  # at each comparison
LATEST_STEPS = 12  # how much of the log a failure shows, beside the key's own part


class ModelTests(unittest.TestCase):
    maxDiff = 4000

    def setUp(self):
        self.seed = os.environ.get("ASSAY_SEED") or str(random.SystemRandom().randrange(1 << 32))
        print(f"\n{self.id()}: ASSAY_SEED={self.seed}", flush=True)
        self.server = Server()
        self.addCleanup(self.server.close)

    def test_random_steps_come_to_what_the_model_says(self):
        rounds = -(-STEPS // STEPS_PER_ACCOUNT)
        clients = [self.server.create_account(f"model {n}", clock=CLOCK) for n in range(rounds)]
        self.server.start()
        for number, client in enumerate(clients):
            self.play(client, min(STEPS, STEPS_PER_ACCOUNT), random.Random(f"{self.seed}/{number}"))

    def play(self, client, steps_count, choose):
        self.model = Model(CLOCK)
        self.steps = steps = Steps(choose, client, self.model)
        for agent in AGENTS:
            steps.put_agent(agent)
        for card in RATE_CARDS:
            steps.put_rate_card(card, AGENTS)
        for customer in CUSTOMERS[:3]:
            steps.put_customer(customer, choose.choice(RATE_CARDS))
        ends = {self.server.stop: steps_count // 3, self.server.kill: steps_count * 2 // 3}
        for step in range(1, steps_count + 1):
            name = choose.choices([*WEIGHTS], [*WEIGHTS.values()])[0]
            try:
                getattr(steps, name)()
            except AssertionError as error:
                key = getattr(error, "key", None)
                self.fail(self.story(f"step {step}, {name}: {error}", key))
            for end, at in ends.items():
                if step == at:
                    end()
                    self.server.start()
            if step % STEPS_BETWEEN_COMPARISONS == 0 or step == steps_count:
                self.compare(client, step)
        counted = Counter(outcome["state"] for outcome in self.model.outcomes().values())
        counted += Counter(letter["code"] for letter in self.model.dead_letters())
        print("  " + ", ".join(f"{n} {what}" for what, n in counted.most_common()), flush=True)

    def compare(self, client, step):
        after = self.steps.position
        outcomes, expected = client.outcomes(after=after), self.model.outcomes()
        for key in outcomes.keys() | expected.keys():
            server, model = outcomes.get(key) or {}, expected.get(key) or {}
            server = {name: server.get(name) for name in model} if model else server
            if server != model:
                self.fail(self.story(self.difference(f"{key} at step {step}", server, model), key))
        for key in self.steps.choose.sample(sorted(self.model.opened),
                                            min(EXPLAINED_OUTCOMES, len(self.model.opened))):
            explained = client.get(f"/v1/outcomes/{segment(key)}/explain", after=after)
            faults = explanation_faults(explained, self.model.opened[key])
            if faults:
                self.fail(self.story("\n".join([f"{key} is not explained", *faults]), key))
        letters = {letter["event_id"]: letter for letter in client.dead_letters(after=after)}
        expected = {letter["event_id"]: letter for letter in self.model.dead_letters()}
        for event_id in letters.keys() | expected.keys():
            server, model = letters.get(event_id) or {}, expected.get(event_id) or {}
            server.pop("id", None)
            if server != model:
                key = (server or model)["key"]
                self.fail(self.story(self.difference(f"letter {event_id}", server, model), key))
        self.assertEqual(client.totals(after=after), self.model.ledger_total())
        sums = {}
        for posting in client.postings(after=after):
            sums[posting["currency"]] = EXACT.add(
                sums.get(posting["currency"], Decimal(0)), Decimal(posting["amount"]))
        self.assertEqual(
            {name: plain(amount) for name, amount in sums.items()}, self.model.ledger_total())

    @staticmethod
    def difference(what, server, model):
        lines = [f"  {name}: server {server.get(name)!r}, model {model.get(name)!r}"
                 for name in server.keys() | model.keys() if server.get(name) != model.get(name)]
        return "\n".join([what, *lines])

    def story(self, what, key=None):
        """The failure with the steps that led to it: the key's own, and the latest of all."""
        log = self.steps.log
        own = [entry for entry in log if key and self.concerns(entry, key)]
        lines = [f"ASSAY_SEED={self.seed}", what, "the key's steps:", *map(str, own),
                 "the latest steps:", *map(str, log[-LATEST_STEPS:])]
        if key:
            client = self.steps.client
            lines += ["the server's history:", *(str(
                (fact["version"], fact["type"], fact["time"], fact["data"].get("signal"),
                 fact["data"].get("code"), fact["data"].get("settles_at")))
                for fact in client.history(key))]
        return "\n".join(lines)

    def concerns(self, entry, key):
        kind, what, _ = entry
        if kind == "post":
            return what["key"] == key
        ids = what if kind == "redrive" else [what]
        return kind in ("redrive", "discard") and any(
            self.model.signals[event_id].key == key for event_id in ids)


if __name__ == "__main__":
    unittest.main()
