# SPDX-License-Identifier: Apache-2.0
"""Runs the generators as child processes and accounts for what they cost."""
import json
import os
import pathlib
import signal
import subprocess
import sys
import threading

from . import run as settings
from .failure import BenchmarkFailure

BENCHMARKS = pathlib.Path(__file__).resolve().parent.parent
GATE_INTERVAL_SECONDS = 0.1


class Generator:
    """A child process that makes load, its result and its processor time."""

    def __init__(self, command, stdin=None):
        self.process = subprocess.Popen(
            command, cwd=BENCHMARKS, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)
        self.output = [None, None]
        self._readers = [threading.Thread(target=self._read, args=(index, stream))
                         for index, stream in enumerate([self.process.stdout, self.process.stderr])]
        for reader in self._readers:
            reader.start()
        if stdin is not None:
            self.process.stdin.write(stdin)
        self.process.stdin.close()

    def _read(self, index, stream):
        self.output[index] = stream.read()
        stream.close()

    def finish(self):
        """Waits for the end: its standard output, and the seconds of processor time it took."""
        for reader in self._readers:
            reader.join()
        _, status, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        if self.process.returncode != 0:
            raise BenchmarkFailure(
                f"{self.process.args[0]} ended with {self.process.returncode}: "
                f"{self.output[1].strip()[-500:]}")
        return self.output[0], usage.ru_utime + usage.ru_stime


class Gate(threading.Thread):
    """Stops a generator while too many events wait, and lets it go on when half are done."""

    def __init__(self, server, generator):
        super().__init__(daemon=True)
        self.server = server
        self.generator = generator
        self.is_over = threading.Event()
        self.highest = 0
        self.stopped_seconds = 0.0
        self.failure = None

    def run(self):
        is_open = True
        while not self.is_over.wait(GATE_INTERVAL_SECONDS):
            try:
                waiting = self.server.metrics().waiting
            except Exception as failure:  # Whatever it is, the generator must not stay stopped.
                self.failure = failure
                break
            self.highest = max(self.highest, waiting)
            limit = settings.BACKLOG_LIMIT_EVENTS / (1 if is_open else 2)
            if is_open != (waiting <= limit):
                is_open = not is_open
                self._signal(signal.SIGCONT if is_open else signal.SIGSTOP)
            if not is_open:
                self.stopped_seconds += GATE_INTERVAL_SECONDS
        self._signal(signal.SIGCONT)

    def _signal(self, number):
        # Not Popen's: its `poll` would reap the child, whose usage is read at the end.
        try:
            os.kill(self.generator.process.pid, number)
        except ProcessLookupError:
            pass

    def finish(self):
        self.is_over.set()
        self.join()
        if self.failure:
            raise self.failure


def wrk(port, token, *, seconds, connections, shape, with_idempotency_keys, prefix="a"):
    """wrk with one event per POST, started."""
    return Generator([
        "wrk", "--threads", "1", "--connections", str(connections),
        "--duration", f"{seconds}s", "--timeout", "30s", "--latency",
        "--script", "wrk/single.lua", f"http://127.0.0.1:{port}/v1/events",
        "--", shape, token, prefix, str(with_idempotency_keys).lower()])


def wrk_result(generator):
    """What wrk has counted, and its processor time."""
    output, cpu_seconds = generator.finish()
    lines = [line for line in output.splitlines() if line.startswith("RESULT ")]
    if not lines:
        raise BenchmarkFailure(f"wrk printed no result: {output[-500:]}")
    result = json.loads(lines[-1].removeprefix("RESULT "))
    result["accepted"] = result["requests"] - result["refused"]
    return result, cpu_seconds


def feeder(port, token, *, shape, with_idempotency_keys, seconds, prefix="a",
           connections=settings.CONNECTIONS_BATCHES, batch_events=settings.BATCH_EVENTS,
           events=0, events_per_second=0, is_ceiling=False):
    """The generator of batches, started."""
    return module("assaybench.feeder", {
        "port": port, "token": token, "shape": shape, "seconds": seconds, "prefix": prefix,
        "with_idempotency_keys": with_idempotency_keys, "connections": connections,
        "batch_events": batch_events, "events": events, "is_ceiling": is_ceiling,
        "events_per_second": events_per_second})


def module(name, options):
    """A module of ours as a process, started."""
    return Generator([sys.executable, "-m", name], json.dumps(options))


def module_result(generator):
    """What a module of ours has printed, and its processor time."""
    output, cpu_seconds = generator.finish()
    result = json.loads(output)
    if result["errors"]:
        raise BenchmarkFailure("; ".join(sorted(set(result["errors"])))[:1000])
    return result, cpu_seconds
