# SPDX-License-Identifier: Apache-2.0
"""A client of the HTTP API for the end-to-end tests: keep-alive, decimals exact both ways."""
import http.client
import json
import sys
from decimal import Decimal
from urllib.parse import quote, urlencode

CALL_LIMIT_SECONDS = 90
READ_BEHIND_LIMIT = 5
PAGE_LIMIT = 500
CALLS_THAT_MAY_BE_REPEATED = ("GET", "PUT", "DELETE")


class Refused(AssertionError):
    """An answer that a test did not expect, with the end of the server's log when it failed."""

    def __init__(self, method, path, answer, log):
        super().__init__(f"{method} {path}: {answer.status} {answer.body}\n{log}")
        self.answer = answer


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def code(self):
        """The error's code; None when the answer is no error."""
        error = self.body.get("error") if isinstance(self.body, dict) else None
        return error["code"] if error else None


def encoded(value):
    """JSON in which decimals are numbers with every digit; text is left as it is, in UTF-8."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dict):
        members = (f"{encoded(name)}:{encoded(member)}" for name, member in value.items())
        return "{" + ",".join(members) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(encoded, value)) + "]"
    if isinstance(value, float):
        raise TypeError("a float is not exact: use a Decimal")
    return json.dumps(value, ensure_ascii=False)


def segment(text):
    """A key as one segment of a path."""
    return quote(text, safe="")


class Client:
    """One connection with one token; not for two threads at a time.

    `server` is anything with a `port`, so that a client outlives a restart on another port.
    """

    limit_seconds = CALL_LIMIT_SECONDS

    def __init__(self, server, token=None):
        self._connection = self._port = None
        self.server, self.token = server, token

    def clone(self, token=None):
        return Client(self.server, token or self.token)

    def close(self):
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def __del__(self):
        self.close()

    def call(self, method, path, body=None, headers=None):
        """One call, whatever the answer; `body` is sent as it is when it is bytes."""
        payload = body
        if body is not None and not isinstance(body, bytes):
            payload = encoded(body).encode("utf-8")
        fields = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if payload is not None:
            fields["Content-Type"] = "application/json"
        fields.update(headers or {})
        is_used = self._connection is not None and self._port == self.server.port
        try:
            return self._send(method, path, payload, fields)
        except (ConnectionError, http.client.HTTPException):
            self.close()
            # A connection that lay idle may have been closed by the server.
            if not is_used or method not in CALLS_THAT_MAY_BE_REPEATED:
                raise
            return self._send(method, path, payload, fields)
        except Exception:
            self.close()
            raise

    def _send(self, method, path, payload, fields):
        if self._connection is None or self._port != self.server.port:
            self.close()
            self._port = self.server.port
            self._connection = http.client.HTTPConnection(
                "127.0.0.1", self._port, timeout=self.limit_seconds)
        self._connection.request(method, path, payload, fields)
        response = self._connection.getresponse()
        content = response.read()
        if "json" in (response.headers["Content-Type"] or ""):
            content = json.loads(content, parse_float=Decimal)
        return Answer(response.status, response.headers, content)

    def _expect(self, method, path, body, *statuses):
        answer = self.call(method, path, body)
        for _ in range(READ_BEHIND_LIMIT if method == "GET" else 0):
            if answer.code != "READ_BEHIND":
                break
            # Five seconds were not enough for a machine that is busy with other things, too.
            print(f"READ_BEHIND, trying again: {path[:120]}", file=sys.stderr, flush=True)
            answer = self.call(method, path, body)
        if answer.status not in statuses:
            log = self.server.tail() if answer.status >= 500 else ""
            raise Refused(method, path, answer, log)
        return answer.body

    def get(self, path, **query):
        """The body of a GET that must succeed; a None in the query is left out."""
        given = {name: value for name, value in query.items() if value is not None}
        return self._expect("GET", path + ("?" + urlencode(given) if given else ""), None, 200)

    def put(self, path, body):
        return self._expect("PUT", path, body, 200, 201)

    def delete(self, path):
        return self._expect("DELETE", path, None, 200)

    def post(self, path, body):
        return self._expect("POST", path, body, 200, 201, 202)

    def pages(self, path, limit=PAGE_LIMIT, **query):
        """Every element of a list, page by page."""
        cursor, seen = None, set()
        while True:
            page = self.get(path, limit=limit, cursor=cursor, **query)
            yield from page["data"]
            cursor = page["next_cursor"]
            if cursor is None:
                return
            if cursor in seen:
                raise AssertionError(f"{path}: the cursor {cursor} came twice")
            seen.add(cursor)

    # What tests do all the time.

    def event(self, key, action, customer="acme", **more):
        """Posts one event; `properties` and the rest by name."""
        return self.post("/v1/events", {
            "key": key, "action": action, "customer_key": customer} | more)

    def batch(self, events):
        return self.post("/v1/events/batch", events)

    def fate(self, event_id, after=None):
        return self.get(f"/v1/events/{event_id}", after=after)

    def outcome(self, key, after=None):
        return self.get(f"/v1/outcomes/{segment(key)}", after=after)

    def outcomes(self, **query):
        return {outcome["key"]: outcome for outcome in self.pages("/v1/outcomes", **query)}

    def history(self, key, after=None):
        return list(self.pages(f"/v1/outcomes/{segment(key)}/history", after=after))

    def dead_letters(self, **query):
        return list(self.pages("/v1/dead-letters", **query))

    def postings(self, **query):
        return list(self.pages("/v1/ledger/postings", **query))

    def totals(self, **query):
        """What was booked, by currency, as the balances say."""
        answer = self.get("/v1/ledger/balances", **query)
        return {total["currency"]: total["receivable"] for total in answer["totals"]}

    def delete_personal_data(self, customer, reason=None):
        """Erases a customer's metadata; returns when that is done."""
        query = f"?reason={reason}" if reason else ""
        path = f"/v1/customers/{segment(customer)}/personal-data{query}"
        return self._expect("DELETE", path, None, 202)

    def catch_up(self, position):
        """Waits until every read model shows what `position` names."""
        for path in ("outcomes", "ledger/postings", "dead-letters"):
            self.get(f"/v1/{path}", limit=1, after=position)

    def now(self):
        return self.get("/v1/test-clock")["now"]

    def advance(self, **to_or_by):
        return self.post("/v1/test-clock/advance", to_or_by)

    def agent(self, key, condition=None, period=3600, **contract):
        condition = condition or [{"fact": "resolved", "operator": "seen"}]
        return self.put(f"/v1/agents/{key}", {"name": key, "contract": {
            "settlement_period": period, "condition": condition} | contract})

    def rate_card(self, key, prices, currency="USD"):
        return self.put(f"/v1/rate-cards/{key}", {"name": key, "currency": currency, "entries": [
            {"agent_key": agent, "price_per_unit": price} for agent, price in prices.items()]})

    def customer(self, key, rate_card="standard"):
        return self.put(f"/v1/customers/{segment(key)}", {
            "name": key, "rate_card_key": rate_card})
