# SPDX-License-Identifier: Apache-2.0
"""One event from end to end: by API and by `assay trace`, on both stores and on two nodes."""
import json
import unittest
from datetime import datetime

from assay_server import Server, command, standard_catalog
from cluster_case import TwoNodeCase
from postgres_server import PostgresSite

CLOCK = "2024-02-29T00:00:00.000000Z"
TRACE = "0af7651916cd43dd8448eb211c80319c"
HOPS = ["accepted", "flushed", "taken", "decided", "appended"]
MODELS = {"outcomes_feed", "billing_ledger", "dead_letters", "journeys"}
KILLS_LIMIT = 5


def at(step):
    return datetime.fromisoformat(step["at"].replace("Z", "+00:00"))


def hops(journey):
    """A journey without its read models, which every node and every rebuild has its own of."""
    passages = [
        passage | {"steps": [
            {name: value for name, value in step.items() if name != "not_after"}
            for step in passage["steps"] if step["name"] != "visible"]}
        for passage in journey["passages"]]
    return journey | {"passages": passages}


class TraceChecks:
    """What holds of one node, whatever the store."""

    def setUp(self):
        self.server = self.make_server()
        self.addCleanup(self.server.close)
        self.client = self.server.create_account("sandbox", clock=CLOCK)
        self.server.start()
        standard_catalog(self.client)

    def post(self, body, request, path="/v1/events", **headers):
        answer = self.client.call("POST", path, body, {"X-Request-Id": request} | headers)
        self.assertEqual(answer.status, 202, answer.body)
        return answer.body

    def journey(self, event_id, after=None):
        return self.client.get(f"/v1/events/{event_id}/trace", after=after)

    def told(self, *arguments, check=True):
        """What `assay trace` says, a JSON object a line."""
        done = command("trace", *arguments, "--json", "--store", self.server.store, check=check,
                       ASSAY_VIEWS=str(self.server.directory / "views"))
        return [json.loads(line) for line in done.stdout.splitlines()]

    def assert_in_order(self, journey):
        """On one machine with one clock no hop is before the one ahead of it."""
        for passage in journey["passages"]:
            timed = [step for step in passage["steps"] if step["at"] and step["name"] != "visible"]
            times = [at(step) for step in timed]
            self.assertEqual(times, sorted(times))
            for step in timed[1:]:
                self.assertGreaterEqual(step["since_previous_us"], 0)
            for step in passage["steps"]:
                if step["name"] == "visible" and not step["rebuilt"]:
                    self.assertGreaterEqual(at(step), times[-1])

    def test_one_event_is_followed_by_each_of_its_ids(self):
        accepted = self.post(
            {"key": "followed-1", "action": "resolved", "customer_key": "acme",
             "idempotency_key": "once only"},
            "req.followed", traceparent=f"00-{TRACE}-b7ad6b7169203331-01")
        journey = self.journey(accepted["event_id"], accepted["position"])
        self.assertEqual((journey["status"], journey["key"]), ("applied", "followed-1"))
        passage, = journey["passages"]
        self.assertEqual([step["name"] for step in passage["steps"]], HOPS + ["visible"] * 4)
        self.assertEqual({step["model"] for step in passage["steps"][5:]}, MODELS)
        self.assertEqual(passage["request_id"], "req.followed")
        self.assertEqual(passage["trace"], f"00-{TRACE}-b7ad6b7169203331-01")
        self.assertEqual([fact["state"] for fact in passage["facts"]], ["OPEN", "PENDING"])
        self.assert_in_order(journey)
        for query in ({"request_id": "req.followed"}, {"trace_id": TRACE},
                      {"idempotency_key": "once only"},
                      {"idempotency_key": "once only", "key": "followed-1"}):
            with self.subTest(query=query):
                self.assertEqual(self.client.get("/v1/traces", **query)["data"], [journey])
        for words in ((accepted["event_id"],), ("req.followed",), (TRACE,), ("once only",),
                      ("once only", "--key", "followed-1")):
            with self.subTest(words=words):
                self.assertEqual(self.told(*words), [journey])
        self.assertEqual(self.told("never heard of", check=False), [])
        picture = command("trace", accepted["event_id"], "--store", self.server.store,
                          ASSAY_VIEWS=str(self.server.directory / "views")).stdout
        for word in (*HOPS, "visible outcomes_feed", "followed-1: applied", "-> PENDING", "|#"):
            self.assertIn(word, picture)

    def test_a_request_leads_to_its_catalog_change_and_to_what_its_advance_settled(self):
        headers = {"X-Request-Id": "req.put"}
        put = self.client.call("PUT", "/v1/customers/late", {"name": "Late"}, headers)
        self.assertEqual((put.status, put.body["request_id"]), (201, "req.put"))
        change, = self.client.get("/v1/traces", request_id="req.put")["catalog_changes"]
        self.assertEqual((change["type"], change["key"]), ("customer_put", "late"))
        self.assertEqual(change["catalog_version"], put.body["catalog_version"])
        self.assertEqual(self.told("req.put"), [change])
        said = command("trace", "req.put", "--store", self.server.store,
                       ASSAY_VIEWS=str(self.server.directory / "views")).stdout
        self.assertIn(f"catalog version {change['catalog_version']}: customer_put late", said)
        posted = self.post({"key": "settled-by", "action": "resolved", "customer_key": "acme"},
                           "req.event")
        moved = self.client.call("POST", "/v1/test-clock/advance", {"by": 3600},
                                 {"X-Request-Id": "req.advance"})
        self.assertEqual(moved.status, 200)
        journey, = self.client.get("/v1/traces", request_id="req.advance")["data"]
        self.assertEqual(journey["event_id"], posted["event_id"])
        self.assertEqual([passage["request_id"] for passage in journey["passages"]],
                         ["req.event", "req.advance"])
        self.assertEqual(self.told("req.advance"), [journey])

    def test_a_batch_is_found_by_its_request_page_by_page(self):
        events = [{"key": f"batched-{number:03}", "action": "resolved", "customer_key": "acme"}
                  for number in range(250)]
        answer = self.post(events, "req.batch", "/v1/events/batch")
        self.client.catch_up(answer["position"])
        wanted = {result["event_id"] for result in answer["results"]}
        for limit in (100, 500):
            found = [journey["event_id"] for journey in self.client.pages(
                "/v1/traces", limit, request_id="req.batch", after=answer["position"])]
            self.assertEqual(len(found), len(wanted))
            self.assertEqual(set(found), wanted)

    def test_a_parked_event_a_redrive_and_the_money_at_the_end(self):
        lost = self.post({"key": "parked-one", "action": "resolved", "customer_key": "later"},
                         "req.lost")
        journey = self.journey(lost["event_id"], lost["position"])
        self.assertEqual((journey["status"], journey["code"], journey["parked"]),
                         ("dead_lettered", "CUSTOMER_NOT_FOUND", True))
        self.client.customer("later")
        redrive = self.client.call(
            "POST", "/v1/dead-letters/redrive",
            {"ids": [lost["event_id"]], "reason": "the customer is there"},
            {"X-Request-Id": "req.redrive"})
        self.assertEqual(redrive.status, 202)
        self.client.catch_up(redrive.body["position"])
        moved = self.client.call("POST", "/v1/test-clock/advance", {"by": 7200},
                                 {"X-Request-Id": "req.advance"})
        self.assertEqual(moved.status, 200)
        journey = self.journey(lost["event_id"])
        self.assertEqual((journey["status"], journey["code"], journey["parked"]),
                         ("applied", None, False))
        self.assertEqual([passage["occasion"] for passage in journey["passages"]],
                         ["event", "redrive", "time"])
        self.assertEqual([passage["request_id"] for passage in journey["passages"]],
                         ["req.lost", "req.redrive", "req.advance"])
        self.assertRegex(journey["passages"][1]["cause"]["author"], r"\Atok_")
        self.assert_in_order(journey)
        settled = journey["passages"][2]
        self.assertEqual([step["name"] for step in settled["steps"]][:3], HOPS[2:])
        self.assertEqual(settled["facts"][0]["state"], "CONFIRMED")
        posting, = self.client.postings()
        self.assertEqual(settled["facts"][0]["posting_id"], posting["id"])
        self.assertEqual(
            self.client.get("/v1/traces", posting_id=posting["id"])["data"], [journey])
        self.assertEqual(self.told(posting["id"]), [journey])
        self.assertEqual(
            [found["event_id"] for found in
             self.client.get("/v1/traces", request_id="req.redrive")["data"]],
            [lost["event_id"]])

    def test_it_is_the_same_after_a_restart_and_with_new_read_models(self):
        accepted = self.post({"key": "kept-for-years", "action": "resolved",
                              "customer_key": "acme"}, "req.kept")
        before = self.journey(accepted["event_id"], accepted["position"])
        self.server.stop()
        self.assertEqual(self.told(accepted["event_id"]), [before])
        for name in ("assay.sqlite.views", "views"):
            for suffix in ("", "-wal", "-shm"):
                (self.server.directory / (name + suffix)).unlink(missing_ok=True)
        self.assertEqual([hops(found) for found in self.told(accepted["event_id"])],
                         [hops(before)])
        self.server.start()
        after = self.journey(accepted["event_id"], accepted["position"])
        self.assertEqual(hops(after), hops(before))
        seen = [step for step in after["passages"][0]["steps"] if step["name"] == "visible"]
        self.assertEqual({step["model"] for step in seen}, MODELS)
        self.assertTrue(all(step["rebuilt"] for step in seen))
        self.assertEqual(self.client.get("/v1/traces", request_id="req.kept")["data"], [after])

    def test_a_lost_event_that_was_not_lost_waits_where_it_was_accepted(self):
        for attempt in range(KILLS_LIMIT):
            events = [{"key": f"waiting-{attempt}-{number:04}", "action": "resolved",
                       "customer_key": "acme", "idempotency_key": f"sent-{number}"}
                      for number in range(1000)]
            answer = self.post(events, "req.waits", "/v1/events/batch")
            self.server.kill()
            last = answer["results"][-1]
            journey, = self.told(last["event_id"])
            if journey["status"] == "waiting":
                break
            self.server.start()
        self.assertEqual(journey["status"], "waiting")
        self.assertEqual(journey["passages"], [])
        wait = journey["wait"]
        self.assertEqual([step["name"] for step in wait["steps"]], HOPS[:2])
        self.assertEqual(wait["request_id"], "req.waits")
        self.assertEqual(wait["steps"][1]["at"], wait["since"])
        self.assertEqual(
            self.told("sent-999", "--key", f"waiting-{attempt}-0999"), [journey])
        self.server.start()
        judged = self.journey(last["event_id"], last["position"])
        self.assertEqual((judged["status"], judged["wait"]), ("applied", None))
        self.assertEqual(judged["passages"][0]["steps"][:2], wait["steps"])


