# SPDX-License-Identifier: Apache-2.0
"""A PostgreSQL server of a measurement's own, on the disk that is to be measured."""
import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile

from .failure import BenchmarkFailure

USER = "postgres"  # who the server runs as when the benchmarks are run by root, which it refuses
DATABASE = "bench"

# What docs/operations.md recommends; all else is as PostgreSQL comes. Every commit is flushed.
SETTINGS = {
    "shared_buffers": "1GB",
    "max_wal_size": "4GB",
    "wal_compression": "on",
}


def binaries():
    """Where the server's programs are; None if there are none."""
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"),
                   key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


class PostgresServer:
    """Started with a fresh cluster under `folder`; reached over a socket only."""

    def __init__(self, folder):
        self.bin = binaries()
        if self.bin is None:
            raise BenchmarkFailure("there is no PostgreSQL server (Debian: postgresql)")
        self.data = pathlib.Path(folder).resolve() / "postgres"
        self.data.mkdir(mode=0o700)
        # A socket's path must be short.
        self.sockets = pathlib.Path(tempfile.mkdtemp(prefix="assay-bench-"))
        self.owner = {}
        if os.geteuid() == 0:
            entry = pwd.getpwnam(USER)
            for path in (self.data, self.sockets):
                os.chown(path, entry.pw_uid, entry.pw_gid)
            self.data.parent.chmod(0o755)
            self.owner = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        self.run("initdb", "--pgdata", self.data, "--username=assay", "--auth=trust",
                 "--encoding=UTF8", "--locale=C", "--no-instructions")
        settings = {"listen_addresses": "''", "unix_socket_directories": f"'{self.sockets}'",
                    **SETTINGS}
        self.run("pg_ctl", "--pgdata", self.data, "--silent", "--wait", "start",
                 "--log", self.data / "server.log",
                 "--options", " ".join(f"-c {name}={value}" for name, value in settings.items()))
        self.run("createdb", "--host", self.sockets, "--username=assay", DATABASE)

    @property
    def url(self):
        return f"postgres://assay@/{DATABASE}?host={self.sockets}"

    def run(self, program, *arguments, timeout=120):
        """Runs one of the server's programs: what it prints."""
        done = subprocess.run(
            [self.bin / program, *arguments], cwd=self.sockets, text=True, timeout=timeout,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE if program in ("psql", "pgbench")
            else subprocess.DEVNULL, stderr=subprocess.PIPE, **self.owner)
        if done.returncode != 0:
            raise BenchmarkFailure(f"{program} fails: {done.stderr.strip()[-500:]}")
        return done.stdout or ""

    def query(self, sql):
        return self.run("psql", "--host", self.sockets, "--username=assay", "--no-psqlrc",
                        "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1", "--command", sql,
                        DATABASE).strip()

    def pids(self):
        """The server's processes."""
        first = (self.data / "postmaster.pid").read_text().splitlines()[0]
        shown = subprocess.run(["ps", "-o", "pid=", "--ppid", first, "--pid", first],
                               capture_output=True, text=True, check=True)
        return [int(pid) for pid in shown.stdout.split()]

    def cpu_seconds(self):
        """User and system time of all processes so far, of ended ones too."""
        ticks = 0
        first = int((self.data / "postmaster.pid").read_text().splitlines()[0])
        for pid in self.pids():
            try:
                text = pathlib.Path(f"/proc/{pid}/stat").read_text()
            except OSError:
                continue
            fields = text.rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
            if pid == first:
                ticks += int(fields[13]) + int(fields[14])
        return ticks / os.sysconf("SC_CLK_TCK")

    def disk_bytes(self):
        return int(self.query(f"SELECT pg_database_size('{DATABASE}')"))

    def close(self):
        try:
            self.run("pg_ctl", "--pgdata", self.data, "--mode=immediate", "--silent", "--wait",
                     "stop")
        finally:
            shutil.rmtree(self.data, ignore_errors=True)
            shutil.rmtree(self.sockets, ignore_errors=True)
