# SPDX-License-Identifier: Apache-2.0
"""Several nodes on one PostgreSQL, and an observer in the database that misses nothing."""
import contextlib
import http.client
import os
import random
import signal
import time

from assay_client import Client
from assay_server import wait_until
from postgres_server import PostgresServer, PostgresStoreServer

PARTITIONS = 64
DATABASE = "assay"
LEASE_SECONDS = 1  # short, so that take-overs take little of a test's time
POST_LIMIT_SECONDS = 1.5  # how long a roving client waits for one node
PATIENCE_SECONDS = 60  # and how long for any
REFUSALS = (429, 503)

# Notes, in the transactions that make them, which process each instance is, and each change of
# owner or epoch with the head that it found: the events after that head, up to the next change,
# are those that the owner then has written.
OBSERVER = """
CREATE SCHEMA observer;
CREATE TABLE observer.nodes (id bigserial, instance bigint PRIMARY KEY, name text NOT NULL);
CREATE TABLE observer.reigns (
    id bigserial, partition integer, epoch bigint, owner bigint, head bigint, at timestamptz
);
CREATE INDEX ON observer.reigns (partition, head, id);
CREATE FUNCTION observer.note_node() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO observer.nodes (instance, name) VALUES (NEW.instance, NEW.name)
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE FUNCTION observer.note_reign() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO observer.reigns (partition, epoch, owner, head, at)
    VALUES (NEW.partition, NEW.epoch, NEW.owner, NEW.head, clock_timestamp());
    RETURN NULL;
END $$;
CREATE TRIGGER observer AFTER INSERT ON assay.nodes
    FOR EACH ROW EXECUTE FUNCTION observer.note_node();
CREATE TRIGGER observer AFTER UPDATE ON assay.event_heads FOR EACH ROW
    WHEN (OLD.epoch <> NEW.epoch OR OLD.owner IS DISTINCT FROM NEW.owner)
    EXECUTE FUNCTION observer.note_reign();
"""

# What must not be found in the log, each with its name; all of it is asked by SQL alone.
FAULTS = {
    "positions with gaps": """
        SELECT h.partition, h.head, count(e.position), min(e.position), max(e.position)
        FROM assay.event_heads h LEFT JOIN assay.events e USING (partition)
        GROUP BY h.partition, h.head
        HAVING count(e.position) <> h.head OR coalesce(max(e.position), 0) <> h.head
            OR coalesce(min(e.position), 1) <> 1
        """,
    "streams with gaps": """
        SELECT partition, stream, count(*), min(version), max(version) FROM assay.events
        GROUP BY partition, stream HAVING count(*) <> max(version) OR min(version) <> 1
        """,
    "broken hash chains": """
        SELECT partition, stream, version FROM (
            SELECT *, lag(hash) OVER (PARTITION BY partition, stream ORDER BY version) AS before
            FROM assay.events
        ) e WHERE version > 1 AND previous IS DISTINCT FROM before
        """,
    "events of a node that did not own their partition then": f"""
        SELECT e.partition, e.position, e.node, r.epoch, n.name
        FROM (
            SELECT partition, position, convert_from(envelope, 'UTF8')::json ->> 'node' AS node
            FROM assay.events WHERE partition < {PARTITIONS}
        ) e
        LEFT JOIN LATERAL (
            SELECT * FROM observer.reigns r
            WHERE r.partition = e.partition AND r.head < e.position
            ORDER BY r.head DESC, r.id DESC LIMIT 1
        ) r ON true
        LEFT JOIN observer.nodes n ON n.instance = r.owner
        WHERE n.name IS DISTINCT FROM e.node
        """,
    "an epoch that was given twice, or went back": """
        SELECT partition, id, epoch, owner FROM (
            SELECT *, lag(epoch) OVER w AS last_epoch, lag(owner) OVER w AS last_owner
            FROM observer.reigns WINDOW w AS (PARTITION BY partition ORDER BY id)
        ) r
        WHERE epoch < last_epoch
            OR (owner IS NOT NULL AND owner IS DISTINCT FROM last_owner AND epoch <= last_epoch)
        """,
}


def hexadecimal(instance):
    """An instance as the API and the sessions' names show it; none is none."""
    return format(int(instance) % (1 << 64), "016x") if instance else None


