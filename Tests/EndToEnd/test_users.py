# SPDX-License-Identifier: Apache-2.0
"""The command `assay user`, and the link that makes the first user."""
import os
import re
import stat
import subprocess
import unittest

from assay_server import Server, clean_environment, command, wait_until
from postgres_server import PostgresSite

LINK = re.compile(r"(\S+)/welcome/([A-Za-z0-9_-]{43})$", re.MULTILINE)


class UserTests(unittest.TestCase):
    def make_server(self):
        return Server()

    def setUp(self):
        self.server = self.make_server()
        self.addCleanup(self.server.close)
        self.account = self.server.create_account("one").account_id

    def user(self, *arguments, check=True, **environment):
        return command("user", *arguments, "--store", self.server.store, check=check,
                       **environment)

    def test_a_stop_while_the_first_user_is_being_offered_is_a_stop_like_any_other(self):
        for _ in range(10):
            self.server.launch()
            self.server.stop()

    def test_a_server_without_users_offers_the_first_one_on_its_output_and_not_in_its_log(self):
        output, log = (self.server.directory / name for name in ("out", "err"))
        with open(output, "wb") as out, open(log, "wb") as err:
            process = subprocess.Popen(
                [self.server.binary, "serve", "--store", self.server.store, "--port", "0"],
                stdout=out, stderr=err, stdin=subprocess.DEVNULL,
                env=clean_environment({"ASSAY_LOG_LEVEL": "trace",
                                       "ASSAY_PUBLIC_URL": "https://billing.example/"}
                                      | self.environment()))
        try:
            found = wait_until(lambda: LINK.search(output.read_text("utf-8")), "it is offered", 60)
        finally:
            process.terminate()
            process.wait()
        self.assertEqual(found[1], "https://billing.example")
        code = found[2].encode()
        self.assertNotIn(code, log.read_bytes())
        self.assertIn(b" debug ", log.read_bytes(), "else the search proves little")
        for path in self.server.directory.rglob("*"):
            if path.is_file() and path != output:
                self.assertNotIn(code, path.read_bytes(), path.name)

    def environment(self):
        return {}

    def test_links_are_made_beside_a_running_server(self):
        self.server.start()
        link = self.user("invite", "--account", self.account, "--email", "Ann@Example.com",
                         "--role", "admin").stdout
        self.assertRegex(link, r"\Ahttp://127\.0\.0\.1:8080/welcome/[A-Za-z0-9_-]{43}\n\Z")
        again = self.user("invite", "--email", "ann@example.com").stdout
        self.assertNotEqual(again, link)
        self.assertEqual(self.user("list").stdout, "")

    def test_what_is_wrong_is_said_in_one_sentence(self):
        for arguments, words in (
                (("invite", "--email", "nobody"), "is not an e-mail address"),
                (("invite", "--email", "a@b", "--role", "owner"), "is not a role"),
                (("invite", "--email", "a@b", "--account", "acct_other"), "There is no account"),
                (("reset-password", "--email", "a@b"), "does not belong to"),
                (("remove", "--email", "a@b"), "does not belong to")):
            done = self.user(*arguments, check=False)
            self.assertEqual((done.returncode, done.stdout), (1, ""), done)
            self.assertRegex(done.stderr, r"\Aassay: [^\n]*\.\n\Z")
            self.assertIn(words, done.stderr)
        done = self.user("list", check=False, ASSAY_PUBLIC_URL="billing.example")
        self.assertIn("ASSAY_PUBLIC_URL", done.stderr)


class FileTests(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.close)
        self.server.create_account("one")

    def test_the_users_are_in_a_file_for_its_owner_only(self):
        users = self.server.directory / "assay.sqlite.users"
        self.assertEqual(stat.S_IMODE(os.stat(users).st_mode), 0o600)

    def test_another_stores_users_are_refused(self):
        other = Server()
        self.addCleanup(other.close)
        other.create_account("two")
        os.replace(other.directory / "assay.sqlite.users",
                   self.server.directory / "assay.sqlite.users")
        done = command("user", "list", "--store", self.server.store, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("does not hold the users of this store", done.stderr)


class PostgresUserTests(PostgresSite, UserTests):
    def environment(self):
        return {"ASSAY_VIEWS": str(self.server.directory / "views")}


if __name__ == "__main__":
    unittest.main()
