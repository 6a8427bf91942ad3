// SPDX-License-Identifier: Apache-2.0

public import EventStore

/// Why a read model has not caught up with a read token (`READ_BEHIND`, SPEC 3).
public enum ReadBehind: Error, Hashable, Sendable {
    /// It took longer than the caller would wait.
    case timedOut
    /// Too many callers wait already.
    case tooManyWaiters
    /// The named projection has stopped at a fact it cannot apply.
    case projectionStopped(String)
    /// A partition has stopped before the place that was named; its records wait for a restart.
    case partitionStopped(Partition)
    /// The caller's task was cancelled.
    case cancelled
}
