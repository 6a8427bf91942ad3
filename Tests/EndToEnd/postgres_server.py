# SPDX-License-Identifier: Apache-2.0
"""A PostgreSQL server of a test's own, in a temporary directory and on a socket there."""
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

from assay_server import Server, wait_until

USER = "postgres"  # who the server runs as when the tests are run by root, which it refuses


def binaries():
    """Where the server's programs are: skips without them, and fails where CI=true."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parts[-2]))
    if found and (found[-1] / "initdb").exists():
        return found[-1]
    reason = "NO POSTGRESQL SERVER IS INSTALLED (Debian: postgresql), so nothing was tested here"
    if os.environ.get("CI") == "true":
        raise RuntimeError(reason)
    raise unittest.SkipTest(reason)


class PostgresServer:
    def __init__(self):
        self.bin = binaries()
        self.directory = Path(tempfile.mkdtemp(prefix="assay-postgres-"))
        self.directory.chmod(0o700)
        self.owner = {}
        if os.geteuid() == 0:
            entry = pwd.getpwnam(USER)
            os.chown(self.directory, entry.pw_uid, entry.pw_gid)
            self.owner = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        self.data = self.directory / "data"
        self._run("initdb", "--pgdata", self.data, "--username=assay", "--auth=trust",
                  "--encoding=UTF8", "--locale=C", "--no-instructions")
        self.start()

    def _run(self, program, *arguments):
        done = subprocess.run(
            [self.bin / program, *arguments], cwd=self.directory, text=True, timeout=120,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            **self.owner)
        if done.returncode != 0:
            raise AssertionError(f"{program}: {done.returncode}\n{done.stderr}")

    def start(self):
        options = f"-c listen_addresses='' -c unix_socket_directories='{self.directory}'"
        self._run("pg_ctl", "--pgdata", self.data, "--silent", "--wait", "start",
                  "--log", self.directory / "server.log", "--options", options)

    def stop(self):
        self._run("pg_ctl", "--pgdata", self.data, "--mode=fast", "--silent", "--wait", "stop")

    def kill(self):
        """SIGKILL to the postmaster; its backends find out and end."""
        pid = int((self.data / "postmaster.pid").read_text().splitlines()[0])
        backends = self._children(pid)
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not any(Path(f"/proc/{backend}").exists() for backend in backends),
                   "the server's processes have ended")

    @staticmethod
    def _children(pid):
        shown = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=True)
        return shown.stdout.split()

    def create_database(self, name):
        """The `postgres://` URL of a new database."""
        self.query("postgres", f"CREATE DATABASE {name}")
        return f"postgres://assay@/{name}?host={self.directory}"

    def renew_database(self, name):
        """The URL of a database that is new, whatever was there under its name."""
        self.query("postgres", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        return self.create_database(name)

    def psql(self, database, sql):
        """The command that has a database do something."""
        return [self.bin / "psql", "-h", self.directory, "-U", "assay", "-d", database, "-AtXq",
                "-v", "ON_ERROR_STOP=1", "-c", sql]

    def rows(self, database, sql):
        """The rows of an answer, each a list of texts."""
        done = subprocess.run(
            self.psql(database, sql), capture_output=True, text=True, timeout=300)
        if done.returncode != 0:
            raise AssertionError(f"psql: {done.returncode}\n{done.stderr}")
        return [line.split("|") for line in done.stdout.splitlines()]

    def query(self, database, sql):
        """The values of an answer of one column."""
        return [value for value, in self.rows(database, sql)]

    def close(self):
        try:
            if (self.data / "postmaster.pid").exists():  # a test may have left it stopped
                self.stop()
        finally:
            shutil.rmtree(self.directory, ignore_errors=True)


class PostgresStoreServer(Server):
    """A server on a PostgreSQL database; its read models are in its directory."""

    def __init__(self, url):
        super().__init__()
        self.store = url

    def launch(self, **environment):
        super().launch(ASSAY_VIEWS=str(self.directory / "views"), **environment)


class PostgresSite:
    """Put before a test case: its servers run on a PostgreSQL of its own, each on a new database."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.postgres = PostgresServer()
        cls.addClassCleanup(cls.postgres.close)

    def make_server(self):
        return PostgresStoreServer(self.postgres.renew_database("assay"))
