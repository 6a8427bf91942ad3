# SPDX-License-Identifier: Apache-2.0
"""What an operator sees of a server: its log, its figures, its files."""
import re
import unittest

from assay_server import Server, standard_catalog

CLOCK = "2024-02-29T00:00:00.000000Z"
# A configuration written out is longer than that.
LINE_LIMIT_CHARACTERS = 400
# The names of all services, which grow in number; each name is short.
SERVICE_NAMES = re.compile(r'sl-services="\[(?:\\"[a-z_ 0-9]{1,40}\\"(?:, )?)*\]"')


class OperationsTests(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.close)
        self.client = self.server.create_account("sandbox", clock=CLOCK)

    def lines(self, **environment):
        """Everything a server logs from its start to its end."""
        self.server.start(**environment)
        standard_catalog(self.client)
        self.client.event("secret-key", "resolved", properties={"note": "secret-note"})
        self.server.stop()
        return self.server.log.read_text("utf-8").splitlines()

    def test_a_debug_log_names_services_and_holds_no_configuration_and_no_secret(self):
        lines = self.lines(ASSAY_LOG_LEVEL="debug")
        for line in lines:
            self.assertLess(len(SERVICE_NAMES.sub("", line)), LINE_LIMIT_CHARACTERS)
            for word in ("APIServices(", "SQLiteStore", "Swift.", "secret", self.client.token):
                self.assertNotIn(word, line)
        log = "\n".join(lines)
        for name in ("http", '"lane 0"', '"projection outcomes_feed"', '"store watch"'):
            self.assertIn(f"sl-service={name}", log)

    def test_a_stop_ends_the_log_with_what_was_drained(self):
        lines = self.lines()
        self.assertRegex(lines[-2], r" info assay stopping waiting_events=\d+$")
        self.assertRegex(
            lines[-1],
            r" info assay stopped drained_events=\d+ unprojected_events=0 waiting_events=0$")

    def test_the_figures_tell_routes_and_statuses_and_no_account_and_no_key(self):
        self.server.start()
        standard_catalog(self.client)
        event = self.client.event("figure-key", "resolved", "acme", idempotency_key="figure-once")
        self.client.call("GET", "/v1/outcomes/figure-key?after=nonsense")
        self.client.catch_up(event["position"])
        text = self.client.call("GET", "/metrics").body.decode("utf-8")
        for line in (r'assay_http_requests_total{method="POST",route="/v1/events",status="202"} 1',
                     r'assay_http_requests_total{method="GET",route="/v1/outcomes/{key}",'
                     r'status="400"} 1'):
            self.assertIn(line, text.splitlines())
        self.assertRegex(text, r'assay_http_request_seconds_count{method="POST",'
                               r'route="/v1/events"} 1\n')
        for name in (self.client.account_id.removeprefix("acct_"), "figure", "acme", "support",
                     "standard", "resolved", event["event_id"]):
            self.assertIsNone(re.search(rf'[{{,][^}}]*{re.escape(name)}', text), name)


if __name__ == "__main__":
    unittest.main()
