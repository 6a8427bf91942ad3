# SPDX-License-Identifier: Apache-2.0
"""Evidence bundles: collected, and judged by `assay verify` and by docs/verify_evidence.py.

Both verifiers have to agree, on what is proven and on the line where something is not.
"""
import base64
import importlib.util
import json
import os
import random
import re
import sqlite3
import subprocess
import sys
import tempfile
import unittest
import urllib.request
from pathlib import Path

from assay_server import ROOT, Server, command, required, standard_catalog
from postgres_server import PostgresSite

GOLDEN = ROOT / "Tests" / "EvidenceTests" / "Golden"
CLOCK = "2026-03-01T00:00:00.000000Z"
QUICK = {"ASSAY_CHECKPOINT_INTERVAL_SECONDS": "1"}
CHANGED_BYTES = int(os.environ.get("ASSAY_CHANGED_BYTES") or 25)
LINE = re.compile(r"line (\d+)")


def independent(path, *keys):
    """What the verifier in Python says: whether all is proven, and its first line."""
    arguments = [argument for key in keys for argument in ("--key", key)]
    done = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "verify_evidence.py"), str(path), *arguments],
        capture_output=True, text=True)
    said = (done.stdout + done.stderr).strip()
    assert said.startswith("PROVEN" if done.returncode == 0 else "NOT PROVEN"), said
    return done.returncode == 0, said.split("\n")[0]


def ours(path, *keys, **more):
    """What `assay verify` says: whether all is proven, and the first thing that is wrong."""
    arguments = [argument for key in keys for argument in ("--key", key)]
    arguments += [part for name, value in more.items() for part in (f"--{name}", str(value))]
    done = command("verify", str(path), *arguments, check=False)
    wrong = re.findall(r"(?m)^WRONG: (.*)$", done.stdout)
    assert (done.returncode == 0) == ("PROVEN:" in done.stdout.split("\n") or not wrong), done
    return done.returncode == 0, wrong[0] if wrong else done.stdout


def places(path, *keys):
    """The line each of the two names; None where it is proven."""
    found = []
    for judge in (ours, independent):
        proven, said = judge(path, *keys)
        line = LINE.search(said)
        found.append(None if proven else line and int(line[1]))
    return found


class GoldenBundleTests(unittest.TestCase):
    def setUp(self):
        required("ASSAY_BINARY", "the built `assay`")
        self.key = (GOLDEN / "key.txt").read_text().strip()

    def test_good_ones_are_proven_by_both(self):
        for path in sorted(GOLDEN.glob("good-*.ndjson")):
            with self.subTest(path.name):
                self.assertEqual(places(path, self.key), [None, None])

    def test_forged_ones_are_refused_by_both_at_the_same_line(self):
        for line in (GOLDEN / "places.txt").read_text().splitlines():
            name, place = line.split("\t")
            with self.subTest(name):
                path = GOLDEN / f"forged-{name}.ndjson"
                mine, other = places(path, self.key)
                if expected := LINE.match(place):
                    self.assertEqual([mine, other], [int(expected[1])] * 2)
                else:  # about the file as a whole: told at the seal by the other one
                    self.assertFalse(independent(path, self.key)[0])
                    self.assertFalse(ours(path, self.key)[0])

    def test_changed_bytes_are_found_by_both_at_the_same_line(self):
        whole = (GOLDEN / "good-outcome.ndjson").read_bytes()
        choose = random.Random(os.environ.get("ASSAY_SEED") or "7")
        path = Path(self.enterContext(tempfile.TemporaryDirectory())) / "changed.ndjson"
        for index in choose.sample(range(len(whole)), CHANGED_BYTES):
            changed = bytearray(whole)
            changed[index] ^= 1 << choose.randrange(8)
            path.write_bytes(changed)
            line = whole.count(b"\n", 0, index) + 1
            with self.subTest(byte=index, line=line):
                self.assertEqual(places(path, self.key), [line, line])


class TrustTests(unittest.TestCase):
    def test_a_key_with_the_name_and_id_of_a_trusted_one_is_not_trusted(self):
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        spec = importlib.util.spec_from_file_location("verifier", ROOT / "docs/verify_evidence.py")
        verifier = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(verifier)
        own, stranger = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
        key = ("log", b"same")

        def note(signer):
            signature = base64.b64encode(key[1] + signer.sign(b"text\n")).decode()
            return f"text\n\n\u2014 {key[0]} {signature}\n"

        trusted, listed = {key: own.public_key()}, {key: stranger.public_key()}
        self.assertEqual(verifier.read_note(note(own), listed, trusted), "text\n")
        with self.assertRaises(Exception):
            verifier.read_note(note(stranger), listed, trusted)


