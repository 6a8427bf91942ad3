# SPDX-License-Identifier: Apache-2.0
"""The incident log on PostgreSQL, against the same oracle, and through two nodes."""
import unittest

import test_incidents
from assay_client import Client
from postgres_server import PostgresServer, PostgresStoreServer


class PostgresIncidentImportTests(test_incidents.IncidentImportTests):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.postgres = PostgresServer()
        cls.addClassCleanup(cls.postgres.close)

    def make_server(self):
        self.postgres.query("postgres", "DROP DATABASE IF EXISTS assay WITH (FORCE)")
        return PostgresStoreServer(self.postgres.create_database("assay"))

    def compare(self, client):
        super().compare(client)
        other = PostgresStoreServer(self.server.store)
        self.addCleanup(other.close)
        other.start(ASSAY_NODE="other")
        super().compare(Client(other, client.token))


if __name__ == "__main__":
    unittest.main()
