# SPDX-License-Identifier: Apache-2.0
"""A server under test: its life, its figures in /proc and on /metrics, and calls of its API."""
import http.client
import json
import os
import pathlib
import re
import socket
import subprocess
import time

from .failure import BenchmarkFailure

START_LIMIT_SECONDS = 60
SAMPLE = re.compile(r"^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)")


class Metrics:
    """One reading of /metrics."""

    def __init__(self, text):
        self.samples = {}
        for line in text.splitlines():
            match = SAMPLE.match(line)
            if match:
                self.samples.setdefault(match[1], {})[match[2] or ""] = float(match[3])

    def get(self, name):
        """The sum over all label sets; None when there is no such metric."""
        series = self.samples.get(name)
        return None if series is None else sum(series.values())

    @property
    def backlog(self):
        """Events accepted and not yet processed."""
        return self._required("assay_intake_backlog_events")

    @property
    def waiting(self):
        """Events accepted and not yet visible: the backlog, and the lag of the slowest
        projection."""
        self._required("assay_projection_lag_events")
        return self.backlog + max(self.samples["assay_projection_lag_events"].values())

    def _required(self, name):
        value = self.get(name)
        if value is None:
            raise BenchmarkFailure(f"/metrics has no {name}: cannot tell when all is processed")
        return value


class AssayServer:
    """`assay serve` on a store of its own."""

    def __init__(self, binary, folder, database=None):
        self.binary = os.path.abspath(binary)
        self.folder = pathlib.Path(folder)
        self.database = database
        self.store = database.url if database else f"sqlite:{self.folder / 'assay.sqlite'}"
        self.log = self.folder / "server.log"
        self.port = free_port()
        self.token = None
        self.process = None
        self.environment = {}

    # Life

    def create_account(self):
        """Creates the store and an account in it."""
        answer = subprocess.run(
            [self.binary, "account", "create", "--name", "bench", "--json", "--store", self.store],
            capture_output=True, text=True)
        if answer.returncode != 0:
            raise BenchmarkFailure(f"'assay account create' fails: {answer.stderr.strip()}")
        self.token = json.loads(answer.stdout)["token"]

    def launch(self):
        """Starts the process and does not wait."""
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [self.binary, "serve", "--store", self.store, "--port", str(self.port)],
                env=os.environ | self.environment | (
                    {"ASSAY_VIEWS": str(self.folder / "assay.sqlite.views")}
                    if self.database else {}),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def start(self):
        """Starts the process and waits until it is ready."""
        self.launch()
        deadline = time.monotonic() + START_LIMIT_SECONDS
        while time.monotonic() < deadline:
            self.check_alive()
            try:
                if self.request("GET", "/readyz", authorized=False)[0] == 200:
                    return
            except OSError:
                pass
            time.sleep(0.02)
        raise BenchmarkFailure(f"not ready after {START_LIMIT_SECONDS} s: {self.log_tail()}")

    def kill(self):
        """SIGKILL, and waits until it is gone."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def check_alive(self):
        if self.process.poll() is not None:
            raise BenchmarkFailure(
                f"the server ended with status {self.process.returncode}: {self.log_tail()}")

    def log_tail(self):
        lines = self.log.read_text(errors="replace").splitlines()
        return " | ".join(lines[-5:]) or "its log is empty"

    # Figures

    @property
    def pid(self):
        return self.process.pid

    def cpu_seconds(self):
        """User and system time so far."""
        fields = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def database_cpu_seconds(self):
        """The same of the PostgreSQL server; 0 without one."""
        return self.database.cpu_seconds() if self.database else 0.0

    def memory_bytes(self):
        """Resident now, and at most so far."""
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return tuple(int(re.search(rf"^{name}:\s+(\d+) kB", status, re.M)[1]) * 1024
                     for name in ("VmRSS", "VmHWM"))

    def disk_bytes(self):
        """All files of the store, and of the node's read models."""
        stored = self.database.disk_bytes() if self.database else 0
        return stored + sum(path.stat().st_size for path in self.folder.glob("assay.sqlite*"))

    def metrics(self):
        status, body = self.request("GET", "/metrics", authorized=False)
        if status != 200:
            raise BenchmarkFailure(f"GET /metrics answers {status}")
        return Metrics(body.decode())

    # API

    def headers(self):
        return {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}

    def connection(self, timeout=60):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def request(self, method, path, body=None, authorized=True, timeout=60):
        """One request on a connection of its own: status and body."""
        connection = self.connection(timeout)
        try:
            data = None if body is None else json.dumps(body)
            connection.request(method, path, data, self.headers() if authorized else {})
            answer = connection.getresponse()
            return answer.status, answer.read()
        except http.client.HTTPException as error:
            raise OSError(f"{method} {path}: {error!r}") from error
        finally:
            connection.close()

    def call(self, method, path, body=None):
        """One request that has to succeed: the parsed answer."""
        status, answer = self.request(method, path, body)
        if not 200 <= status < 300:
            raise BenchmarkFailure(f"{method} {path} answers {status}: {answer.decode()[:300]}")
        return json.loads(answer)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
