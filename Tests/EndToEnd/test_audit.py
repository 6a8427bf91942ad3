# SPDX-License-Identifier: Apache-2.0
"""`assay audit` on a sound store, beside its server, and on stores damaged on purpose (R4)."""
import tempfile
import unittest

from assay_server import Server
from audit_store import (
    StoreCopy, audit, chain_anew, fill, find, partition_of, position_of, rows)


class AuditTests(unittest.TestCase):
    maxDiff = 4000

    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.close)
        cls.live, cls.sandbox = fill(cls.server)
        cls.beside = audit(cls.server.store)
        cls.server.stop()

    def copy(self):
        directory = tempfile.TemporaryDirectory(prefix="assay-audit-")
        self.addCleanup(directory.cleanup)
        return StoreCopy(self.server, directory.name)

    def damaged(self, work):
        """What the audit says of a copy after `work`; it has to find something."""
        copy = self.copy()
        copy.change(work)
        status, report, told = audit(copy.store)
        self.assertEqual(status, 1, told)
        self.assertFalse(report["clean"])
        return report["findings"]

    def assert_found(self, findings, code, row=None, **place):
        """A finding of this code, at the place of an event or at what is named."""
        if row is not None:
            place |= {"partition": partition_of(row), "position": position_of(row)}
        met = [finding for finding in findings if finding["code"] == code
               and all(finding.get(name) == value for name, value in place.items())]
        self.assertTrue(met, (code, place, findings))

    # A sound store.

    def test_beside_a_running_server_nothing_is_amiss_and_every_sum_is_told(self):
        status, report, told = self.beside
        self.assertEqual(status, 0, (report, told))
        self.assertEqual(report["findings"], [])
        records = report["records"]
        self.assertEqual(
            records["accepted"],
            records["waiting"] + records["with_facts"] + records["without_facts"])
        tallies = {tally["account"]: tally for tally in report["accounts"]}
        self.assertEqual(set(tallies), {self.live.account_id, self.sandbox.account_id})
        for tally in tallies.values():
            self.assertEqual(
                tally["signals"], tally["applied"] + tally["dead_letters"] + tally["discarded"])
            self.assertGreater(tally["discarded"], 0)
        booked = tallies[self.sandbox.account_id]["booked"]
        self.assertEqual([sum["currency"] for sum in booked], ["USD"])

    def test_of_a_stopped_store_it_says_the_same_in_lines_and_ends_with_status_0(self):
        status, report, told = audit(self.server.store)
        self.assertEqual(status, 0, (report, told))
        self.assertEqual(report["events"], self.beside[1]["events"])

    def test_one_account_alone_and_an_account_that_is_none(self):
        status, report, told = audit(self.server.store, "--account", self.live.account_id)
        self.assertEqual(status, 0, (report, told))
        self.assertEqual([t["account"] for t in report["accounts"]], [self.live.account_id])
        status, report, told = audit(self.server.store, "--account", "nonsense")
        self.assertEqual((status, report), (2, None))
        self.assertRegex(told, r"\Aassay: [^\n]*\.{0,3}\n\Z")

    def test_a_store_that_is_not_there_is_status_2(self):
        status, report, told = audit("sqlite:/nowhere/at/all.sqlite")
        self.assertEqual((status, report), (2, None))

    # Damage of one event.

    def test_a_flipped_byte_in_any_part_of_an_event_is_found_there(self):
        for part in ("header", "body", "envelope", "metadata"):
            with self.subTest(part):
                hit = {}

                def flip(database):
                    row = next(row for row in rows(database, "event_id IS NOT NULL")
                               if row[part])
                    data = bytearray(row[part])
                    data[len(data) // 2] ^= 1
                    database.execute(f"UPDATE events SET {part} = ? WHERE place = ?",
                                     (bytes(data), row["place"]))
                    hit["row"] = row

                self.assert_found(self.damaged(flip), "hash_differs", hit["row"])

    def test_a_changed_amount_is_named_even_when_the_whole_chain_is_written_anew(self):
        hit = {}

        def forge(database):
            row = find(database, '"outcome_settled"', '"amount":"2.5"')
            body = row["body"].replace(b'"amount":"2.5"', b'"amount":"9.5"')
            database.execute("UPDATE events SET body = ? WHERE place = ?", (body, row["place"]))
            chain_anew(database, row["stream"])
            hit["row"] = row

        findings = self.damaged(forge)
        self.assert_found(findings, "amount_differs", hit["row"])
        self.assertIn("9.5 USD", findings[0]["text"])
        self.assertIn("2.5 USD", findings[0]["text"])

    def test_a_changed_price_is_found_against_the_catalog(self):
        hit = {}

        def forge(database):
            row = find(database, '"outcome_opened"')
            body = row["body"].replace(b'"price_per_unit":"2.5"', b'"price_per_unit":"3.5"')
            database.execute("UPDATE events SET body = ? WHERE place = ?", (body, row["place"]))
            chain_anew(database, row["stream"])
            hit["row"] = row

        self.assert_found(self.damaged(forge), "terms_differ", hit["row"])

    def test_a_changed_verdict_is_found(self):
        hit = {}

        def forge(database):
            row = find(database, '"outcome_settled"', '"state":"MISSED"')
            body = row["body"].replace(b'"state":"MISSED"', b'"state":"FAILED"')
            database.execute("UPDATE events SET body = ? WHERE place = ?", (body, row["place"]))
            chain_anew(database, row["stream"])
            hit["row"] = row

        self.assert_found(self.damaged(forge), "verdict_differs", hit["row"])

    # Damage of the log.

    def test_a_removed_event_is_found(self):
        hit = {}

        def remove(database):
            row = next(row for row in rows(database, "version = 2")
                       if rows(database, "place > ? AND stream = ?", row["place"], row["stream"]))
            database.execute("DELETE FROM events WHERE place = ?", (row["place"],))
            hit["row"] = row

        findings = self.damaged(remove)
        self.assert_found(findings, "position_gap", hit["row"])
        self.assert_found(findings, "version_gap", partition=partition_of(hit["row"]), version=3)

    def test_a_removed_stream_is_found_whether_its_name_goes_too_or_stays(self):
        for is_named in (False, True):
            with self.subTest(is_named=is_named):
                hit = {}

                def remove(database):
                    row = next(row for row in rows(database, "version = 1")
                               if rows(database, "place > ? AND place < ? AND stream <> ?",
                                       row["place"] + 4,
                                       (partition_of(row) + 1) << 40, row["stream"]))
                    database.execute("DELETE FROM events WHERE stream = ?", (row["stream"],))
                    if not is_named:
                        database.execute("DELETE FROM streams WHERE stream = ?", (row["stream"],))
                    hit["row"] = row

                findings = self.damaged(remove)
                self.assert_found(findings, "position_gap", hit["row"])
                if is_named:
                    self.assert_found(findings, "stream_without_events",
                                      partition=partition_of(hit["row"]))

    def test_a_stream_whose_name_alone_is_removed_is_found(self):
        hit = {}

        def remove(database):
            row = rows(database, "version = 1 AND event_id IS NOT NULL")[0]
            database.execute("DELETE FROM streams WHERE stream = ?", (row["stream"],))
            hit["row"] = row

        self.assert_found(self.damaged(remove), "unreadable", hit["row"])

    def test_two_events_that_changed_places_are_found(self):
        def swap(database):
            one, two = rows(database, "version = 1 AND event_id IS NOT NULL")[:2]
            database.execute("UPDATE events SET place = -1 WHERE place = ?", (one["place"],))
            database.execute("UPDATE events SET place = ? WHERE place = ?",
                             (one["place"], two["place"]))
            database.execute("UPDATE events SET place = ? WHERE place = -1", (two["place"],))

        copy = self.copy()
        copy.change(lambda database: (database.execute("PRAGMA ignore_check_constraints = ON"),
                                      swap(database)))
        status, report, told = audit(copy.store)
        self.assertEqual(status, 1, told)
        self.assertIn("unreadable", {finding["code"] for finding in report["findings"]})

    def test_a_cut_tail_is_found_by_the_heads(self):
        def cut(database):
            last = rows(database)[-1]
            database.execute("DELETE FROM events WHERE place = ?", (last["place"],))

        self.assert_found(self.damaged(cut), "refused")

    # Damage beside the log.

    def test_a_changed_a_removed_and_an_invented_timer_are_found(self):
        def change(database):
            database.execute("UPDATE timers SET due = due + 1000000 WHERE rowid_of = 1")

        def first(database):
            return database.execute(
                "SELECT partition, clock, due, stream FROM timers LIMIT 1").fetchone()

        def move(database):
            partition, clock, due, stream = first(database)
            database.execute(
                "UPDATE timers SET due = ? WHERE partition = ? AND clock = ? AND due = ? "
                "AND stream = ?", (due + 10**6, partition, clock, due, stream))

        def remove(database):
            database.execute("DELETE FROM timers WHERE stream = ?", (first(database)[3],))

        def invent(database):
            partition, clock, due, _ = first(database)
            settled = next(row for row in rows(database)
                           if b'"outcome_settled"' in row["header"])
            database.execute("INSERT INTO timers VALUES (?, ?, ?, ?)",
                             (partition_of(settled), clock, due, settled["stream"]))

        for work, code in ((move, "timer_differs"), (remove, "timer_missing"),
                           (invent, "timer_of_nothing")):
            with self.subTest(code):
                self.assert_found(self.damaged(work), code)

    def test_heads_clocks_directory_and_claims_are_held_against_the_log(self):
        cases = {
            "cursor_behind": "UPDATE partitions SET cursor = cursor - 1, drained = 0 "
                             "WHERE cursor > 0",
            "clock_behind": "UPDATE partitions SET live_clock = live_clock - 3600000000 "
                            "WHERE live_clock > 0",
            "fingerprint_differs": "UPDATE streams SET fingerprint = fingerprint + 1 "
                                   "WHERE stream = (SELECT max(stream) FROM streams)",
            "claim_missing": "DELETE FROM idempotency WHERE scope = "
                             "(SELECT min(scope) FROM idempotency)",
            "claim_without_fact": "UPDATE idempotency SET position = position + 1000000",
            "file_damaged": "CREATE TABLE more (number INTEGER)",
        }
        for code, sql in cases.items():
            with self.subTest(code):
                self.assert_found(self.damaged(lambda database: database.execute(sql)), code)

    def test_missing_protection_is_found(self):
        copy = self.copy()
        import sqlite3
        database = sqlite3.connect(copy.path)
        database.execute("DROP TRIGGER events_no_update")
        database.commit()
        database.close()
        status, report, _ = audit(copy.store)
        self.assertEqual(status, 1)
        self.assertIn("events_no_update", report["findings"][0]["text"])


if __name__ == "__main__":
    unittest.main()
