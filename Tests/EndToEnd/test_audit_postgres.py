# SPDX-License-Identifier: Apache-2.0
"""`assay audit` on PostgreSQL: sound, beside its server, and damaged by a superuser (R4)."""
import unittest

from assay_server import required
from audit_store import audit, fill
from postgres_server import PostgresServer, PostgresStoreServer

TABLES = ("events", "streams", "idempotency")


class PostgresAuditTests(unittest.TestCase):
    maxDiff = 4000

    @classmethod
    def setUpClass(cls):
        required("ASSAY_BINARY", "the built `assay`")
        cls.postgres = PostgresServer()
        cls.addClassCleanup(cls.postgres.close)
        cls.server = PostgresStoreServer(cls.postgres.create_database("sound"))
        cls.addClassCleanup(cls.server.close)
        fill(cls.server)
        cls.views = str(cls.server.directory / "views")
        cls.beside = audit(cls.server.store, ASSAY_VIEWS=cls.views)
        cls.server.stop()

    def schema(self, database):
        return self.postgres.query(
            database, "SELECT schemaname FROM pg_tables WHERE tablename = 'event_heads'")[0]

    def damaged(self, sql):
        """What the audit says of a copy of the database after some SQL."""
        self.postgres.query("postgres", "DROP DATABASE IF EXISTS damaged WITH (FORCE)")
        self.postgres.query("postgres", "CREATE DATABASE damaged TEMPLATE sound")
        schema = self.schema("damaged")
        statements = [f"SET search_path = {schema}", "SET session_replication_role = replica", sql]
        self.postgres.query("damaged", "; ".join(statements))
        url = self.server.store.replace("/sound", "/damaged")
        status, report, told = audit(url, "--no-read-models", ASSAY_VIEWS=self.views)
        self.assertEqual(status, 1, (report, told))
        return report["findings"]

    def assert_found(self, findings, code):
        self.assertIn(code, {finding["code"] for finding in findings}, findings)

    def test_beside_a_running_server_and_after_it_nothing_is_amiss(self):
        status, report, told = self.beside
        self.assertEqual((status, report and report["findings"]), (0, []), told)
        self.assertGreater(report["checkpoints"] + report["read_model_rows"], 0)
        status, report, told = audit(self.server.store, ASSAY_VIEWS=self.views)
        self.assertEqual((status, report and report["findings"]), (0, []), told)

    def test_a_flipped_bit_in_any_part_of_an_event_is_found_at_its_place(self):
        place = ("(partition, position) = (SELECT partition, position FROM events WHERE "
                 "event_id IS NOT NULL AND length(metadata) > 0 ORDER BY 1, 2 LIMIT 1)")
        for part in ("header", "body", "envelope", "metadata"):
            with self.subTest(part):
                found = self.damaged(
                    f"UPDATE events SET {part} = set_bit({part}, 9, 1 - get_bit({part}, 9)) "
                    f"WHERE {place}")
                self.assert_found(found, "hash_differs")
                self.assertIn("position", found[0])

    def test_what_is_removed_or_swapped_is_found(self):
        first = ("SELECT partition, stream FROM events WHERE event_id IS NOT NULL "
                 "ORDER BY partition, position LIMIT 1")
        cases = {
            "an event": (
                "DELETE FROM events WHERE (partition, position) = (SELECT partition, position "
                "FROM events WHERE event_id IS NOT NULL ORDER BY 1, 2 LIMIT 1)", "position_gap"),
            "a stream": (f"DELETE FROM events WHERE (partition, stream) = ({first})",
                         "stream_without_events"),
            "two places": (
                "UPDATE events SET position = CASE position WHEN 1 THEN 2 ELSE 1 END + 1000000 "
                "WHERE position <= 2 AND partition = (SELECT min(partition) FROM events "
                "WHERE position = 2); "
                "UPDATE events SET position = position - 1000000 WHERE position > 1000000",
                "unreadable"),
            "a timer": ("DELETE FROM timers", "timer_missing"),
            "a claim": ("DELETE FROM idempotency WHERE scope = (SELECT scope FROM idempotency "
                        "ORDER BY scope LIMIT 1)", "claim_missing"),
        }
        for what, (sql, code) in cases.items():
            with self.subTest(what):
                self.assert_found(self.damaged(sql), code)

    def test_what_is_rewritten_beside_the_log_is_found(self):
        cases = {
            "clock_behind": "UPDATE ingest_heads SET live_clock = live_clock - 3600000000 "
                            "WHERE live_clock > 0",
            "cursor_behind": "UPDATE event_heads SET drained = 0, cursor = cursor - 1 "
                             "WHERE cursor > 0",
            "fingerprint_differs": "UPDATE streams SET fingerprint = fingerprint + 1",
            "claim_without_fact": "UPDATE idempotency SET received_at = received_at + 1",
            "checkpoint_differs": "UPDATE checkpoints SET root = decode(repeat('00', 32), 'hex')",
            "position_gap": "UPDATE event_heads SET head = head + 1 WHERE head > 0",
        }
        for code, sql in cases.items():
            with self.subTest(code):
                self.assert_found(self.damaged(sql), code)


if __name__ == "__main__":
    unittest.main()
