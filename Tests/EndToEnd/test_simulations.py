# SPDX-License-Identifier: Apache-2.0
"""A contract tried on a real incident log, compared with the oracle under that contract."""
import csv
import http.client
import json
import re
import unittest
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from unittest import mock

import incident_oracle
from assay_server import Server, command, required, wait_until
from postgres_server import PostgresSite
from test_incidents import MAPPING

AGENT = "incident_low"
PRICE = incident_oracle.AGENTS["4 - Low"][1]
PERIOD = timedelta(hours=6)
CONDITION = [{"fact": "resolved", "operator": "seen"}, {"fact": "reopened", "operator": "not_seen"}]
CONTRACT = {"settlement_period": int(PERIOD.total_seconds()), "condition": CONDITION}


class IncidentSimulationTests(unittest.TestCase):
    maxDiff = 4000

    def make_server(self):
        return Server()

    @classmethod
    def setUpClass(cls):
        cls.log = required("ASSAY_INCIDENTS", "the incident log, servicenow_incidents.csv")
        with open(cls.log, newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        first = min(incident_oracle.instant(row["updated_at"]) for row in rows)
        cls.before = incident_oracle.answered(first - timedelta(days=1))
        cls.own = cls.of_agent(incident_oracle.expected(rows))
        with mock.patch.object(incident_oracle, "SETTLEMENT_PERIOD", PERIOD):
            cls.other = cls.of_agent(incident_oracle.expected(rows))

    @staticmethod
    def of_agent(expected):
        return {key: outcome for key, outcome in expected["outcomes"].items()
                if outcome["agent_key"] == AGENT}

    def setUp(self):
        self.server = self.make_server()
        self.addCleanup(self.server.close)
        self.client = self.server.create_account("incidents", clock=self.before)
        self.server.start()
        command("import", self.log, "--mapping", MAPPING, "--settle", "--url",
                f"http://127.0.0.1:{self.server.port}", ASSAY_TOKEN=self.client.token)

    def body(self, **more):
        return {"agent_key": AGENT, "contract": CONTRACT, "changes": 1000,
                "outcomes": {"last": 10000}} | more

    def simulate(self, **more):
        return self.client.post("/v1/simulations", self.body(**more))

    def test_what_would_be_is_what_the_oracle_says_under_the_other_contract(self):
        answer = self.simulate()
        self.assertEqual((answer["outcomes"], answer["more"]), (len(self.own), False))
        moves = Counter((self.own[key]["state"], self.other[key]["state"]) for key in self.own)
        self.assertGreater(len(moves), 2, "the contracts do not differ: a test of nothing")
        told = {(cell["from"], cell["to"]): cell["outcomes"] for cell in answer["table"]}
        self.assertEqual(told, dict(moves))
        changed = {key for key in self.own if self.own[key]["state"] != self.other[key]["state"]}
        self.assertEqual(answer["changed"], len(changed))
        self.assertLessEqual({change["key"] for change in answer["changes"]}, changed)
        self.assertEqual(len(answer["changes"]), min(1000, len(changed)))
        for change in answer["changes"]:
            key = change["key"]
            self.assertEqual(change["before"]["state"], self.own[key]["state"])
            for name in ("state", "amount", "signal_count", "late_signal_count"):
                self.assertEqual(change["after"][name], self.other[key][name], key)
            self.assertEqual(change["after"]["settles_at"], self.other[key]["settled_at"])
            self.assertEqual(change["reasons"], ["WINDOW"])
            self.assertTrue(change["turned_by"]["path"].startswith("/all/"))
        [total] = answer["totals"]
        sums = [sum(Decimal(o["amount"]) for o in outcomes.values() if o["amount"])
                for outcomes in (self.own, self.other)]
        self.assertEqual(total["confirmed"], {
            "before": incident_oracle.plain(sums[0]), "after": incident_oracle.plain(sums[1]),
            "difference": incident_oracle.plain(sums[1] - sums[0])})
        self.assertEqual(answer["totals"], self.simulate(
            rate_card={"currency": "USD", "price_per_unit": PRICE})["totals"])

    def test_an_answer_stays_the_same_at_its_position_also_after_a_restart(self):
        first = self.simulate()
        pinned = self.simulate(position=first["position"])
        self.assertEqual(pinned, first)
        key = next(change["key"] for change in first["changes"])
        posted = self.client.event(
            key, "reopened", customer=first["changes"][0]["customer_key"], agent_key=AGENT)
        self.client.catch_up(posted["position"])
        self.assertNotEqual(self.simulate()["position"], first["position"])
        self.assertEqual(self.simulate(position=first["position"]), first)
        self.server.stop()
        self.server.start()
        self.client.catch_up(posted["position"])
        self.assertEqual(self.simulate(position=first["position"]), first)

    def test_in_parts_the_last_event_is_the_answer(self):
        whole = self.simulate()
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        self.addCleanup(connection.close)
        connection.request("POST", "/v1/simulations", json.dumps(self.body()), {
            "Authorization": f"Bearer {self.client.token}", "Content-Type": "application/json",
            "Accept": "text/event-stream"})
        response = connection.getresponse()
        self.assertEqual(response.headers["Content-Type"], "text/event-stream")
        *parts, last = response.read().decode().rstrip("\n").split("\n\n")
        done = [json.loads(part.removeprefix("event: progress\ndata: "))["done"] for part in parts]
        self.assertEqual(done, sorted(done))
        self.assertEqual(done[-1], whole["outcomes"])
        result = json.loads(last.removeprefix("event: result\ndata: "), parse_float=Decimal)
        self.assertEqual(result, whole)

    def test_a_client_that_goes_leaves_its_place_to_others(self):
        for _ in range(8):
            connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
            connection.request("POST", "/v1/simulations", json.dumps(self.body()), {
                "Authorization": f"Bearer {self.client.token}",
                "Content-Type": "application/json", "Accept": "text/event-stream"})
            connection.getresponse().read(10)
            connection.close()
        for _ in range(100):
            answer = self.client.call("POST", "/v1/simulations", self.body())
            if answer.status != 429:
                break
            self.assertEqual(answer.code, "STUDIES_BUSY")
            self.assertEqual(answer.headers["Retry-After"], "1")
        self.assertEqual(answer.status, 200)

    def test_work_for_a_client_that_does_not_wait_for_the_whole_answer_is_stopped(self):
        # Some are done before it shows that their client has gone: they take some 10 ms.
        wait_until(self.leaves_and_one_was_stopped, "the work is stopped")
        wait_until(lambda: "assay_simulations_running 0" in self.metrics(), "no work goes on")

    def leaves_and_one_was_stopped(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        connection.request("POST", "/v1/simulations", json.dumps(self.body()), {
            "Authorization": f"Bearer {self.client.token}", "Content-Type": "application/json"})
        connection.close()
        ends = re.search(r'^assay_simulation_seconds_count\{end="stopped"\} (\d+)$',
                         self.metrics(), re.MULTILINE)
        return ends is not None and int(ends[1]) > 0

    def metrics(self):
        return self.client.call("GET", "/metrics").body.decode("utf-8")

    def test_the_traffic_tells_what_a_condition_misses(self):
        observed = self.client.get("/v1/signals/observed", agent_key=AGENT, outcomes=2000)
        actions = [action["action"] for action in observed["actions"]]
        self.assertIn("resolved", actions)
        self.assertEqual(observed["outcomes"], min(2000, len(self.own)))
        found = self.client.post("/v1/contracts/lint", {"agent_key": AGENT, "contract": {
            "condition": {"any": [{"fact": "resolved", "operator": "gte", "value": 3},
                                  {"fact": "solved", "operator": "seen"}]}}})
        self.assertEqual([(f["code"], f["path"]) for f in found["findings"]], [
            ("VALUE_NEVER_SEEN", "/any/0"), ("FACT_NEVER_SEEN", "/any/1")])


class PostgresIncidentSimulationTests(PostgresSite, IncidentSimulationTests):
    pass


if __name__ == "__main__":
    unittest.main()
