# SPDX-License-Identifier: Apache-2.0
"""What all measurements of one run share."""
import contextlib
import dataclasses
import shutil
import sys
import tempfile
import time

from . import profile
from .failure import BenchmarkFailure
from .postgres import PostgresServer
from .server import AssayServer


@dataclasses.dataclass(frozen=True)
class Scale:
    """How long and how much."""
    warm_up_seconds: int
    singles_seconds: int
    batches_seconds: int
    pipeline_seconds: int
    latency_seconds: int
    ceiling_seconds: int
    open_outcomes: int
    rebuilt_events: int
    restarts: int
    drain_limit_seconds: int
    pgbench_seconds: int
    take_overs: int
    trace_events: int
    outcome_requests: int


FULL = Scale(warm_up_seconds=3, singles_seconds=30, batches_seconds=15, pipeline_seconds=60,
             latency_seconds=60, ceiling_seconds=5, open_outcomes=1_000_000,
             rebuilt_events=3_000_000, restarts=5,
             drain_limit_seconds=900, pgbench_seconds=20, take_overs=10,
             outcome_requests=300, trace_events=1_000_000)
QUICK = Scale(warm_up_seconds=1, singles_seconds=3, batches_seconds=3, pipeline_seconds=5,
              latency_seconds=5, ceiling_seconds=1, open_outcomes=20_000,
              rebuilt_events=20_000, restarts=2,
              drain_limit_seconds=120, pgbench_seconds=3, take_overs=1,
              outcome_requests=5, trace_events=10_000)

CONNECTIONS_SINGLES = 64
CONNECTIONS_BATCHES = 8
BATCH_EVENTS = 1000
# The feeders of P3 pause while more events than this wait to be processed or projected, so that
# what is measured can be kept up for ever.
BACKLOG_LIMIT_EVENTS = 50_000
SETTLEMENT_SECONDS = 2

# The same measurements on PostgreSQL.
POSTGRES_NAMES = {"P1": "P4p", "P2": "P4a", "P3b": "P4b", "P3s": "P4s"}


class Run:
    """The options, the scale and the results so far."""

    def __init__(self, options, scale, results):
        self.options = options
        self.scale = scale
        self.results = results
        self.pipeline_rate = None

    @property
    def is_postgres(self):
        return self.options.store == "postgres"

    def name(self, measurement):
        """Under which name a measurement is reported: on PostgreSQL it is one of P4."""
        return POSTGRES_NAMES[measurement] if self.is_postgres else measurement

    @property
    def with_idempotency_keys(self):
        return not self.options.without_idempotency_keys

    def say(self, text):
        print(f"bench: {text}", file=sys.stderr, flush=True)

    @contextlib.contextmanager
    def server(self):
        """A server on a fresh store; afterwards only its log is left."""
        folder = tempfile.mkdtemp(prefix="store-", dir=self.options.work)
        database = PostgresServer(folder) if self.is_postgres else None
        server = AssayServer(self.options.assay, folder, database)
        try:
            server.create_account()
            server.start()
            yield server
        finally:
            server.kill()
            if database:
                database.close()
            if server.log.exists():
                shutil.copy(server.log, self.options.work / "server.log")
            shutil.rmtree(folder, ignore_errors=True)

    def profiled(self, server, name, seconds):
        """perf beside what runs inside, when it was asked for."""
        if not self.options.profile:
            return contextlib.nullcontext()
        return profile.recording(server.pid, self.options.work / f"{name}.perf.data", seconds)

    def drain(self, server):
        """Waits until all that was accepted is processed and projected; seconds it took."""
        begun = time.monotonic()
        calm = 0
        while calm < 2:
            calm = calm + 1 if server.metrics().waiting == 0 else 0
            if time.monotonic() - begun > self.scale.drain_limit_seconds:
                raise BenchmarkFailure(
                    f"not drained after {self.scale.drain_limit_seconds} s: "
                    f"{server.metrics().waiting:.0f} events still wait")
            time.sleep(0.1)
        return time.monotonic() - begun
