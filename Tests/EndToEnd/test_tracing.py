# SPDX-License-Identifier: Apache-2.0
"""Spans as a collector gets them, and requests while it is away, hangs or refuses."""
import re
import secrets
import socket
import time
import unittest

from assay_server import Server, standard_catalog, wait_until
from trace_collector import Collector, attributes, require_decoder

UNAFFECTED_SECONDS = 1
STOP_SECONDS = 10
RESUME_SECONDS = 30
SERVER, PRODUCER, CONSUMER = 2, 4, 5  # SpanKind
SAMPLED = 1


class Caller:
    """A client's own span, as its `traceparent` names it."""

    def __init__(self, flags="01"):
        self.trace, self.span = secrets.token_hex(16), secrets.token_hex(8)
        self.headers = {"traceparent": f"00-{self.trace}-{self.span}-{flags}",
                        "tracestate": "vendor=abc,other=1"}


class TracingCase(unittest.TestCase):
    def setUp(self):
        require_decoder()
        self.server = Server()
        self.addCleanup(self.server.close)
        self.client = self.server.create_account("traced")

    def collector(self, answer=200):
        collector = Collector(answer)
        self.addCleanup(collector.close)
        return collector

    def start(self, endpoint, **environment):
        self.server.start(ASSAY_OTLP_ENDPOINT=endpoint, ASSAY_NODE="node-7", **environment)
        standard_catalog(self.client)

    def post(self, key, caller=None, **more):
        """Posts an event below a caller's span; the answer must be a 202, and in time."""
        begun = time.monotonic()
        answer = self.client.call("POST", "/v1/events", {
            "key": key, "action": "resolved", "customer_key": "acme"} | more,
            caller.headers if caller else None)
        self.assertEqual(answer.status, 202, answer.body)
        self.assertLess(time.monotonic() - begun, UNAFFECTED_SECONDS)
        return answer.body

    def figure(self, pattern):
        """The sum of the figures whose names and labels match."""
        text = self.client.call("GET", "/metrics").body.decode("utf-8")
        found = re.findall(rf"^{pattern} (\S+)$", text, re.MULTILINE)
        self.assertTrue(found, f"{pattern} is not told")
        return sum(map(float, found))


class ExportTests(TracingCase):
    def test_one_event_is_followed_from_its_caller_through_intake_and_lane_to_every_read_model(self):
        collector, caller = self.collector(), Caller()
        self.start(collector.endpoint)
        event = self.post("secret-key", caller, idempotency_key="secret-retry",
                          properties={"note": "secret-note"})
        self.client.catch_up(event["position"])
        history = self.client.history("secret-key")
        self.server.stop()

        posted, = (span for span in collector.spans("POST /v1/events")
                   if span.trace_id.hex() == caller.trace)
        self.assertEqual(posted.parent_span_id.hex(), caller.span)
        self.assertEqual(posted.trace_state, "vendor=abc,other=1")
        self.assertEqual(posted.kind, SERVER)
        self.assertTrue(posted.flags & SAMPLED)
        self.assertEqual(attributes(posted), {
            "http.request.method": "POST", "http.route": "/v1/events",
            "http.response.status_code": 202})
        self.assertLessEqual(posted.start_time_unix_nano, posted.end_time_unix_nano)
        self.assertLess(abs(posted.end_time_unix_nano / 1e9 - time.time()), 60)
        place = (posted.trace_id, posted.span_id)
        self.assertEqual({fact["trace"] for fact in history},
                         {f"00-{place[0].hex()}-{place[1].hex()}-01"})

        intake, = (span for span in collector.spans("intake.append")
                   if span.trace_id.hex() == caller.trace)
        self.assertEqual(intake.parent_span_id, posted.span_id)
        self.assertEqual(intake.kind, PRODUCER)

        def linked(name):
            return [span for span in collector.spans(name)
                    if place in {(link.trace_id, link.span_id) for link in span.links}]

        turn, = linked("lane.turn")
        self.assertEqual(turn.kind, CONSUMER)
        self.assertEqual(turn.parent_span_id, b"")
        self.assertEqual(attributes(turn)["assay.batch.events"], 1)
        projections = linked("projection.apply")
        self.assertEqual({attributes(span)["assay.projection"] for span in projections},
                         {"outcomes_feed", "billing_ledger", "dead_letters", "journeys",
                          "value_delivered"})
        self.assertEqual(collector.resources()[0], {
            "service.name": "assay", "service.instance.id": "node-7", "service.version": "0.1.0"})
        self.assertEqual({seen[:2] for seen in collector.seen},
                         {("/v1/traces", "application/x-protobuf")})
        self.check_secrets(collector, event)

    def check_secrets(self, collector, event):
        """Nothing that a client has sent is in what was exported but its trace context."""
        everything = b"".join(collector.bodies)
        for secret in ("secret", "acme", "resolved", "support", self.client.token,
                       self.client.account_id, event["event_id"]):
            self.assertNotIn(secret.encode(), everything, secret)

    def test_a_batch_is_linked_to_the_traces_of_all_that_are_in_it(self):
        collector = self.collector()
        self.start(collector.endpoint)
        callers = [Caller() for _ in range(8)]
        for index, caller in enumerate(callers):
            event = self.post(f"many-{index:04}", caller)
        self.client.catch_up(event["position"])
        self.server.stop()
        for name in ("lane.turn", "projection.apply"):
            linked = {link.trace_id.hex() for span in collector.spans(name) for link in span.links}
            self.assertLessEqual({caller.trace for caller in callers}, linked, name)

    def test_what_a_caller_does_not_record_is_not_recorded_here_and_keeps_its_trace(self):
        collector, quiet, loud = self.collector(), Caller("00"), Caller("01")
        self.start(collector.endpoint)
        self.post("quiet-key", quiet)
        self.client.catch_up(self.post("loud-key-1", loud)["position"])
        trace = self.client.history("quiet-key")[0]["trace"]
        self.assertRegex(trace, f"^00-{quiet.trace}-[0-9a-f]{{16}}-00$")
        self.server.stop()
        traces = {span.trace_id.hex() for span in collector.spans()}
        self.assertIn(loud.trace, traces)
        self.assertNotIn(quiet.trace, traces)

    def test_with_a_ratio_of_zero_only_what_callers_record_is_recorded(self):
        collector, caller = self.collector(), Caller()
        self.start(collector.endpoint, ASSAY_OTLP_SAMPLE_RATIO="0")
        self.post("own-trace")
        event = self.post("callers-trace", caller)
        self.client.catch_up(event["position"])
        self.server.stop()
        posts = collector.spans("POST /v1/events")
        self.assertEqual([span.trace_id.hex() for span in posts], [caller.trace])
        # The batches that the caller's event was in are recorded with it.
        self.assertEqual(len(collector.spans("lane.turn")), 1)
        self.assertEqual(len(collector.spans("projection.apply")), 5)


