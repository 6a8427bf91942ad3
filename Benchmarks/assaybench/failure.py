# SPDX-License-Identifier: Apache-2.0
"""The one error that ends a run."""


class BenchmarkFailure(Exception):
    """A measurement cannot go on; its text says why."""
