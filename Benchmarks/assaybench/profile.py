# SPDX-License-Identifier: Apache-2.0
"""Where the server's time goes: perf beside a measurement."""
import contextlib
import subprocess
import sys

SAMPLES_PER_SECOND = 199
LINES = 40


@contextlib.contextmanager
def recording(pid, path, seconds):
    """Records the process while what is inside runs, then prints the functions that cost most."""
    recorder = subprocess.Popen(
        ["perf", "record", "--quiet", "--freq", str(SAMPLES_PER_SECOND), "--call-graph", "fp",
         "--pid", str(pid), "--output", str(path), "--", "sleep", str(seconds)],
        stdin=subprocess.DEVNULL)
    try:
        yield
    finally:
        recorder.wait()
    report = subprocess.run(
        ["perf", "report", "--input", str(path), "--stdio", "--no-children", "--call-graph", "none",
         "--percent-limit", "0.5"], capture_output=True, text=True)
    lines = [line for line in report.stdout.splitlines() if line and not line.startswith("#")]
    print(f"\n{path}:", *lines[:LINES], sep="\n", file=sys.stderr, flush=True)
