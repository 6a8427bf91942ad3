# SPDX-License-Identifier: Apache-2.0
"""What Prometheus reads, and the alerts and the dashboard that are made of it."""
import json
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

from assay_server import ROOT, Server, required, standard_catalog, wait_until
from cluster_case import TwoNodeCase

ALERTS = ROOT / "deploy/prometheus/alerts.yml"
DASHBOARD = ROOT / "deploy/grafana/assay.json"
OPERATIONS = ROOT / "docs/operations.md"
NOWHERE = "http://127.0.0.1:9/v1/traces"
# Told where leases say who runs a partition, and there only.
OF_CLUSTERS = {
    "assay_clock_offset_seconds", "assay_lease_claims_total", "assay_lease_renewal_seconds",
    "assay_partitions_owned"}


def promtool(*arguments, text=None):
    """What promtool says, which has to be nothing bad."""
    tool = required("ASSAY_PROMTOOL", "Prometheus' promtool")
    done = subprocess.run([tool, *arguments], input=text, capture_output=True, text=True,
                          timeout=60)
    if done.returncode != 0:
        raise AssertionError(f"promtool {arguments}: {done.stdout}{done.stderr}")


def exposition(client):
    return client.call("GET", "/metrics").body.decode("utf-8")


def told(text):
    """The names of the metrics of an exposition."""
    return set(re.findall(r"^# TYPE (\S+) ", text, re.MULTILINE))


def figures(text, name):
    """The values of a gauge or counter, by its labels."""
    found = re.findall(rf"^{name}(?:{{(.*)}})? (\S+)$", text, re.MULTILINE)
    return {labels: float(value) for labels, value in found}


def named(expression):
    """The metrics an expression names; of a histogram's parts the histogram."""
    return {re.sub(r"_(bucket|sum|count)$", "", name)
            for name in re.findall(r"\bassay_[a-z_]+", expression)}


def panels():
    for panel in json.loads(DASHBOARD.read_text("utf-8"))["panels"]:
        for target in panel.get("targets", []):
            yield panel["title"], target["expr"]


class MetricsTests(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.close)
        self.client = self.server.create_account("metered")
        self.server.start(ASSAY_OTLP_ENDPOINT=NOWHERE)
        standard_catalog(self.client)

    def test_prometheus_reads_what_is_told_and_has_nothing_to_say_against_it(self):
        event = self.client.event("metered-1", "resolved")
        self.client.event("metered-2", "resolved", customer="nobody")
        self.client.catch_up(event["position"])
        promtool("check", "metrics", text=exposition(self.client))

    def test_every_metric_that_alerts_and_dashboard_name_is_told(self):
        known = told(exposition(self.client)) | OF_CLUSTERS
        self.assertLessEqual(named(ALERTS.read_text("utf-8")) - known, set())
        for title, expression in panels():
            self.assertLessEqual(named(expression) - known, set(), title)

    def test_every_expression_of_the_dashboard_can_be_evaluated(self):
        rules = [{"record": f"panel:{index}", "expr": expression.replace("$__rate_interval", "5m")}
                 for index, (_, expression) in enumerate(panels())]
        self.assertGreater(len(rules), 30)
        with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
            json.dump({"groups": [{"name": "dashboard", "rules": rules}]}, file)  # JSON is YAML
            file.flush()
            promtool("check", "rules", file.name)

    def test_every_alert_has_its_page_of_instructions_and_every_metric_its_row(self):
        page = OPERATIONS.read_text("utf-8")
        for alert in re.findall(r"alert: (\w+)", ALERTS.read_text("utf-8")):
            self.assertIn(f"| `{alert}` |", page)
        for name in told(exposition(self.client)) | OF_CLUSTERS:
            self.assertIn(name, page)

    def test_in_calm_nothing_waits_nothing_has_stopped_and_everything_is_accounted_for(self):
        letter = self.client.event("calm-key-1", "resolved", customer="late-comer")
        for index in range(50):
            event = self.client.event(f"calm-{index:04}", "resolved")
        self.client.customer("late-comer")
        self.client.get("/v1/dead-letters", after=letter["position"])
        redriven = self.client.post("/v1/dead-letters/redrive", {"ids": [letter["event_id"]]})
        for position in (event["position"], redriven["position"]):
            self.client.catch_up(position)

        def settled():
            text = exposition(self.client)
            delays = [value for name in ("assay_projection_lag_events", "assay_oldest_waiting_seconds",
                                         "assay_projection_lag_seconds")
                      for value in figures(text, name).values()]
            return None if any(delays) else text

        text = wait_until(settled, "the read models have everything")
        for name in ("assay_oldest_waiting_seconds", "assay_conservation_residual_events",
                     "assay_partitions_halted", "assay_clock_in_doubt",
                     "assay_intake_backlog_events"):
            self.assertEqual(figures(text, name), {"": 0}, name)
        projections = {f'projection="{name}"'
                       for name in ("billing_ledger", "dead_letters", "journeys", "outcomes_feed",
                                    "value_delivered")}
        for name in ("assay_projection_stopped", "assay_projection_lag_seconds"):
            self.assertEqual(set(figures(text, name)), projections)
            self.assertEqual(sum(figures(text, name).values()), 0, name)
        # 51 signals and a redrive, and the catalog's changes are none of them.
        self.assertEqual(figures(text, "assay_processed_events_total"), {"": 52})


class ClusterMetricsTests(TwoNodeCase):
    def test_on_several_nodes_leases_and_flushes_are_told_too(self):
        client = self.cluster.create_account("metered")
        standard_catalog(client)
        event = client.event("metered-1", "resolved")
        for node in self.cluster.clients(client):
            node.catch_up(event["position"])
            text = exposition(node)
            self.assertLessEqual(OF_CLUSTERS, told(text))
            promtool("check", "metrics", text=text)
            self.assertEqual(figures(text, "assay_conservation_residual_events"), {"": 0})
        flushes = sum(figures(exposition(node), "assay_flush_seconds_count").get("", 0)
                      for node in self.cluster.clients(client))
        self.assertGreaterEqual(flushes, 1)


if __name__ == "__main__":
    unittest.main()
