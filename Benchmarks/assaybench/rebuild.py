# SPDX-License-Identifier: Apache-2.0
"""P9: each read model is built anew from the log, beside the live one."""
import os
import subprocess
import time

from . import catalog, generators
from .failure import BenchmarkFailure
from .pipeline import settle
from .run import SETTLEMENT_SECONDS

MODELS = {"feed": "outcomes_feed", "ledger": "billing_ledger", "dead-letters": "dead_letters",
          "journeys": "journeys"}
LOAD_LIMIT_SECONDS = 1800
POLL_SECONDS = 0.02


def read_models(run):
    """P9: of the slowest; the server does nothing else."""
    count = run.scale.rebuilt_events
    with run.server() as server:
        catalog.define(server, SETTLEMENT_SECONDS)
        run.say(f"P9: feeding {count} events")
        generators.module_result(generators.feeder(
            server.port, server.token, shape="conversation", seconds=LOAD_LIMIT_SECONDS,
            events=count, with_idempotency_keys=run.with_idempotency_keys))
        settle(run, server)
        rates, figures = [], {}
        for model, projection in MODELS.items():
            run.say(f"P9: rebuilding {model}")
            with run.profiled(server, f"P9-{model}", 60):
                building, seconds, events = rebuild(server, model, projection)
            rates.append(events / building)
            figures |= {
                f"{model}: events/s while building": events / building,
                f"{model}: building, s": building,
                f"{model}: with indexes, comparison and swap, s": seconds,
            }
        figures = {"events in the log": events, **figures,
                   "highest memory (VmHWM), MB": server.memory_bytes()[1] / 1e6}
    run.results.add("P9", min(rates), figures)


def rebuild(server, model, projection):
    """Seconds until all events are in the copy and until it is live, and the events."""
    label = f'projection="{projection}"'
    begun = time.monotonic()
    command(server, "rebuild", model, "--detach")
    built = None
    while True:
        samples = server.metrics().samples
        if built is None and samples["assay_rebuild_remaining_events"][label] == 0:
            built = time.monotonic() - begun
        if samples["assay_rebuild_running"][label] == 0:
            break
        if time.monotonic() - begun > LOAD_LIMIT_SECONDS:
            raise BenchmarkFailure(f"{model} is not rebuilt after {LOAD_LIMIT_SECONDS} s")
        time.sleep(POLL_SECONDS)
    seconds = time.monotonic() - begun
    told = command(server, "rebuild", model, "status")
    if "equal to the old ones" not in told:
        raise BenchmarkFailure(f"{model}: {told}")
    command(server, "rebuild", model, "drop")
    return built or seconds, seconds, samples["assay_rebuild_done_events"][label]


def command(server, *arguments):
    answer = subprocess.run(
        [server.binary, *arguments, "--store", server.store], capture_output=True, text=True,
        env=os.environ | {"ASSAY_VIEWS": str(server.folder / "assay.sqlite.views")})
    if answer.returncode != 0:
        raise BenchmarkFailure(f"'assay {' '.join(arguments)}' fails: {answer.stderr.strip()}")
    return answer.stdout
