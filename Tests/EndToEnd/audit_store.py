# SPDX-License-Identifier: Apache-2.0
"""A store with something of everything, and ways to damage it, for the tests of `assay audit`."""
import hashlib
import json
import shutil
import sqlite3
import subprocess
from pathlib import Path

from assay_server import Server, clean_environment, required, standard_catalog

CLOCK = "2024-02-29T00:00:00.000000Z"
PLACE = 2**40
APPEND_ONLY = ("events", "streams", "idempotency")


def fill(server, outcomes=24):
    """A live account and a sandbox: confirmed, missed, open, parked, redriven, discarded."""
    sandbox = server.create_account("sandbox", clock=CLOCK)
    live = server.create_account("live")
    server.start()
    for client in (live, sandbox):
        standard_catalog(client)
        for number in range(outcomes):
            event = {"key": f"audited-{number:04}", "customer_key": "acme", "action": "resolved",
                     "properties": {"attribution": 1 + number % 3, "channel": "chat"}}
            if number % 2:
                event["idempotency_key"] = f"once-{number}"
            if number % 6 == 0:
                event["customer_key"] = "later"
            answer = client.post("/v1/events", event)
            if number % 4 == 0:
                answer = client.event(event["key"], "note", event["customer_key"])
        answer = client.event("audited-in-vain", "note")
        client.catch_up(answer["position"])
        client.customer("later")
        letters = [letter["id"] for letter in client.dead_letters()]
        for letter in letters[:4]:
            answer = client.post("/v1/dead-letters/redrive", {"ids": [letter]})
        answer = client.post(
            "/v1/dead-letters/discard", {"ids": letters[-1:], "reason": "a test"})
        client.catch_up(answer["position"])
    sandbox.advance(by=4000)
    late = sandbox.event("audited-0001", "note")  # finds its outcome settled
    sandbox.catch_up(late["position"])
    for number in range(outcomes, outcomes + 6):
        answer = sandbox.event(f"audited-{number:04}", "resolved")
    sandbox.catch_up(answer["position"])
    return live, sandbox


def audit(store, *options, **environment):
    """Exit status, and the report as an object; whatever it says on standard error is a line."""
    binary = required("ASSAY_BINARY", "the built `assay`")
    done = subprocess.run(
        [binary, "audit", "--store", store, "--json", *options], capture_output=True, text=True,
        timeout=180, env=clean_environment(environment))
    report = json.loads(done.stdout) if done.stdout.strip() else None
    return done.returncode, report, done.stderr


class StoreCopy:
    """A closed store's files in a directory of their own."""

    def __init__(self, server, directory):
        self.directory = Path(directory)
        shutil.copytree(server.directory, self.directory, dirs_exist_ok=True)
        self.path = self.directory / "assay.sqlite"
        self.store = f"sqlite:{self.path}"

    def change(self, work, path=None):
        """Changes a file as who knows SQLite would: triggers go and come again."""
        database = sqlite3.connect(path or self.path)
        try:
            triggers = database.execute(
                "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
            for name, _ in triggers:
                database.execute(f"DROP TRIGGER {name}")
            work(database)
            for _, sql in triggers:
                database.execute(sql)
            database.commit()
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            database.close()


# The form of an event, as a forger would know it.

def digest(data):
    return hashlib.sha256(data).digest()


def slot_bytes(encryption, key, metadata):
    return bytes([encryption]) + len(key).to_bytes(2, "big") + key + metadata


def event_hash(previous, row):
    return digest(previous + digest(row["header"]) + digest(row["body"]) + digest(slot_bytes(
        row["metadata_encryption"], row["metadata_key"], row["metadata"]))
        + digest(row["envelope"]))


def rows(database, where="1", *values):
    database.row_factory = sqlite3.Row
    return database.execute(
        f"SELECT * FROM events WHERE {where} ORDER BY place", values).fetchall()


def chain_anew(database, stream):
    """Gives a stream's events the hashes that their bytes have by now."""
    previous = bytes(32)
    for row in rows(database, "stream = ?", stream):
        hashed = event_hash(previous, row)
        database.execute("UPDATE events SET previous = ?, hash = ? WHERE place = ?",
                         (previous, hashed, row["place"]))
        previous = hashed


def find(database, *words, version=None):
    """The first event whose header and body have all these words."""
    for row in rows(database):
        text = row["header"] + row["body"]
        if all(word.encode() in text for word in words):
            if version is None or row["version"] == version:
                return row
    raise AssertionError(f"no event with {words}")


def partition_of(row):
    return row["place"] // PLACE


def position_of(row):
    return row["place"] % PLACE
