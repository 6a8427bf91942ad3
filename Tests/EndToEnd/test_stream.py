# SPDX-License-Identifier: Apache-2.0
"""The live stream: told as it happens, resumed where it was, on both stores and through any node."""
import http.client
import json
import socket
import subprocess
import threading
import unittest
from decimal import Decimal

from assay_server import Server, standard_catalog, wait_until
from cluster_case import TwoNodeCase
from postgres_server import PostgresSite

OUTCOMES = 40
READ_LIMIT_SECONDS = 30


class Stream:
    """A client of the live stream, which reads in a thread of its own."""

    def __init__(self, client, server=None, last_id=None, query=""):
        self.events, self.last_id, self.comments, self.is_over = [], last_id, 0, False
        port = (server or client.server).port
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=READ_LIMIT_SECONDS)
        fields = {"Authorization": f"Bearer {client.token}"}
        if last_id:
            fields["Last-Event-ID"] = last_id
        self.connection.request("GET", "/v1/outcomes/stream" + query, headers=fields)
        self.socket = self.connection.sock
        self.response = self.connection.getresponse()
        assert self.response.status == 200, self.response.read()
        assert self.response.headers["Content-Type"] == "text/event-stream"
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self):
        fields = {}
        try:
            for line in self.response:
                line = line.decode("utf-8").rstrip("\n")
                if line.startswith(":"):
                    self.comments += 1
                elif line:
                    name, _, value = line.partition(": ")
                    fields[name] = value
                else:
                    self._dispatch(fields)
                    fields = {}
        except (OSError, http.client.HTTPException, ValueError, AttributeError):
            pass  # the server, or this client, has cut it
        self.is_over = True

    def _dispatch(self, fields):
        if "data" in fields:
            data = json.loads(fields["data"], parse_float=Decimal)
            self.events.append((fields["event"], data))
        self.last_id = fields.get("id", self.last_id)

    def newest(self):
        """The newest state of each outcome that was told."""
        return {data["key"]: data for name, data in list(self.events) if name == "outcome"}

    def close(self):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # the server was faster
        self.thread.join()
        self.response.close()
        self.connection.close()


class StreamChecks:
    """What holds of one node, whatever the store."""

    def setUp(self):
        self.server = self.make_server()
        self.addCleanup(self.server.close)
        self.client = self.server.create_account("live")
        self.other = self.server.create_account("other")
        self.server.start()
        for client in (self.client, self.other):
            standard_catalog(client)

    def stream(self, **options):
        stream = Stream(self.client, **options)
        self.addCleanup(stream.close)
        wait_until(lambda: stream.last_id, "the stream is open")
        return stream

    def test_what_is_posted_is_told_as_the_feed_shows_it(self):
        stream, positions = self.stream(), []
        for number in range(OUTCOMES):
            self.other.event(f"outcome-{number:03}", "resolved")
            positions.append(self.client.event(f"outcome-{number:03}", "resolved")["position"])
        positions.append(self.client.event("outcome-000", "note")["position"])
        for position in positions:
            self.client.catch_up(position)
        shown = self.client.outcomes()
        self.assertEqual(len(shown), OUTCOMES)
        wait_until(lambda: stream.newest() == shown, "every outcome is told as it is shown")
        self.assertEqual({name for name, _ in stream.events}, {"outcome"})

    def test_curl_shows_an_event_as_it_arrives(self):
        url = f"http://127.0.0.1:{self.server.port}/v1/outcomes/stream"
        curl = subprocess.Popen(
            ["curl", "-sN", "-H", f"Authorization: Bearer {self.client.token}", url],
            stdout=subprocess.PIPE, text=True)
        try:
            lines = iter(curl.stdout.readline, "")
            next(line for line in lines if line.startswith("id: "))
            self.client.event("outcome-curl", "resolved")
            told = next(line for line in lines if line.startswith("data: "))
            self.assertEqual(json.loads(told[len("data: "):])["key"], "outcome-curl")
        finally:
            curl.kill()
            curl.stdout.close()
            curl.wait()

    def test_nothing_is_missing_after_the_server_was_killed(self):
        stream = self.stream()
        told = {}
        for round_number in range(3):
            keys = [f"round-{round_number}-{number:03}" for number in range(OUTCOMES)]
            for key in keys[:OUTCOMES // 2]:
                self.client.event(key, "resolved")
            wait_until(lambda: keys[0] in stream.newest(), "the stream runs")
            self.server.kill()
            wait_until(lambda: stream.is_over, "the stream is cut")
            told |= stream.newest()
            self.server.start()
            for sent in [self.client.event(key, "resolved") for key in keys]:
                self.client.catch_up(sent["position"])
            shown = self.client.outcomes()
            stream = self.stream(last_id=stream.last_id)
            wait_until(lambda: told | stream.newest() == shown, "what was missed is told")
            self.assertNotIn("reset", [name for name, _ in stream.events])

    def test_a_server_that_is_told_to_stop_ends_its_streams_and_stops_at_once(self):
        streams = [self.stream() for _ in range(5)]
        self.server.stop()
        for stream in streams:
            wait_until(lambda: stream.is_over, "the stream has ended")

    def test_open_streams_are_counted_and_bounded(self):
        def count():
            text = self.client.call("GET", "/metrics").body.decode("utf-8")
            return next(int(float(line.split()[1])) for line in text.splitlines()
                        if line.startswith("assay_streams_open"))
        streams = [self.stream() for _ in range(64)]
        self.assertEqual(count(), 64)
        answer = self.client.call("GET", "/v1/outcomes/stream")
        self.assertEqual((answer.status, answer.code), (429, "TOO_MANY_STREAMS"))
        self.assertEqual(answer.headers["Retry-After"], "5")
        other = Stream(self.other)
        for stream in [*streams, other]:
            stream.close()
        # Who has gone silently is noticed with the next sign of life.
        wait_until(lambda: count() == 0, "all have left", 2 * READ_LIMIT_SECONDS)


class SQLiteStreamTests(StreamChecks, unittest.TestCase):
    def make_server(self):
        return Server()


class PostgresStreamTests(PostgresSite, StreamChecks, unittest.TestCase):
    pass


class TwoNodeStreamTests(TwoNodeCase):
    def test_a_stream_is_resumed_through_another_node(self):
        client = self.cluster.create_account("streaming")
        nodes = self.cluster.nodes
        standard_catalog(client)
        keys = [f"outcome-{number:03}" for number in range(OUTCOMES)]
        stream, told = Stream(client, nodes[0]), {}
        for turn in range(4):
            wait_until(lambda: stream.last_id, "the stream is open")
            for key in keys:
                client.event(key, "resolved")
            wait_until(lambda: stream.newest(), "something is told")
            told |= stream.newest()
            stream.close()
            # What happens meanwhile is told by the other one.
            sent = [client.event(key, "note") for key in keys]
            stream = Stream(client, nodes[(turn + 1) % 2], last_id=stream.last_id)
            for event in sent:
                client.catch_up(event["position"])
            shown = client.outcomes()
            wait_until(lambda: told | stream.newest() == shown, f"turn {turn}: nothing is missing")
            versions = {}
            for name, outcome in stream.events:
                self.assertEqual(name, "outcome")
                self.assertGreaterEqual(outcome["version"], versions.get(outcome["key"], 0))
                versions[outcome["key"]] = outcome["version"]
        stream.close()


if __name__ == "__main__":
    unittest.main()
