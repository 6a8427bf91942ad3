# SPDX-License-Identifier: Apache-2.0
"""S5: what must not show is planted everywhere it can come in, and looked for everywhere it could
come out: logs at their most talkative, error bodies, figures, and the files of the store."""
import base64
import json
import random
import socket
import unittest

from assay_client import encoded
from assay_server import Server, standard_catalog, wait_until
from postgres_server import PostgresSite

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
LIMIT_BYTES = 256 * 1024


class Plants:
    """Words nobody says by chance, and what each must not show in."""

    def __init__(self):
        self._random = random.Random(20261128)
        self.everywhere, self.in_answers = [], []

    def _word(self, what):
        return f"xq{what}{self._random.getrandbits(64):016x}zj"

    def secret(self, what):
        """Must be nowhere: not in a log, not in an error, not in a file."""
        self.everywhere.append(self._word(what))
        return self.everywhere[-1]

    def private(self, what):
        """Is stored as it is, and must be in no log, error or figure."""
        self.in_answers.append(self._word(what))
        return self.in_answers[-1]


class SecretsTests(unittest.TestCase):
    def make_server(self):
        return Server()

    def setUp(self):
        self.server = self.make_server()
        self.addCleanup(self.server.close)
        self.plants = Plants()
        self.client = self.server.create_account("live")
        self.errors = []

    def refuse(self, method, path, body=None, statuses=range(400, 600), **headers):
        """A call that must fail; its answer is kept to be searched."""
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.client.call(method, path, body, fields)
        self.assertIn(answer.status, statuses, f"{method} {path}")
        self.errors.append((f"{method} {path.split('?')[0]} {answer.status}",
                            encoded_answer(answer)))
        return answer

    def raw(self, data):
        """What the server answers to these bytes, which are no request it could take."""
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=10) as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            answer = b"".join(iter(lambda: connection.recv(65536), b""))
        self.errors.append(("raw", answer))

    # What comes in.

    def post_good_ones(self):
        secret, private = self.plants.secret, self.plants.private
        for number in range(20):
            posted = self.client.call("POST", "/v1/events", {
                "key": f"{private('key')}-{number}", "action": "resolved", "customer_key": "acme",
                "idempotency_key": private("once"),
                "properties": {"value": private("value"), "email": secret("mail"),
                               secret("name"): {"deep": [secret("deep")]}},
            }, {"traceparent": TRACE, "tracestate": f"vendor={secret('state')}"})
            self.assertEqual(posted.status, 202)
        dead = self.client.event(f"{private('dead')}-1", "resolved", private("customer"),
                                 properties={"note": secret("parked")})
        self.client.catch_up(dead["position"])
        same = {"key": "same-ticket-1", "action": "resolved", "customer_key": "acme",
                "idempotency_key": private("again")}
        self.client.post("/v1/events", same | {"properties": {"a": secret("first")}})
        conflict = self.client.post("/v1/events", same | {"properties": {"a": secret("second")}})
        self.assertTrue(conflict["body_conflict"])
        self.errors.append(("conflict", json.dumps(conflict).encode()))
        return dead["event_id"]

    def post_bad_ones(self):
        secret = self.plants.secret
        event = {"key": "ticket-1001", "action": "resolved", "customer_key": "acme"}
        for wrong in ({"key": 1}, {"agent_key": ""}, {"properties": secret("scalar")},
                      {"properties": {"attribution": secret("attribution")}},
                      {"properties": {"settles_at": secret("instant")}},
                      {"occurred_at": secret("occurred")}, {"idempotency_key": ""},
                      {"customer_key": secret("control") + "\u0001"}):
            self.refuse("POST", "/v1/events",
                        event | {"idempotency_key": secret("unseen")} | wrong)
        word = secret("broken").encode()
        for body in (b'{"key":"' + word, b"{" + word, b'["' + word + b'"]', b'{"a":"\xff' + word,
                     b'{"a":"' + word + b'\x01"}', b'"' + word + b'"', word * 3,
                     b'{"key":"' + word + b'"} ' + word):
            self.refuse("POST", "/v1/events", body)
            # A batch may be one array of wrong items: it is the items that are refused then.
            self.refuse("POST", "/v1/events/batch", body, range(202, 600))
        big = b'{"key":"' + word + b'","properties":{"note":"' + b"a" * LIMIT_BYTES + b'"}}'
        self.refuse("POST", "/v1/events", big, [413])
        for kind in ("application/x-" + secret("type"), "application/cloudevents+json"):
            self.refuse("POST", "/v1/events", b'{"id":"' + word + b'"}', content_type=kind)
        self.refuse("POST", "/v1/events", b'{"a":"' + word + b'"}',
                    content_encoding=secret("encoding"))
        mixed = self.client.call("POST", "/v1/events/batch", [
            event | {"properties": {"attribution": secret("item")}}, secret("item")])
        self.errors.append(("batch", encoded_answer(mixed)))

    def ask_for_nonsense(self, dead):
        secret = self.plants.secret
        for path in (f"/v1/outcomes?cursor={secret('cursor')}", f"/v1/{secret('route')}",
                     f"/v1/outcomes?after={secret('after')}", f"/v1/events/{secret('event')}",
                     f"/v1/outcomes?limit={secret('limit')}", f"/v1/outcomes/{secret('outcome')}",
                     f"/v1/ledger/postings?from={secret('from')}",
                     f"/v1/customers/{secret('nobody')}", f"/v1/outcomes?state=%ff{secret('raw')}"):
            self.refuse("GET", path)
        self.refuse("PUT", "/v1/agents/support", {"name": "x", "contract": {
            "condition": [{"fact": "a", "operator": secret("operator"), "value": secret("leaf")}]}})
        self.refuse("PUT", "/v1/rate-cards/standard", {
            "name": "x", "currency": secret("currency"),
            "entries": [{"agent_key": "support", "price_per_unit": secret("price")}]})
        self.refuse("PUT", "/v1/customers/acme", {"name": "x", "rate_card_key": secret("card")})
        self.refuse("POST", "/v1/dead-letters/discard", {"ids": [dead, secret("id")]})
        self.refuse("POST", "/v1/tokens", {"name": "x", "scopes": [secret("scope")]})
        self.refuse("DELETE", f"/v1/customers/acme/personal-data?why={secret('why')}")

    def knock_without_a_token(self):
        secret = self.plants.secret
        real = self.client.token
        self.plants.everywhere.append(real)
        basic = base64.b64encode(secret("basic").encode()).decode()
        self.plants.everywhere.append(basic)
        for value in (f"Bearer {real[:-1]}", f"Bearer assay_{secret('bearer')}", f"Basic {basic}",
                      f"Token {real}", f"Bearer {real}, {secret('more')}",
                      f"Bearer {real[:40]}\t{secret('tab')}", "Bearer " + secret("long") * 200):
            for path in ("/v1/outcomes", f"/v1/outcomes?token={real}"):
                self.refuse("GET", path, statuses=[400, 401, 431], Authorization=value)
        self.plants.everywhere.append(real[:-1])
        word = secret("line").encode()
        for request in (b"GET /v1/outcomes?token=" + real.encode() + b" HTTP/9.9\r\n\r\n",
                        b"GET /v1/" + word + b" HTTP/1.1\r\nHost: x\r\n" + word + b"\r\n\r\n",
                        b"POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: " + word
                        + b"\r\n\r\n" + word,
                        b"POST /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                        + real.encode() + b"\r\nTransfer-Encoding: chunked\r\n\r\n" + word,
                        word, b"\x16\x03\x01" + word):
            self.raw(request)
        wide = b"GET / HTTP/1.1\r\nHost: x\r\nX-Big: " + word * 4000 + b"\r\n\r\n"
        self.raw(wide)

    def store_trouble(self):
        """Something that makes the store's own errors be logged."""

    # What comes out.

    def search(self, name, content, words):
        for word in words:
            self.assertNotIn(word.encode(), content, f"{name} tells {word[:8]}...")

    def files(self):
        for path in sorted(self.server.directory.rglob("*")):
            if path.is_file() and path != self.server.log:
                yield path.name, path.read_bytes()

    def test_nothing_that_was_planted_shows(self):
        self.server.start(ASSAY_LOG_LEVEL="trace")
        standard_catalog(self.client)
        dead = self.post_good_ones()
        self.post_bad_ones()
        self.ask_for_nonsense(dead)
        self.knock_without_a_token()
        self.client.delete_personal_data("acme")
        figures = self.client.call("GET", "/metrics").body
        self.store_trouble()
        self.server.stop()
        log = self.server.log.read_bytes()
        self.assertIn(b" debug ", log, "else the search proves little")
        self.assertGreater(len(self.errors), 60)
        plants = self.plants.everywhere + self.plants.in_answers
        self.search("the log", log, plants)
        self.search("the figures", figures, plants)
        for name, answer in self.errors:
            self.search(f"the answer to {name}", answer, plants)
        files = list(self.files())
        for name, content in files:
            self.search(f"the file {name}", content, self.plants.everywhere)
        known = self.plants.in_answers[0].encode()
        self.assertTrue(any(known in content for _, content in files), "else nothing is searched")


class PostgresSecretsTests(PostgresSite, SecretsTests):
    def store_trouble(self):
        self.postgres.stop()
        secret = self.plants.secret
        self.refuse("POST", "/v1/events", {
            "key": "ticket-2002", "action": "resolved", "customer_key": secret("nobody"),
            "idempotency_key": secret("lost"), "properties": {"note": secret("trouble")}}, [503])
        self.postgres.start()
        again = {"key": "ticket-2003", "action": "resolved", "customer_key": "acme"}
        wait_until(lambda: self.client.call("POST", "/v1/events", again).status == 202,
                   "the service goes on")

    def files(self):
        yield from super().files()
        self.postgres.query("assay", "CHECKPOINT")
        for path in sorted(self.postgres.directory.rglob("*")):
            if path.is_file():
                yield str(path.relative_to(self.postgres.directory)), path.read_bytes()


def encoded_answer(answer):
    """An answer as bytes, with its header fields."""
    body = answer.body if isinstance(answer.body, bytes) else encoded(answer.body).encode()
    return str(answer.headers).encode() + body


if __name__ == "__main__":
    unittest.main()