class SQLiteTraceTests(TraceChecks, unittest.TestCase):
    def make_server(self):
        return Server()


class PostgresTraceTests(PostgresSite, TraceChecks, unittest.TestCase):
    pass


class TwoNodeTraceTests(TwoNodeCase):
    def test_one_node_accepts_and_the_other_decides(self):
        first = self.cluster.create_account("traced")
        standard_catalog(first)
        second = self.cluster.clients(first)[1]
        events = [{"key": f"travelled-{number:03}", "action": "resolved", "customer_key": "acme"}
                  for number in range(100)]
        answer = first.batch(events)
        journeys = []
        for client in (first, second):
            found = [client.get(f"/v1/events/{result['event_id']}/trace", after=answer["position"])
                     for result in answer["results"]]
            # Each node tells of read models of its own.
            for journey in found:
                seen = [step for step in journey["passages"][0]["steps"]
                        if step["name"] == "visible"]
                self.assertEqual({step["model"] for step in seen}, MODELS)
            journeys.append([hops(journey) for journey in found])
        self.assertEqual(journeys[0], journeys[1])
        ways = {(passage["steps"][0]["node"][0], passage["steps"][2]["node"][0])
                for journey in journeys[0] for passage in journey["passages"]}
        self.assertEqual(ways, {("a", "a"), ("a", "b")})


if __name__ == "__main__":
    unittest.main()
