# SPDX-License-Identifier: Apache-2.0
"""Several nodes on one PostgreSQL: P12, how soon a killed owner's partitions are worked on again,
and two nodes against one under the same load."""
import contextlib
import os
import shutil
import signal
import statistics
import tempfile
import time

from . import catalog, conservation, generators
from .failure import BenchmarkFailure
from .pipeline import settle
from .postgres import PostgresServer
from .run import CONNECTIONS_BATCHES, SETTLEMENT_SECONDS
from .server import AssayServer
from .share import ProcessorShare

PARTITIONS = 64
LEASE_SECONDS = 3
STEADY_EVENTS_PER_SECOND = 2_000
STEADY_BATCH_EVENTS = 100
STEADY_CONNECTIONS = 4
LEAD_SECONDS = 1.5  # the load is there before the owner goes
ROUND_SECONDS = 8  # and for so long
LIMIT_SECONDS = 60


@contextlib.contextmanager
def nodes(run, count):
    """Nodes on one fresh database; afterwards only their logs are left."""
    folder = tempfile.mkdtemp(prefix="nodes-", dir=run.options.work)
    database = PostgresServer(folder)
    servers = []
    try:
        for number in range(count):
            place = os.path.join(folder, f"node-{number}")
            os.mkdir(place)
            server = AssayServer(run.options.assay, place, database)
            server.environment = {
                "ASSAY_NODE": f"node-{number}", "ASSAY_LEASE_SECONDS": str(LEASE_SECONDS)}
            servers.append(server)
        servers[0].create_account()
        for server in servers:
            server.token = servers[0].token
            server.start()
        wait_for_balance(database, count)
        yield database, servers
    finally:
        for number, server in enumerate(servers):
            server.kill()
            if server.log.exists():
                shutil.copy(server.log, run.options.work / f"node-{number}.log")
        database.close()
        shutil.rmtree(folder, ignore_errors=True)


def wait(condition, what):
    deadline = time.monotonic() + LIMIT_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise BenchmarkFailure(f"not so after {LIMIT_SECONDS} s: {what}")
        time.sleep(0.01)


def wait_for_balance(database, count):
    def shares():
        return sorted(int(share) for share in database.query(f"""
            SELECT count(*) FROM assay.event_heads h JOIN assay.nodes n ON n.instance = h.owner
            WHERE partition < {PARTITIONS} GROUP BY h.owner
            """).split())

    share, more = divmod(PARTITIONS, count)
    fair = sorted([share + 1] * more + [share] * (count - more))
    wait(lambda: shares() == fair, f"{count} nodes have equal shares")


# P12

