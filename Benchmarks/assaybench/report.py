# SPDX-License-Identifier: Apache-2.0
"""The figures of a run, as a table."""
import datetime
import os
import pathlib
import platform
import re
import statistics
import subprocess

from .postgres import SETTINGS

# What is measured: title, unit, floor, goal; floors and goals are for the full scale.
GOALS = {
    "P1": ("one event per POST, 64 connections, durable before its 202", "events/s",
           "30,000", "45,000"),
    "P2": ("batches of 1,000, durable before the answer", "events/s", "100,000", "300,000"),
    "P3b": ("the whole way, fed by batches", "events/s", "30,000", "75,000"),
    "P3s": ("the whole way, fed by single POSTs", "events/s", "12,000", "30,000"),
    "P4p": ("on PostgreSQL, one node: one event per POST", "events/s", "none", "none"),
    "P4a": ("on PostgreSQL, one node: batches of 1,000", "events/s", "none", "none"),
    "P4b": ("on PostgreSQL, one node: the whole way, fed by batches", "events/s",
            "15,000", "40,000"),
    "P4s": ("on PostgreSQL, one node: the whole way, fed by single POSTs", "events/s",
            "none", "none"),
    "P4n1": ("the whole way, fed by batches, one node", "events/s", "none", "none"),
    "P4n2": ("the same load on two nodes", "events/s", "not slower", "none"),
    "P12": ("an owner is killed: until another has processed what it had", "s", "5", "2"),
    "pgbench-1": ("pgbench: a row a commit, 1 client", "rows/s", "none", "none"),
    "pgbench-8": ("pgbench: a row a commit, 8 clients", "rows/s", "none", "none"),
    "pgbench-32": ("pgbench: a row a commit, 32 clients", "rows/s", "none", "none"),
    "pgbench-1000": ("pgbench: 1,000 rows a statement, 8 clients", "rows/s", "none", "none"),
    "trace": ("the journey of one event among many, by its id, p99", "ms", "10", "10"),
    "P5": ("202 to visible in the feed, p99, at half load", "ms", "50", "25"),
    "pages": ("the dashboard's slowest page, p95", "ms", "50", "none"),
    "replay": ("the state of an outcome of 10,000 events, folded from the log, p99", "ms",
               "none", "50"),
    "explain": ("why an outcome of 10,000 events is what it is, p99", "ms", "none", "20"),
    "P7": ("memory with 1 M open outcomes, idle", "MB", "600", "10 M in 1,300"),
    "P8": ("start to first 202 with 1 M open outcomes", "s", "2", "1 with 10 M"),
    "evidence": ("a customer's bill is verified", "events/s", "100,000", "200,000"),
    "audit": ("a whole store is audited", "events/s", "100,000", "200,000"),
    "P9": ("a read model is rebuilt beside the live one", "events/s", "150,000", "500,000"),
}


class Results:
    """Figures by measurement, one list entry a round."""

    def __init__(self):
        self.values = {}
        self.figures = {}
        self.checks = []

    def add(self, name, value, figures):
        self.values.setdefault(name, []).append(value)
        self.figures.setdefault(name, []).append(
            {key: figure for key, figure in figures.items() if figure is not None})

    def check(self, sentence, holds):
        self.checks.append((sentence, bool(holds)))

    @property
    def failed_checks(self):
        return [sentence for sentence, holds in self.checks if not holds]

    def table(self):
        """The table, and below it what else was measured."""
        rows = [("#", "what", "measured", "floor", "goal")]
        for name in GOALS:
            if name in self.values:
                title, unit, floor, goal = GOALS[name]
                rows.append((name, title, f"{measured(self.values[name])} {unit}", floor, goal))
        parts = ["", aligned(rows)]
        for name, rounds in self.figures.items():
            parts.append(f"\n{name}")
            parts += [f"  {key}: {text([figures.get(key) for figures in rounds])}"
                      for key in rounds[-1]]
        if self.checks:
            parts.append("\nChecks")
            parts += [f"  {'holds ' if holds else 'FAILED'} {sentence}"
                      for sentence, holds in self.checks]
        return "\n".join(parts) + "\n"

    def as_json(self):
        return {"machine": machine(), "values": self.values, "figures": self.figures,
                "checks": [{"sentence": sentence, "holds": holds}
                           for sentence, holds in self.checks]}


def measured(values):
    """One value, or the median with the lowest and the highest."""
    known = [value for value in values if value is not None]
    if not known:
        return "nothing"
    middle = number(statistics.median(known))
    return middle if len(known) == 1 else f"{middle} ({number(min(known))} to {number(max(known))})"


def text(values):
    """A figure of all rounds."""
    return " | ".join(single(value) for value in values)


def single(value):
    if isinstance(value, list):
        return " / ".join(single(item) for item in value)
    if isinstance(value, dict):
        return ", ".join(f"{key} {single(item)}" for key, item in value.items())
    return number(value) if isinstance(value, (int, float)) else str(value)


def number(value):
    """With separators, and only as many digits as mean something."""
    digits = 0 if isinstance(value, int) or abs(value) >= 1000 else 1 if abs(value) >= 10 else 3
    return f"{value:,.{digits}f}"


def aligned(rows):
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |"
             for row in rows]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def machine():
    """What the figures were measured on."""
    processor = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    memory = int(re.search(r"MemTotal:\s+(\d+)",
                           pathlib.Path("/proc/meminfo").read_text())[1]) * 1024
    commit = subprocess.run(["git", "describe", "--always", "--dirty"],
                            capture_output=True, text=True).stdout.strip()
    return {
        "cores": len(os.sched_getaffinity(0)),
        "processor": processor[1] if processor else platform.machine(),
        "memory_gib": round(memory / 2**30, 1),
        "kernel": platform.release(),
        "commit": commit or "unknown",
        "date": datetime.date.today().isoformat(),
    }


def stores(kind):
    if kind == "sqlite":
        return "SQLite, WAL, synchronous=FULL"
    shown = ", ".join(f"{name}={value}" for name, value in SETTINGS.items())
    return f"PostgreSQL on the same machine, fsync=on, synchronous_commit=on, {shown}"


def heading(options):
    facts = machine()
    idempotency = "without" if options.without_idempotency_keys else "each with"
    scale = "  QUICK: too short to be figures" if options.quick else ""
    nginx = options.nginx or "not found, so the generators' ceilings are not measured"
    return (
        f"Assay {facts['commit']}, {facts['date']}{scale}\n"
        f"{facts['cores']} cores ({facts['processor']}), {facts['memory_gib']} GiB, Linux "
        f"{facts['kernel']}; generators on the same machine\n"
        f"Store: {stores(options.store)}; every 202 comes after the flush of its commit\n"
        f"Events {idempotency} an idempotency key; nginx: {nginx}")
