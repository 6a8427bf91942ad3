# SPDX-License-Identifier: Apache-2.0
"""`deploy/nginx.conf` before two nodes: repeats what is safe, goes on when a node is gone."""
import re
import socket
import subprocess
import threading
import types
import unittest

from assay_client import Client
from assay_server import ROOT, required, standard_catalog, wait_until
from cluster import Cluster
from page_visitor import Visitor

CONFIGURATION = ROOT / "deploy" / "nginx.conf"
REQUESTS = 200
BODY_BYTES = 4_500_000  # more than a node takes, less than the proxy refuses by itself


class Proxy:
    """nginx with the shipped configuration, only its ports and addresses changed."""

    def __init__(self, nodes, directory):
        self.log = directory / "nginx.log"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        text = CONFIGURATION.read_text("utf-8")
        for node in nodes:
            text, count = re.subn(rf"assay-{node.letter}:8080", f"127.0.0.1:{node.port}", text)
            assert count == 1, f"assay-{node.letter} stands {count} times in {CONFIGURATION}"
        text = text.replace("listen 8080", f"listen 127.0.0.1:{self.port}")
        text = text.replace("/tmp/nginx.pid", f"{directory}/nginx.pid")
        text = text.replace("http {", "http {\n" + "".join(
            f"{name}_temp_path {directory}/{name};\n"
            for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")))
        path = directory / "nginx.conf"
        path.write_text(text, "utf-8")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [required("ASSAY_NGINX", "an nginx"), "-p", directory, "-c", path, "-e", "stderr",
                 "-g", "daemon off; user root;"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_until(self._listens, "nginx listens")

    def _listens(self):
        assert self.process.poll() is None, self.tail()
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def tail(self):
        return self.log.read_text("utf-8", "replace")[-2000:]

    def close(self):
        self.process.terminate()
        self.process.wait()


class ProxyTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        required("ASSAY_NGINX", "an nginx")
        cls.cluster = Cluster("ab")
        cls.addClassCleanup(cls.cluster.close)
        cls.cluster.create_account("first")
        cls.cluster.observe()

    def setUp(self):
        self.client = self.cluster.create_account(self.id())
        for node in self.cluster.nodes:
            if node.process is None:
                node.start()
        self.cluster.wait_for_balance("a", "b")
        self.start_proxy()
        standard_catalog(self.client)

    def start_proxy(self):
        self.proxy = Proxy(self.cluster.nodes, self.cluster.nodes[0].directory)
        self.addCleanup(self.proxy.close)
        self.client.server = self.proxy

    def taken(self, node):
        """How many events the node itself has answered 202."""
        text = Client(node).call("GET", "/metrics").body.decode()
        found = re.search(
            r'assay_http_requests_total\{method="POST",route="/v1/events",status="202"\} (\d+)',
            text)
        return int(found[1]) if found else 0

    def test_both_nodes_work_and_reads_follow_writes(self):
        before = [self.taken(node) for node in self.cluster.nodes]
        for number in range(REQUESTS):
            sent = self.client.event(f"proxied-{number}", "resolved")
            self.assertEqual(
                self.client.outcome(f"proxied-{number}", sent["position"])["signal_count"], 1)
            self.client.get("/v1/agents")  # an odd number of requests, or each node gets one kind
        for node, count in zip(self.cluster.nodes, before):
            self.assertGreater(self.taken(node) - count, REQUESTS / 4)

    def test_when_a_node_goes_no_read_fails_and_a_write_is_taken_when_it_is_sent_again(self):
        node, repeated = self.cluster.nodes[0], 0
        for end in (node.stop, node.kill):
            ending = threading.Timer(0.2, end)
            ending.start()
            for number in range(REQUESTS):
                self.assertEqual(self.client.call("GET", "/v1/agents").status, 200)
                event = {"key": f"gone-key-{number}", "action": "resolved",
                         "customer_key": "acme", "idempotency_key": end.__name__}
                while (answer := self.client.call("POST", "/v1/events", event)).status != 202:
                    self.assertEqual(answer.status, 503, answer.body)
                    repeated += 1
            ending.join()
            self.client.catch_up(answer.body["position"])
            self.proxy.close()
            node.start()  # on another port
            self.start_proxy()
        self.client.catch_up(self.client.batch([event])["position"])
        wait_until(lambda: {outcome["signal_count"] for outcome in
                            self.client.outcomes().values()} == {2}, "each has counted once")
        print(f"  {repeated} POSTs had to be sent again", flush=True)

    def test_when_no_node_answers_it_says_503_with_retry_after_and_a_body_of_our_form(self):
        for node in self.cluster.nodes:
            node.stop()
        for method, path, body in (("GET", "/v1/agents", None), ("POST", "/v1/events", {})):
            answer = self.client.call(method, path, body)
            self.assertEqual((answer.status, answer.code), (503, "STORE_UNAVAILABLE"))
            self.assertEqual(answer.headers["Retry-After"], "1")
            self.assertEqual(answer.body["error"]["request_id"], answer.headers["X-Request-Id"])

    def test_answers_pass_as_they_are_and_large_bodies_are_the_nodes_own_to_refuse(self):
        answer = self.client.call("POST", "/v1/events", {"key": "x"})
        self.assertEqual((answer.status, answer.code), (400, "VALIDATION_ERROR"))
        answer = self.client.call("POST", "/v1/events/batch", b"[" + b" " * BODY_BYTES + b"]")
        self.assertEqual((answer.status, answer.code), (413, "PAYLOAD_TOO_LARGE"))
        self.assertEqual(self.client.call("GET", "/metrics").status, 404)
        self.assertEqual(self.client.call("GET", "/readyz").status, 200)

    def test_a_form_passes_from_the_proxys_own_address_and_from_no_other(self):
        behind = types.SimpleNamespace(port=self.proxy.port, store=self.cluster.nodes[0].store)
        visitor = Visitor(behind, self.client, "ada@example.com")
        address = f"http://127.0.0.1:{self.proxy.port}"
        for number, (origin, status) in enumerate([
                (address, 303), ("http://127.0.0.1", 403), ("http://127.0.0.1:1", 403)]):
            # A browser tells nothing but the origin to a host that has no certificate.
            answer = visitor.send(
                "/dashboard/customers/new", {"key": f"customer-{number}", "name": "One"},
                Sec_Fetch_Site=None, Origin=origin)
            self.assertEqual(answer.status, status, (origin, answer.body))


if __name__ == "__main__":
    unittest.main()