def take_over(run):
    """P12: an owner is killed under load; beside it, one that is stopped, as a lost machine is."""
    with nodes(run, 2) as (database, servers):
        catalog.define(servers[0], SETTLEMENT_SECONDS)
        killed = [one_take_over(run, database, servers, signal.SIGKILL, f"k{number}")
                  for number in range(run.scale.take_overs)]
        stopped = [one_take_over(run, database, servers, signal.SIGSTOP, f"s{number}")
                   for number in range(max(1, run.scale.take_overs // 3))]
        accepted = sum(events for _, events in killed + stopped)
        settle(run, servers[1])
        books = conservation.read(servers[1])
    seconds = [taken for taken, _ in killed]
    run.results.add("P12", statistics.median(seconds), {
        "each, s": [round(taken, 2) for taken in sorted(seconds)],
        "owner stopped instead of killed, s": [round(taken, 2) for taken, _ in stopped],
        "lease, s": LEASE_SECONDS,
        "load, events/s": STEADY_EVENTS_PER_SECOND,
        **books.figures(),
    })
    for sentence, holds in books.checks(accepted, accepted):
        run.results.check(f"P12: {sentence}", holds)


def one_take_over(run, database, servers, how, prefix):
    """Seconds until all that was accepted in the owner's partitions when it went is processed by
    the other node; and the events that were accepted in all."""
    run.say(f"P12: {how.name} {prefix}")
    owner, other = servers
    feeder = generators.feeder(
        other.port, other.token, shape="conversation", batch_events=STEADY_BATCH_EVENTS,
        connections=STEADY_CONNECTIONS, events_per_second=STEADY_EVENTS_PER_SECOND,
        seconds=ROUND_SECONDS, prefix=prefix, with_idempotency_keys=run.with_idempotency_keys)
    time.sleep(LEAD_SECONDS)
    instance = signed(owner.call("GET", "/v1/cluster")["instance"])
    os.kill(owner.pid, how)
    begun = time.monotonic()
    # What was accepted in its partitions by now; the load goes on meanwhile.
    due = database.query(f"""
        SELECT string_agg(format('(%s, %s)', partition, i.head), ',')
        FROM assay.event_heads h JOIN assay.ingest_heads i USING (partition)
        WHERE h.owner = {instance}
        """)
    wait(lambda: database.query(f"""
        SELECT count(*) FROM assay.event_heads h
        JOIN (VALUES {due}) AS due (partition, head) USING (partition)
        WHERE h.cursor < due.head OR h.owner = {instance}
        """) == "0", "another node has processed it all")
    taken = time.monotonic() - begun
    result, _ = generators.module_result(feeder)
    if how == signal.SIGSTOP:
        os.kill(owner.pid, signal.SIGCONT)
    else:
        owner.kill()
        owner.start()
    wait_for_balance(database, 2)
    return taken, result["accepted"]


def signed(instance):
    """An instance as the database has it."""
    number = int(instance, 16)
    return number - (1 << 64) if number >= 1 << 63 else number


# Two nodes against one

def one_and_two(run):
    """The whole way on one node, then on two that share the same load; with `--node-processors` each
    has so much of the processors as if its machine had no more."""
    rates = [whole_way(run, count) for count in (1, 2)]
    run.say(f"two nodes reach {rates[1] / rates[0]:.2f} times what one does")


@contextlib.contextmanager
def machines(run, servers):
    """Each node has the processors that `--node-processors` gives it, and no more."""
    with contextlib.ExitStack() as shares:
        for number, server in enumerate(servers if run.options.node_processors else []):
            share = ProcessorShare(f"node-{number}", run.options.node_processors)
            shares.callback(share.close)
            share.hold(server.pid)
        yield


def whole_way(run, count):
    """One run of P3 on so many nodes, fed by batches: its rate."""
    name = f"P4n{count}"
    with nodes(run, count) as (database, servers), machines(run, servers):
        catalog.define(servers[0], SETTLEMENT_SECONDS)
        run.say(f"{name}: warming up")
        warm_up = feed(run, servers, run.scale.warm_up_seconds, "w")
        settle_all(run, servers)
        run.say(f"{name}: feeding for {run.scale.pipeline_seconds} s")
        cpu_before = [server.cpu_seconds() for server in servers]
        database_before = database.cpu_seconds()
        begun = time.monotonic()
        fed = feed(run, servers, run.scale.pipeline_seconds, "a")
        drained, settled = settle_all(run, servers)
        seconds = max(drained, settled - SETTLEMENT_SECONDS) - begun
        cpu = [server.cpu_seconds() - before for server, before in zip(servers, cpu_before)]
        database_cpu = database.cpu_seconds() - database_before
        run.say(f"{name}: reading everything back")
        books = [conservation.read(server) for server in servers]
    run.results.add(name, fed / seconds, {
        "events": fed,
        "until all was decided, settled and projected, s": seconds,
        "CPU s per million, each node": [spent / fed * 1e6 for spent in cpu],
        "PostgreSQL CPU s per million": database_cpu / fed * 1e6,
        **({"processors of each node": run.options.node_processors}
           if run.options.node_processors else {}),
        **books[0].figures(),
    })
    for number, book in enumerate(books):
        for sentence, holds in book.checks(warm_up + fed, warm_up + fed):
            run.results.check(f"{name}, node {number}: {sentence}", holds)
    return fed / seconds


def feed(run, servers, seconds, prefix):
    """Batches to all nodes, over as many connections in all as to one; the events accepted."""
    feeders = [generators.feeder(
        server.port, server.token, shape="conversation", seconds=seconds,
        prefix=f"{prefix}{number}", connections=CONNECTIONS_BATCHES // len(servers),
        with_idempotency_keys=run.with_idempotency_keys)
        for number, server in enumerate(servers)]
    gates = [generators.Gate(server, feeder) for server, feeder in zip(servers, feeders)]
    for gate in gates:
        gate.start()
    results = [generators.module_result(feeder)[0] for feeder in feeders]
    for gate in gates:
        gate.finish()
    return sum(result["accepted"] for result in results)


def settle_all(run, servers):
    """Waits as `settle` does, for every node; when each of the two was so at the last."""
    moments = [settle(run, server) for server in servers]
    return max(drained for drained, _ in moments), max(settled for _, settled in moments)
