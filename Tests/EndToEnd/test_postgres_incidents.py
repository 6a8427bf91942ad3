# SPDX-License-Identifier: Apache-2.0
"""The incident log on PostgreSQL, against the same oracle, and through two nodes."""
import unittest

import test_incidents
from assay_client import Client
from postgres_server import PostgresSite, PostgresStoreServer


class PostgresIncidentImportTests(PostgresSite, test_incidents.IncidentImportTests):
    def compare(self, client):
        super().compare(client)
        other = PostgresStoreServer(self.server.store)
        self.addCleanup(other.close)
        other.start(ASSAY_NODE="other")
        super().compare(Client(other, client.token))


if __name__ == "__main__":
    unittest.main()
