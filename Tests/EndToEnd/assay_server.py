# SPDX-License-Identifier: Apache-2.0
"""Runs the built `assay` on a store of its own, for the end-to-end tests."""
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from assay_client import Client

ROOT = Path(__file__).resolve().parents[2]
COMMAND_LIMIT_SECONDS = 180
START_LIMIT_SECONDS = 60
STOP_LIMIT_SECONDS = 15
POLL_SECONDS = 0.02
LOG_TAIL_BYTES = 4000
LISTENING = re.compile(r"^Assay listens on http://127\.0\.0\.1:(\d+)$", re.MULTILINE)


def required(variable, meaning):
    """An environment variable a test cannot do without: skips, and fails where CI=true."""
    if value := os.environ.get(variable):
        return value
    reason = f"{variable} IS NOT SET, so nothing was tested here; it names {meaning}"
    if os.environ.get("CI") == "true":
        raise RuntimeError(reason)
    raise unittest.SkipTest(reason)


def wait_until(condition, what, limit_seconds=30):
    """What `condition` answers, as soon as that is true."""
    deadline = time.monotonic() + limit_seconds
    while not (answer := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"after {limit_seconds} s still not so: {what}")
        time.sleep(POLL_SECONDS)
    return answer


def command(*arguments, check=True, **environment):
    """Runs `assay` with these arguments to its end."""
    binary = required("ASSAY_BINARY", "the built `assay`")
    done = subprocess.run(
        [binary, *arguments], capture_output=True, text=True, timeout=COMMAND_LIMIT_SECONDS,
        env=clean_environment(environment))
    if check and done.returncode != 0:
        raise AssertionError(f"assay {' '.join(arguments)}: {done.returncode}\n{done.stderr}")
    return done


def clean_environment(more):
    """The caller's environment without settings of Assay, so that only the test's own count."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("ASSAY_")}
    return inherited | more


class Server:
    """A store in a directory of its own, and the process that serves it."""

    def __init__(self):
        self.binary = required("ASSAY_BINARY", "the built `assay`")
        self.directory = Path(tempfile.mkdtemp(prefix="assay-test-"))
        self.path = self.directory / "assay.sqlite"
        self.store = f"sqlite:{self.path}"
        self.log = self.directory / "serve.log"
        self.process = self.port = None

    def create_account(self, name, clock=None, sandbox=False):
        """A client with an admin token of a new account; with a clock it is a sandbox."""
        flags = ["--sandbox"] if sandbox or clock else []
        flags += ["--clock", clock] if clock else []
        done = command(
            "account", "create", "--store", self.store, "--name", name, "--json", *flags)
        account = json.loads(done.stdout)
        client = Client(self, account["token"])
        client.account_id = account["account_id"]
        return client

    def start(self, **environment):
        """Serves until the next `stop` or `kill`; returns when it is ready."""
        self.launch(**environment)
        wait_until(self._is_ready, "the server is ready", START_LIMIT_SECONDS)

    def launch(self, **environment):
        """The same, but returns when it listens."""
        assert self.process is None, "it is running already"
        self.log.write_bytes(b"")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [self.binary, "serve", "--store", self.store, "--port", "0"], stdout=log,
                stderr=log, stdin=subprocess.DEVNULL, env=clean_environment(environment))
        found = wait_until(self._listening, "the server listens", START_LIMIT_SECONDS)
        self.port = int(found[1])

    def _listening(self):
        if self.process.poll() is not None:
            raise AssertionError(f"serve ended with {self.process.returncode}\n{self.tail()}")
        return LISTENING.search(self.log.read_text("utf-8", "replace"))

    def _is_ready(self):
        client = Client(self)
        try:
            return client.call("GET", "/readyz").status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            client.close()

    def tail(self):
        """The end of what the server printed, for a failure's message."""
        return self.log.read_bytes()[-LOG_TAIL_BYTES:].decode("utf-8", "replace")

    def stop(self):
        """SIGTERM; it must drain and exit with status 0 in time."""
        process, self.process = self.process, None
        process.send_signal(signal.SIGTERM)
        try:
            status = process.wait(STOP_LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError(
                f"still running {STOP_LIMIT_SECONDS} s after SIGTERM\n{self.tail()}") from None
        if status != 0:
            raise AssertionError(f"exit status {status} after SIGTERM\n{self.tail()}")

    def kill(self):
        """SIGKILL, as a power cut would."""
        process, self.process = self.process, None
        process.kill()
        status = process.wait()
        assert status == -signal.SIGKILL, f"it had ended with {status} before\n{self.tail()}"

    def restart(self):
        self.stop()
        self.start()

    def close(self):
        """Stops what runs, as a test's last check, and removes the directory."""
        try:
            if self.process is not None:
                self.stop()
        finally:
            shutil.rmtree(self.directory, ignore_errors=True)


def standard_catalog(client, **agent):
    """An agent `support` at 2.50, a rate card `standard`, a customer `acme`."""
    client.agent("support", **agent)
    client.rate_card("standard", {"support": "2.50"})
    return client.customer("acme")