class CollectorTroubleTests(TracingCase):
    """The queue is short, so that a few requests fill it."""

    def check_trouble(self, endpoint):
        self.start(endpoint, ASSAY_OTLP_QUEUE_LIMIT_SPANS="20")
        for index in range(40):
            self.post(f"trouble-{index:04}", Caller())
        wait_until(lambda: self.figure(r'assay_trace_spans_dropped_total{reason="queue_full"}') > 0,
                   "spans were dropped and counted")
        self.client.catch_up(self.post("trouble-last", Caller())["position"])
        self.assertEqual(self.figure("assay_trace_spans_exported_total"), 0)

    def check_resumption(self, collector):
        collector.answer = 200

        def comes_through():
            caller = Caller()
            self.post(f"after-{caller.span}", caller)
            return self.figure("assay_trace_spans_exported_total") > 0 and any(
                span.name == "POST /v1/events" and attributes(span) for span in collector.spans())

        wait_until(comes_through, "spans come through again", RESUME_SECONDS)
        self.assertIn("the collector takes spans again", self.server.tail())

    def stop(self):
        begun = time.monotonic()
        self.server.stop()
        self.assertLess(time.monotonic() - begun, STOP_SECONDS)

    def test_requests_go_on_while_the_collector_is_away(self):
        with socket.socket() as reserved:
            reserved.bind(("127.0.0.1", 0))  # and does not listen
            self.check_trouble(f"http://127.0.0.1:{reserved.getsockname()[1]}/v1/traces")
            self.assertGreaterEqual(self.figure("assay_trace_export_failures_total"), 1)
            self.stop()

    def test_requests_go_on_while_the_collector_hangs_and_a_stop_does_not_wait_for_it(self):
        collector = self.collector(answer=None)
        self.check_trouble(collector.endpoint)
        self.stop()
        self.assertIn("spans were not exported", self.server.tail())

    def test_a_collector_that_answers_503_gets_the_spans_later_and_not_before_it_asked(self):
        collector = self.collector(answer=503)
        collector.headers = {"Retry-After": "3"}
        self.check_trouble(collector.endpoint)
        wait_until(lambda: collector.seen, "it was asked")
        begun = time.monotonic()
        refused = len(collector.seen)
        self.check_resumption(collector)
        self.assertGreater(time.monotonic() - begun, 1)
        # Meanwhile it was left in peace.
        self.assertLessEqual([answer for *_, answer in collector.seen].count(503), refused + 1)
        self.stop()


if __name__ == "__main__":
    unittest.main()
