# SPDX-License-Identifier: Apache-2.0
"""A server whose wall clock is moved while it runs; its steady clocks are the machine's."""
import shutil
import subprocess
import sys
from pathlib import Path
from unittest import SkipTest

SOURCE = Path(__file__).with_name("moved_clock.c")
OFFSET_BYTES = 8


class MovedClock:
    """The clock of a server: the machine's, and so many seconds more."""

    def __init__(self, directory):
        compiler = shutil.which("cc")
        if not sys.platform.startswith("linux") or compiler is None:
            raise SkipTest("a clock is moved by a preloaded C library, on Linux, with a compiler")
        self.file, library = directory / "clock", directory / "moved_clock.so"
        subprocess.run(
            [compiler, "-Wall", "-Wextra", "-Werror", "-O1", "-shared", "-fPIC", "-o", library,
             SOURCE], check=True)
        self.set(0)
        self.environment = {"LD_PRELOAD": str(library), "ASSAY_TEST_CLOCK": str(self.file)}

    def set(self, seconds):
        """In one write, so that nobody reads half of it."""
        content = seconds.to_bytes(OFFSET_BYTES, sys.byteorder, signed=True)
        if self.file.exists():
            with open(self.file, "r+b", buffering=0) as file:
                file.write(content)
        else:
            self.file.write_bytes(content)