class Node(PostgresStoreServer):
    """One of the nodes; each of its processes has a name of its own, such as `b-3`."""

    def __init__(self, url, letter, lease_seconds):
        super().__init__(url)
        self.letter, self.lease_seconds, self.starts = letter, lease_seconds, 0
        self.is_paused = False

    @property
    def name(self):
        return f"{self.letter}-{self.starts}"

    def launch(self, **environment):
        self.starts += 1
        super().launch(
            ASSAY_NODE=self.name, ASSAY_LEASE_SECONDS=str(self.lease_seconds), **environment)

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self.process.pid, os.WSTOPPED | os.WNOWAIT)
        self.is_paused = True

    def go_on(self):
        self.process.send_signal(signal.SIGCONT)
        self.is_paused = False

    def close(self):
        if self.is_paused:
            self.go_on()
        super().close()


class RovingClient(Client):
    """Goes on with another node when one does not answer, or refuses for now.

    What it sends has to bear being sent twice.
    """

    def __init__(self, servers, token, limit_seconds=POST_LIMIT_SECONDS):
        super().__init__(random.choice(servers), token)
        self.servers, self.limit_seconds = servers, limit_seconds

    def clone(self, token=None):
        return RovingClient(self.servers, token or self.token, self.limit_seconds)

    def call(self, method, path, body=None, headers=None):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                answer = super().call(method, path, body, headers)
                if answer.status not in REFUSALS:
                    return answer
                problem = f"{answer.status} {answer.code}"
            except (OSError, http.client.HTTPException) as error:
                problem = repr(error)
            if time.monotonic() > deadline:
                raise AssertionError(
                    f"{method} {path}: no node has taken it for {PATIENCE_SECONDS} s; {problem}")
            running = [server for server in self.servers if server.process is not None]
            others = [server for server in running if server is not self.server]
            self.server = random.choice(others or running or self.servers)
            time.sleep(0.01)


class Cluster:
    """A PostgreSQL and nodes on it, none of them started."""

    def __init__(self, letters="abc", lease_seconds=LEASE_SECONDS):
        self.postgres = PostgresServer()
        self.nodes = []
        try:
            url = self.postgres.create_database(DATABASE)
            self.nodes = [Node(url, letter, lease_seconds) for letter in letters]
        except BaseException:
            self.postgres.close()
            raise

    def close(self):
        """Closes all of it, whatever fails on the way."""
        with contextlib.ExitStack() as stack:
            stack.callback(self.postgres.close)
            for node in self.nodes:
                stack.callback(node.close)

    def create_account(self, name, **options):
        """A client of the first node with an admin token of a new account."""
        return self.nodes[0].create_account(name, **options)

    def observe(self):
        """From now on the observer notes who owns what; there has to be a store, and no node."""
        self.postgres.rows(DATABASE, OBSERVER)

    def start(self, **environment):
        for node in self.nodes:
            node.start(**environment)

    def clients(self, client):
        """A client of each node, with the token of `client`."""
        return [Client(node, client.token) for node in self.nodes]

    def owners(self):
        """The owner's instance of each partition, as the database has it."""
        found = self.postgres.rows(DATABASE, f"""
            SELECT partition, owner FROM assay.event_heads WHERE partition < {PARTITIONS}
            """)
        return {int(partition): hexadecimal(owner) for partition, owner in found}

    def instances(self):
        """The instance of each node's process, by the node's letter; the latest counts."""
        found = self.postgres.rows(
            DATABASE, "SELECT name, instance FROM observer.nodes ORDER BY id")
        return {name.split("-")[0]: hexadecimal(instance) for name, instance in found}

    def counts(self):
        """How many partitions each node's latest process owns, by letter."""
        owners, instances = list(self.owners().values()), self.instances()
        return {node.letter: owners.count(instances.get(node.letter)) for node in self.nodes}

    def wait_for_balance(self, *letters, limit_seconds=30):
        """Until the nodes of these letters own all partitions, in equal shares; seconds it took."""
        begun = time.monotonic()
        share, more = divmod(PARTITIONS, len(letters))
        fair = sorted([share + 1] * more + [share] * (len(letters) - more))

        def is_fair():
            counts = self.counts()
            return sorted(counts[letter] for letter in letters) == fair

        wait_until(is_fair, f"{', '.join(letters)} own all in equal shares", limit_seconds)
        return time.monotonic() - begun

    def faults(self):
        """What the log holds that must not be: a line for each kind, with the first few."""
        found = {what: self.postgres.rows(DATABASE, f"{sql} LIMIT 5")
                 for what, sql in FAULTS.items()}
        return [f"{what}: {rows}" for what, rows in found.items() if rows]
