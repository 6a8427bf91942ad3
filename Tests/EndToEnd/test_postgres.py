# SPDX-License-Identifier: Apache-2.0
"""The crash tests on PostgreSQL: the command, its backends and the whole server are killed.

ASSAY_POSTGRES_CRASHES sets the number of crashes of each kind (5); ASSAY_SEED repeats a run.
"""
import os
import time
import unittest

import test_crashes
from assay_server import wait_until
from postgres_server import PostgresSite

CRASHES = int(os.environ.get("ASSAY_POSTGRES_CRASHES") or 5)
BACKENDS = "application_name LIKE 'assay%' AND datname = 'assay'"


class PostgresCrashTests(PostgresSite, test_crashes.CrashTests):
    crashes = CRASHES

    def setUp(self):
        super().setUp()
        self.load.bears_refusals = True

    def while_loaded(self, disturb):
        """Disturbs the database under a load that goes on, then retries what was not answered."""
        self.load.start()
        ends = time.monotonic() + 1.5
        while time.monotonic() < ends:
            time.sleep(self.choose.uniform(0.02, 0.2))
            disturb()
        self.load.stop()
        self.load.join()
        self.assertEqual(self.load.problems, [])
        for position in self.load.retry():
            self.client.catch_up(position)

    def test_killed_backends_under_load_lose_nothing(self):
        kill = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {BACKENDS}"
        for _ in range(CRASHES):
            self.while_loaded(lambda: self.postgres.query("postgres", kill))
        self.check(f"{CRASHES} times many killed backends")

    def test_a_killed_postmaster_loses_nothing_and_the_node_goes_on_by_itself(self):
        for _ in range(CRASHES):
            self.load.start()
            time.sleep(self.choose.uniform(*test_crashes.LOAD_SECONDS))
            self.postgres.kill()
            self.load.stop()
            self.load.join()
            self.assertEqual(self.load.problems, [])
            self.postgres.start()
            wait_until(lambda: self.client.call("GET", "/readyz").status == 200, "it goes on")
            for position in self.load.retry():
                self.client.catch_up(position)
        self.check(f"{CRASHES} killed postmasters")

    def test_passwords_are_not_shown(self):
        self.server.stop()
        self.server.store = self.server.store.replace("assay@", "assay:s3cret@")
        self.server.start()
        self.assertNotIn("s3cret", self.server.tail())
        self.assertIn("The data is in postgres://", self.server.tail())


if __name__ == "__main__":
    unittest.main()
