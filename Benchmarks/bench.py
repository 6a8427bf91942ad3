#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures a built `assay` on its embedded store, or on PostgreSQL, and prints the figures as a
table.

Needs Python 3.9 or newer and wrk; nginx, for the generators' ceilings, if it is there.
"""
import argparse
import dataclasses
import json
import os
import pathlib
import shutil
import sys

from assaybench import (
    audit, ceiling, cluster, comparison, intake, latency, long_outcome, lookup, memory, pipeline,
    pages, postgres, rebuild, report)
from assaybench.failure import BenchmarkFailure
from assaybench.run import FULL, QUICK, Run

MEASUREMENTS = {
    "P1": intake.single_posts,
    "P2": intake.batches,
    "P3b": pipeline.fed_by_batches,
    "P3s": pipeline.fed_by_single_posts,
    "P5": latency.accept_to_visible,
    "P7": memory.open_outcomes_and_restarts,
    "replay": long_outcome.replay,
    "explain": long_outcome.explain,
    "P9": rebuild.read_models,
    "audit": audit.whole_store,
    "evidence": audit.customer_bill,
    "trace": lookup.journeys,
    "pages": pages.dashboard,
    "nodes": cluster.one_and_two,
    "P12": cluster.take_over,
    "pgbench": comparison.pgbench,
}
# What is measured unless `--only` says otherwise.
DEFAULTS = {
    "sqlite": ["P1", "P2", "P3b", "P3s", "P5", "P7", "P9", "replay", "explain", "audit",
               "evidence", "trace", "pages"],
    "postgres": ["P1", "P2", "P3b", "P3s", "P9", "replay", "explain", "nodes", "P12", "pgbench"],
}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--assay", default=os.environ.get("ASSAY_BINARY"),
                        help="the release binary (default: $ASSAY_BINARY)")
    parser.add_argument("--quick", action="store_true",
                        help="a few seconds each: shows that all of it works, measures nothing")
    parser.add_argument("--store", choices=list(DEFAULTS), default="sqlite",
                        help="postgres: P1 to P3 on a PostgreSQL server started for it, reported "
                        "as P4p, P4a, P4b and P4s")
    parser.add_argument("--seconds", type=int, metavar="N",
                        help="measure P1 to P3 for so long each, whatever the scale")
    parser.add_argument("--only", metavar="P1,P3b",
                        help=f"of {', '.join(MEASUREMENTS)} (P8 comes with P7); pgbench is what "
                        "PostgreSQL does with the same rows")
    parser.add_argument("--rounds", type=int, default=1,
                        help="repeat all, interleaved; the table shows medians, min and max")
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path(".build/bench"),
                        help="where the stores are written: on the disk that is to be measured")
    parser.add_argument("--nginx", default=ceiling.find_nginx(),
                        help="the nginx of the generators' ceilings")
    parser.add_argument("--profile", action="store_true",
                        help="run perf beside P1, P2 and P3 and print where the time goes")
    parser.add_argument("--load", type=int, metavar="EVENTS_PER_SECOND",
                        help="the load of P5 (default: half of what P3b has measured)")
    parser.add_argument("--log-events", type=int, metavar="N",
                        help="P9, audit and evidence: so many events in the log (default: by the "
                        "scale)")
    parser.add_argument("--trace-events", type=int, metavar="N",
                        help="look journeys up among so many events (default: by the scale)")
    parser.add_argument("--node-processors", type=float, metavar="N",
                        help="nodes: each gets so much of the processors (0.5: half of one), as a "
                        "machine of its own would give it; takes root's rights")
    parser.add_argument("--without-idempotency-keys", action="store_true",
                        help="events carry none; by default each has one of its own")
    return parser.parse_args()


def chosen(only, store):
    names = only.split(",") if only else DEFAULTS[store]
    unknown = [name for name in names if name not in MEASUREMENTS]
    if unknown:
        sys.exit(f"bench: unknown: {', '.join(unknown)} (known: {', '.join(MEASUREMENTS)})")
    elsewhere = set(names) - set(DEFAULTS[store]) - {"pgbench"}
    if elsewhere:
        sys.exit(f"bench: not measured with --store {store}: {', '.join(sorted(elsewhere))}")
    return [name for name in MEASUREMENTS if name in names]


def check_tools(options, names):
    if (options.store == "postgres" or "pgbench" in names) and not postgres.binaries():
        sys.exit("bench: there is no PostgreSQL server (Debian: apt-get install postgresql)")
    if names == ["pgbench"]:
        return
    if not options.assay or not os.access(options.assay, os.X_OK):
        sys.exit("bench: name the built command with --assay or ASSAY_BINARY")
    if not shutil.which("wrk"):
        sys.exit("bench: there is no wrk on the PATH (Debian: apt-get install wrk)")
    if options.profile and not shutil.which("perf"):
        sys.exit("bench: --profile needs perf (Debian: apt-get install linux-perf)")


def main():
    options = arguments()
    names = chosen(options.only, options.store)
    check_tools(options, names)
    options.work.mkdir(parents=True, exist_ok=True)
    results = report.Results()
    scale = QUICK if options.quick else FULL
    if options.seconds:
        scale = dataclasses.replace(
            scale, singles_seconds=options.seconds, batches_seconds=options.seconds,
            pipeline_seconds=options.seconds)
    if options.log_events:
        scale = dataclasses.replace(scale, rebuilt_events=options.log_events)
    run = Run(options, scale, results)
    print(report.heading(options))
    try:
        for number in range(1, options.rounds + 1):
            if options.rounds > 1:
                run.say(f"round {number} of {options.rounds}")
            for name in names:
                MEASUREMENTS[name](run)
    except (BenchmarkFailure, OSError) as failure:
        print(results.table())
        sys.exit(f"bench: {failure}")
    print(results.table())
    (options.work / "results.json").write_text(json.dumps(results.as_json(), indent=2) + "\n")
    print(f"The same as JSON: {options.work / 'results.json'}")
    if results.failed_checks:
        sys.exit("bench: FAILED: " + "; ".join(results.failed_checks))


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
