# SPDX-License-Identifier: Apache-2.0
"""The command `assay` beside the server: refusals in one sentence, `replay`, `token create`."""
import os
import re
import shutil
import socket
import sqlite3
import unittest

from assay_server import ROOT, Server, command, standard_catalog

CLOCK = "2024-02-29T00:00:00.000000Z"
MAPPING = str(ROOT / "docs" / "incident-mapping.json")
PAGE_BYTES = 4096


class CommandTests(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.close)

    def refused(self, *arguments, **environment):
        """The one sentence of a command that must end with status 1 and nothing on its output."""
        done = command(*arguments, check=False, **environment)
        self.assertEqual(done.returncode, 1, done)
        if arguments[0] != "import":  # which says first what it has read
            self.assertEqual(done.stdout, "")
        self.assertRegex(done.stderr, r"\Aassay: [^\n]*\.\n\Z")
        return done.stderr

    def on_store(self, store):
        """Every command that opens a store, on this one."""
        log = str(self.server.directory / "incidents.csv")
        with open(log, "w", encoding="utf-8") as file:
            file.write("number,incident_state,reassignment_count,reopen_count,made_sla,priority,"
                       "category,assignment_group,updated_at\n"
                       "INC0000001,New,0,0,TRUE,4 - Low,x,Group 1,2024-01-01T00:00:00Z\n")
        at = ("--store", store)
        return (
            ("serve", *at, "--port", "0"), ("account", "create", *at, "--name", "n", "--json"),
            ("token", "create", *at, "--account", "acct_0123456789abcdef"),
            ("replay", "some-outcome-key", *at), ("import", log, "--mapping", MAPPING, *at))

    def assert_refused(self, path, *words, without=()):
        for arguments in self.on_store(f"sqlite:{path}"):
            if arguments[0] in without:
                continue
            with self.subTest(command=arguments[0], store=path.name):
                sentence = self.refused(*arguments).lower()
                for word in words:
                    self.assertIn(word, sentence)

    def filled_store(self):
        """A store that was served, filled and stopped; its sandbox's client."""
        client = self.server.create_account("sandbox", clock=CLOCK)
        self.server.start()
        standard_catalog(client)
        for number in range(200):
            client.event(f"filled-{number:03}", "resolved")
        client.advance(by=3600)
        self.server.stop()
        return client

    def test_a_store_that_is_served_says_what_to_do(self):
        self.server.create_account("one")
        self.server.start()
        self.assert_refused(self.server.path, "stop", str(self.server.process.pid),
                            without=("replay",))
        instead = {"token": "POST /v1/tokens", "account": "accounts are made while no server runs",
                   "import": "--url", "serve": "HTTP API", "replay": "no outcome"}
        for arguments in self.on_store(self.server.store):
            self.assertIn(instead[arguments[0]], self.refused(*arguments))

    def test_a_store_of_a_newer_version_is_refused(self):
        self.filled_store()
        with sqlite3.connect(self.server.path) as database:
            database.execute("INSERT INTO grdb_migrations VALUES ('999 from the future')")
        database.close()
        self.assert_refused(self.server.path, "newer version")

    def test_a_damaged_store_is_refused(self):
        self.filled_store()
        size = self.server.path.stat().st_size
        cut = self.server.directory / "cut.sqlite"
        overwritten = self.server.directory / "overwritten.sqlite"
        for copy in (cut, overwritten):
            shutil.copy(self.server.path, copy)
        os.truncate(cut, size // 2 // PAGE_BYTES * PAGE_BYTES)
        with open(overwritten, "r+b") as file:
            file.seek(PAGE_BYTES)
            file.write(b"\xA5" * (size - PAGE_BYTES))
        for copy in (cut, overwritten):
            self.assert_refused(copy, "damaged", "backup")

    def test_a_store_that_lacks_what_it_acknowledged_is_refused(self):
        client = self.filled_store()
        old = self.server.directory / "old"
        old.mkdir()
        for file in self.server.directory.glob("assay.sqlite*"):
            if not file.name.endswith(".mark"):
                shutil.copy(file, old)
        self.server.start()
        client.event("acknowledged", "resolved")
        self.server.stop()
        for file in self.server.directory.glob("assay.sqlite*"):
            if not file.name.endswith(".mark"):
                file.unlink()
        for file in old.iterdir():
            shutil.copy(file, self.server.directory)
        self.assert_refused(self.server.path, "acknowledged", "backup")

    def test_what_is_not_a_store_is_refused_and_left_as_it_is(self):
        directory = self.server.directory
        text, foreign, folder = (directory / name for name in ("text", "foreign", "folder"))
        text.write_text("not a store\n" * 1000)
        with sqlite3.connect(foreign) as database:
            database.execute("CREATE TABLE mine (id INTEGER)")
        database.close()
        folder.mkdir()
        before = text.read_bytes(), foreign.read_bytes()
        for path in (text, foreign, folder):
            self.assert_refused(path, "not an assay store")
        self.assertEqual((text.read_bytes(), foreign.read_bytes()), before)
        self.assert_refused(directory / "missing" / "assay.sqlite", "does not exist")
        self.assertFalse((directory / "missing").exists())

    def test_a_store_of_another_kind_and_a_port_in_use_are_refused(self):
        self.assertIn("sqlite:PATH", self.refused("serve", "--store", "mysql://x"))
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = str(taken.getsockname()[1])
            done = command("serve", "--store", self.server.store, "--port", port, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, rf"assay: [^\n]*{port}[^\n]*\.\n\Z")

    def test_settings_that_mean_nothing_are_refused(self):
        settings = self.server.directory / "settings.json"
        settings.write_text('{"prot": 8080}')
        at = ("--store", self.server.store)
        for arguments in (("serve", *at), ("account", "create", *at, "--name", "n")):
            sentence = self.refused(*arguments, "--config", str(settings))
            self.assertIn("'prot'", sentence)
            self.assertIn("port", sentence)
            self.assertIn("'prot'", self.refused(*arguments, ASSAY_CONFIG=str(settings)))
            self.assertIn("'loud'", self.refused(*arguments, ASSAY_LOG_LEVEL="loud"))
        self.assertFalse(self.server.path.exists())

    def test_an_import_names_what_is_wrong_with_its_files(self):
        log = self.server.directory / "log.jsonl"
        log.write_text('{"number": "INC0000001", "updated_on": "2024-01-01T00:00:00Z"}\n')
        wrong = self.server.directory / "wrong.json"
        wrong.write_text('{"key": {"colunm": "number"}}')
        at = ("--store", self.server.store)
        sentence = self.refused("import", str(log), "--mapping", MAPPING, *at)
        for words in (str(log), "'updated_at'", "'time'", "number, updated_on"):
            self.assertIn(words, sentence)
        sentence = self.refused("import", str(log), "--mapping", str(wrong), *at)
        for words in (str(wrong), "key.colunm", "docs/import.md"):
            self.assertIn(words, sentence)
        self.assertFalse(self.server.path.exists())

    def test_replay_tells_the_whole_story_from_the_log(self):
        client = self.server.create_account("sandbox", clock=CLOCK)
        self.server.start()
        standard_catalog(client)
        client.event("told-again", "resolved", properties={"value": 4, "attribution": 2})
        client.event("told-again", "note", customer="somebody")
        client.event("parked-key", "resolved", customer="nobody")
        client.advance(by=3600)
        history = client.history("told-again")
        at = ("--store", self.server.store)
        beside = command("replay", "told-again", *at).stdout
        client.event("afterwards", "resolved")  # the server goes on
        self.server.stop()
        told = command("replay", "told-again", *at).stdout
        self.assertEqual(beside, told)
        for fact in history:
            self.assertRegex(told, rf"(?m)^ *{fact['version']}  {re.escape(fact['time'])}  ")
            self.assertIn(fact["hash"], told)
        for words in ("opened for acme", "OUTCOME_IDENTITY_MISMATCH", "settled: CONFIRMED",
                      "told-again: CONFIRMED", "quantity 2, amount 5 USD"):
            self.assertIn(words, told)
        parked = command("replay", "parked-key", *at).stdout
        self.assertIn("CUSTOMER_NOT_FOUND, parked", parked)
        self.assertIn("1 signal waits for the outcome to be opened", parked)
        self.assertIn("no outcome", self.refused("replay", "never-seen", *at))
        other = self.server.create_account("another")
        self.assertIn("--account", self.refused("replay", "told-again", *at))
        account = ("--account", client.account_id)
        self.assertEqual(command("replay", "told-again", *at, *account).stdout, told)
        self.refused("replay", "told-again", *at, "--account", other.account_id)
        self.refused("replay", "told-again", *at, "--account", "nonsense")

    def test_tokens_made_on_the_command_line_work_within_their_scopes(self):
        admin = self.server.create_account("sandbox", clock=CLOCK)
        at = ("--store", self.server.store, "--account", admin.account_id)
        made = [command("token", "create", *at, "--name", "made", *scopes).stdout.strip()
                for scopes in ((), ("--scope", "read"), ("--scope", "ingest", "--scope", "read"))]
        self.assertIn("root", self.refused("token", "create", *at, "--scope", "root"))
        self.refused("token", "create", *at[:2], "--account", "acct_0000000000000000")
        self.server.start()
        for token, read, write, manage in zip(
                made, (200, 200, 200), (202, 403, 202), (200, 403, 403)):
            client = admin.clone(token)
            event = {"key": "token-key", "action": "done", "customer_key": "acme"}
            self.assertEqual(client.call("GET", "/v1/outcomes").status, read)
            self.assertEqual(client.call("POST", "/v1/events", event).status, write)
            self.assertEqual(client.call("GET", "/v1/tokens").status, manage)
        names = [token["name"] for token in admin.pages("/v1/tokens")]
        self.assertEqual(sorted(names), ["first", "made", "made", "made"])

    def test_the_version_is_told(self):
        for arguments in (("version",), ("--version",)):
            self.assertRegex(command(*arguments).stdout, r"\A(assay )?\d+\.\d+\.\d+\n\Z")


if __name__ == "__main__":
    unittest.main()
