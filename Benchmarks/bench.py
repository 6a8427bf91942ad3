#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures a built `assay` on its embedded store and prints the figures as a table.

Needs Python 3.9 or newer and wrk; nginx, for the generators' ceilings, if it is there.
"""
import argparse
import json
import os
import pathlib
import shutil
import sys

from assaybench import ceiling, intake, latency, memory, pipeline, report
from assaybench.failure import BenchmarkFailure
from assaybench.run import FULL, QUICK, Run

MEASUREMENTS = {
    "P1": intake.single_posts,
    "P2": intake.batches,
    "P3b": pipeline.fed_by_batches,
    "P3s": pipeline.fed_by_single_posts,
    "P5": latency.accept_to_visible,
    "P7": memory.open_outcomes_and_restarts,
}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--assay", default=os.environ.get("ASSAY_BINARY"),
                        help="the release binary (default: $ASSAY_BINARY)")
    parser.add_argument("--quick", action="store_true",
                        help="a few seconds each: shows that all of it works, measures nothing")
    parser.add_argument("--only", metavar="P1,P3b", default=",".join(MEASUREMENTS),
                        help=f"of {', '.join(MEASUREMENTS)} (P8 comes with P7)")
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
    parser.add_argument("--without-idempotency-keys", action="store_true",
                        help="events carry none; by default each has one of its own")
    return parser.parse_args()


def chosen(only):
    names = only.split(",")
    unknown = [name for name in names if name not in MEASUREMENTS]
    if unknown:
        sys.exit(f"bench: unknown: {', '.join(unknown)} (known: {', '.join(MEASUREMENTS)})")
    return [name for name in MEASUREMENTS if name in names]


def check_tools(options):
    if not options.assay or not os.access(options.assay, os.X_OK):
        sys.exit("bench: name the built command with --assay or ASSAY_BINARY")
    if not shutil.which("wrk"):
        sys.exit("bench: there is no wrk on the PATH (Debian: apt-get install wrk)")
    if options.profile and not shutil.which("perf"):
        sys.exit("bench: --profile needs perf (Debian: apt-get install linux-perf)")


def main():
    options = arguments()
    names = chosen(options.only)
    check_tools(options)
    options.work.mkdir(parents=True, exist_ok=True)
    results = report.Results()
    run = Run(options, QUICK if options.quick else FULL, results)
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
