# SPDX-License-Identifier: Apache-2.0
"""A collector of traces on loopback: OTLP/HTTP, decoded with OpenTelemetry's own classes."""
import os
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

try:
    from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as service
except ImportError:
    service = None

HANG_LIMIT_SECONDS = 60


def require_decoder():
    """Skips where the decoder is not installed, and fails where CI=true."""
    if service is None:
        reason = "opentelemetry-proto IS NOT INSTALLED (scripts/test-python does it)"
        if os.environ.get("CI") == "true":
            raise RuntimeError(reason)
        raise unittest.SkipTest(reason)


class Collector:
    """Takes traces at `endpoint`; `answer` says how: a status, or None to hang."""

    def __init__(self, answer=200):
        self.answer = answer
        self.headers = {}
        self.bodies, self.seen = [], []  # what was taken, and the answer of every request
        self._lock, self._released = threading.Lock(), threading.Event()
        collector = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                collector.take(self)

            def log_message(self, *arguments):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}/v1/traces"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def take(self, request):
        body = request.rfile.read(int(request.headers["Content-Length"]))
        answer = self.answer
        with self._lock:
            self.seen.append((request.path, request.headers["Content-Type"], answer))
            if answer == 200:
                self.bodies.append(body)
        if answer is None:
            self._released.wait(HANG_LIMIT_SECONDS)
            request.close_connection = True
            return
        content = service.ExportTraceServiceResponse().SerializeToString()
        request.send_response(answer)
        for name, value in self.headers.items():
            request.send_header(name, value)
        request.send_header("Content-Type", "application/x-protobuf")
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        request.wfile.write(content)

    def resources(self):
        """The attributes of every resource that has sent something."""
        return [{pair.key: pair.value.string_value for pair in part.resource.attributes}
                for part in self._parts()]

    def spans(self, name=None):
        """The spans that were taken; each with what it says of itself."""
        found = [span for part in self._parts() for scope in part.scope_spans
                 for span in scope.spans]
        return [span for span in found if name in (None, span.name)]

    def _parts(self):
        with self._lock:
            bodies = list(self.bodies)
        return [part for body in bodies
                for part in service.ExportTraceServiceRequest.FromString(body).resource_spans]

    def close(self):
        self._released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def attributes(span):
    """A span's attributes by name, each as a Python value."""
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value"))
            for pair in span.attributes}
