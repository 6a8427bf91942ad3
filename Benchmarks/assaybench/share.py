# SPDX-License-Identifier: Apache-2.0
"""So much of the processors for one process, as a machine of its own would have: a control group of
Linux, of the first version or the second. Making one takes root's rights."""
import contextlib
import os
import pathlib

from .failure import BenchmarkFailure

# Short, so that who has used its share up waits milliseconds for the next.
PERIOD_MICROSECONDS = 10_000


class ProcessorShare:
    """A group whose processes together get at most so many processors' time."""

    def __init__(self, name, processors):
        quota = round(processors * PERIOD_MICROSECONDS)
        root, limits = controller(quota)
        self.group = root / f"assay-bench-{os.getpid()}-{name}"
        try:
            self.group.mkdir()
            for file, value in limits.items():
                (self.group / file).write_text(value)
        except OSError as error:
            self.close()
            raise BenchmarkFailure(f"no share of the processors can be set: {error}") from error

    def hold(self, pid):
        """The process gets no more than the share from now on."""
        try:
            (self.group / "cgroup.procs").write_text(str(pid))
        except OSError as error:
            raise BenchmarkFailure(f"no share of the processors can be given: {error}") from error

    def close(self):
        """Lets the processes have as much as there is again."""
        if not self.group.is_dir():
            return
        for pid in (self.group / "cgroup.procs").read_text().split():
            with contextlib.suppress(ProcessLookupError):  # it may have ended meanwhile
                (self.group.parent / "cgroup.procs").write_text(pid)
        self.group.rmdir()


def controller(quota):
    """Where groups are made, and what is written into one's files."""
    for line in pathlib.Path("/proc/mounts").read_text().splitlines():
        _, place, kind, options = line.split()[:4]
        if kind == "cgroup" and "cpu" in options.split(","):
            return pathlib.Path(place), {
                "cpu.cfs_period_us": str(PERIOD_MICROSECONDS), "cpu.cfs_quota_us": str(quota)}
        handed_down = pathlib.Path(place, "cgroup.subtree_control")
        if kind == "cgroup2" and handed_down.exists() and "cpu" in handed_down.read_text().split():
            return pathlib.Path(place), {"cpu.max": f"{quota} {PERIOD_MICROSECONDS}"}
    raise BenchmarkFailure("no share of the processors can be set: there is no control group for it")
