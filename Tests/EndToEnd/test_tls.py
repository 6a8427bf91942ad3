# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL over TLS, with a certificate that is checked."""
import os
import shutil
import socket
import subprocess
import unittest

from assay_server import command, standard_catalog
from postgres_server import PostgresServer, PostgresStoreServer


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class EncryptedServer(PostgresServer):
    """Listens on loopback as well, where it takes encrypted connections only."""

    def __init__(self):
        self.port = free_port()
        super().__init__()

    def _run(self, program, *arguments):
        super()._run(program, *arguments)
        if program == "initdb":
            self._encrypt()

    def certificate(self, name):
        """A new certificate for localhost that signs itself, and its key."""
        paths = self.directory / f"{name}.crt", self.directory / f"{name}.key"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
             "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
             "-out", paths[0], "-keyout", paths[1]],
            check=True, capture_output=True, timeout=60)
        return paths

    def _encrypt(self):
        for made, place in zip(self.certificate("server"), ("server.crt", "server.key")):
            shutil.copy(made, self.data / place)
            os.chmod(self.data / place, 0o600)
            if self.owner:
                os.chown(self.data / place, self.owner["user"], self.owner["group"])
        (self.data / "pg_hba.conf").write_text(
            "local all all trust\nhostssl all all 127.0.0.1/32 trust\n", encoding="ascii")
        with open(self.data / "postgresql.conf", "a", encoding="ascii") as settings:
            settings.write("ssl = on\n")

    def start(self):
        options = (f"-c listen_addresses=127.0.0.1 -p {self.port}"
                   f" -c unix_socket_directories='{self.directory}'")
        self._run("pg_ctl", "--pgdata", self.data, "--silent", "--wait", "start",
                  "--log", self.directory / "server.log", "--options", options)

    def psql(self, database, sql):
        return [*super().psql(database, sql), "-p", str(self.port)]

    def url(self, mode, root=None):
        checked = f"&sslrootcert={root}" if root else ""
        return (f"postgres://assay@localhost:{self.port}/assay?sslmode={mode}"
                f"&hostaddr=127.0.0.1{checked}")


class TLSTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.postgres = EncryptedServer()
        cls.addClassCleanup(cls.postgres.close)
        cls.postgres.create_database("assay")

    def test_a_node_whose_sessions_are_encrypted_and_whose_server_is_checked(self):
        server = PostgresStoreServer(
            self.postgres.url("verify-full", self.postgres.directory / "server.crt"))
        self.addCleanup(server.close)
        client = server.create_account("encrypted")
        server.start()
        standard_catalog(client)
        posted = client.event("encrypted-key-1", "resolved")
        outcome = client.outcome("encrypted-key-1", posted["position"])
        self.assertEqual(outcome["signal_count"], 1)
        encrypted = self.postgres.query("postgres", """
            SELECT DISTINCT s.ssl FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid)
            WHERE a.application_name LIKE 'assay %' AND a.datname = 'assay'""")
        self.assertEqual(encrypted, ["t"])

    def test_a_server_that_is_not_the_one_is_refused_in_one_sentence(self):
        other, _ = self.postgres.certificate("other")
        for url in (self.postgres.url("verify-full", other), self.postgres.url("disable")):
            refused = command("serve", "--store", url, "--port", "0", check=False)
            self.assertEqual(refused.returncode, 1, refused.stderr)
            self.assertIn("PostgreSQL cannot be reached", refused.stderr)


if __name__ == "__main__":
    unittest.main()