class EvidenceTests(unittest.TestCase):
    def make_server(self):
        return Server()

    def setUp(self):
        self.server = self.make_server()
        self.addCleanup(self.server.close)
        self.client = self.server.create_account("sandbox", clock=CLOCK)
        self.server.start(**QUICK)
        self.views = {"ASSAY_VIEWS": str(self.server.directory / "views")}
        standard_catalog(self.client)
        for number in range(6):
            self.client.event(f"ticket-{number:04}", "resolved", properties={"channel": "chat"})
        self.client.event("ticket-0001", "escalated")
        self.client.event("ticket-0006", "resolved", customer="nobody")
        moved = self.client.advance(by=3600)
        self.client.catch_up(moved["position"])
        self.key = self.run_assay("key", "show").split()[-1]

    def run_assay(self, *arguments, check=True):
        done = command(
            *arguments, "--store", self.server.store, check=check, **self.views, **QUICK)
        return done.stdout if check else done

    def bundle(self, name, *arguments):
        path = self.server.directory / f"{name}.ndjson"
        self.run_assay("evidence", *arguments, "--out", str(path))
        return path

    def answered(self, name, key, query=""):
        """The bundle that the API answers."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.server.port}/v1/outcomes/{key}/evidence{query}",
            headers={"Authorization": f"Bearer {self.client.token}"})
        path = self.server.directory / f"{name}.ndjson"
        with urllib.request.urlopen(request, timeout=60) as answer:
            self.assertEqual(answer.headers["Content-Type"], "application/x-ndjson")
            path.write_bytes(answer.read())
        return path

    def assert_proven(self, path, *counts):
        self.assertEqual(places(path, self.key), [None, None])
        said = ours(path, self.key)[1]
        for count in counts:
            self.assertIn(count, said)

    def test_outcomes_a_posting_and_a_bill_are_proven_beside_the_server(self):
        self.assert_proven(
            self.bundle("outcomes", "ticket-0000", "ticket-0001", "ticket-0006"), "3 outcomes")
        posting = self.client.postings(outcome_key="ticket-0002")[0]
        self.assert_proven(
            self.bundle("posting", "--posting", posting["id"]), "1 posting", posting["id"])
        period = ("--customer", "acme", "--from", "2026-03-01", "--to", "2026-03-02")
        path = self.bundle("bill", *period)
        booked = self.client.postings(customer_key="acme")
        self.assert_proven(path, f"{len(booked)} postings", "not what is not")
        totals = [json.loads(line) for line in path.read_text().splitlines()
                  if '"section":"total"' in line]
        self.assertEqual(
            {total["currency"]: total["receivable"] for total in totals},
            self.client.totals(customer_key="acme"))
        self.assertEqual(sum(total["postings"] for total in totals), len(booked))
        self.assertFalse(list(self.server.directory.glob("*.part")))

    def test_the_api_answers_a_bundle_of_ones_own_outcome_and_of_no_other(self):
        path = self.answered("answered", "ticket-0000")
        self.assert_proven(path, "1 outcome", "1 posting")
        self.assertEqual(
            self.client.call("GET", "/v1/outcomes/ticket-9999/evidence").code, "NOT_FOUND")
        self.server.stop()
        other = self.server.create_account("other")
        self.server.start(**QUICK)
        self.assertEqual(
            other.call("GET", "/v1/outcomes/ticket-0000/evidence").code, "NOT_FOUND")

    def test_it_goes_on_from_checkpoints_that_were_kept(self):
        self.bundle("first", "ticket-0000")  # so that all of it is under a checkpoint
        kept = self.server.directory / "kept.json"
        self.run_assay("checkpoints", "export", "--to", str(kept))
        self.client.event("ticket-0100", "resolved")
        moved = self.client.advance(by=3600)
        self.client.catch_up(moved["position"])
        path = self.bundle("second", "ticket-0100", "--checkpoints", str(kept))
        proven, said = ours(path, self.key, checkpoints=kept)
        self.assertTrue(proven, said)
        self.assertIn("compared   2 of", said)
        apart = self.bundle("apart", "ticket-0100")
        proven, said = ours(apart, self.key, checkpoints=kept)
        self.assertFalse(proven)
        self.assertIn("collect with --checkpoints FILE", said)
        forked = json.loads(kept.read_text())
        for checkpoint in forked["checkpoints"]:
            checkpoint["note"] = checkpoint["note"].replace("\ntime 2", "\ntime 3")
        kept.write_text(json.dumps(forked))
        self.assertIn("does not fit", ours(path, self.key, checkpoints=kept)[1])

    def test_an_answer_leads_on_from_checkpoints_that_were_kept_over_http(self):
        self.answered("first", "ticket-0000")  # so that all of it is under a checkpoint
        kept = self.server.directory / "kept.json"
        answer = self.client.call("GET", "/v1/checkpoints?limit=500").body
        self.assertIsNone(answer["next_cursor"])
        kept.write_text(json.dumps(answer))
        sizes = ",".join(f"{tree['partition']}:{tree['size']}" for tree in answer["data"])
        self.client.event("ticket-0100", "resolved")
        moved = self.client.advance(by=3600)
        self.client.catch_up(moved["position"])
        path = self.answered("second", "ticket-0100", f"?kept_sizes={sizes}")
        proven, said = ours(path, self.key, checkpoints=kept)
        self.assertTrue(proven, said)
        self.assertIn("compared   2 of 2", said)
        self.assertTrue(independent(path, self.key)[0])
        proven, said = ours(self.answered("apart", "ticket-0100"), self.key, checkpoints=kept)
        self.assertFalse(proven)
        self.assertIn("does not lead on from the exported checkpoint", said)

    def test_a_store_that_is_shorter_than_what_was_kept_gives_no_evidence(self):
        self.bundle("first", "ticket-0000")
        kept = self.server.directory / "kept.json"
        self.run_assay("checkpoints", "export", "--to", str(kept))
        later = json.loads(kept.read_text())
        for checkpoint in later["checkpoints"]:
            origin, size, rest = checkpoint["note"].split("\n", 2)
            checkpoint["note"] = f"{origin}\n{int(size) + 100}\n{rest}"
        kept.write_text(json.dumps(later))
        done = self.run_assay("evidence", "ticket-0000", "--checkpoints", str(kept), check=False)
        self.assertEqual((done.returncode, done.stdout), (1, ""), done)
        self.assertIn("that you kept has more events than the store's latest one", done.stderr)

    def test_what_is_not_there_is_refused_in_one_sentence(self):
        for arguments in (("ticket-9999",), ("--posting", "pst_" + "0" * 40), (),
                          ("ticket-0000", "--customer", "acme"), ("--customer", "acme"),
                          ("--customer", "acme", "--from", "2026-03-02", "--to", "2026-03-01")):
            done = self.run_assay("evidence", *arguments, check=False)
            self.assertEqual((done.returncode, done.stdout), (1, ""), done)
            self.assertRegex(done.stderr, r"\Aassay: [^\n]*\.\n\Z")
        stranger = command("verify", str(self.bundle("one", "ticket-0000")), check=False)
        self.assertIn("--key", stranger.stderr)

    def test_a_stopped_store_is_proven_as_well_and_an_unsigned_one_waits(self):
        self.server.stop()
        self.assert_proven(self.bundle("stopped", "ticket-0003"), "1 outcome")

    def test_an_outcome_is_proven_while_later_events_of_others_wait_for_a_checkpoint(self):
        self.server.stop()
        self.server.start(ASSAY_CHECKPOINT_INTERVAL_SECONDS="3600")
        sent = self.client.event("ticket-0200", "resolved")
        self.client.catch_up(sent["position"])
        self.server.kill()
        self.assert_proven(self.bundle("signed", "ticket-0003", "--wait", "0"), "1 outcome")
        done = self.run_assay("evidence", "ticket-0200", "--wait", "0", check=False)
        self.assertIn("No checkpoint covers", done.stderr)
        self.assertEqual(done.returncode, 1)
        self.assertNotIn('"section":"seal"', done.stdout)

    def test_a_bill_is_refused_while_the_ledger_lacks_signed_events(self):
        self.server.stop()
        period = ("--customer", "acme", "--from", "2026-03-01", "--to", "2026-03-02")
        self.assert_proven(self.bundle("bill", *period))
        found = 0
        for path in self.server.directory.glob("*views.ledger.?"):
            with sqlite3.connect(path) as views:
                found += views.execute("DELETE FROM checkpoints").rowcount
            views.close()
        self.assertGreater(found, 0)
        done = self.run_assay("evidence", *period, check=False)
        self.assertIn("postings may be missing", done.stderr)


class PostgresEvidenceTests(PostgresSite, EvidenceTests):
    pass


if __name__ == "__main__":
    unittest.main()
