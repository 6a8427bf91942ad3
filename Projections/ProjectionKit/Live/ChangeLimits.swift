// SPDX-License-Identifier: Apache-2.0

/// Bounds on telling of changes.
public struct ChangeLimits: Hashable, Sendable {
    /// Most listeners at a time.
    public var listeners = 256
    /// Most listeners of one account at a time, so that no account shuts the others out.
    public var accountListeners = 64
    /// So many changed outcomes wait for a listener; one more and it is told to read its list again.
    public var waitingKeys = 1_000
    /// A listener that was away for more facts than these, over all partitions, is told to read its
    /// list again.
    public var replayFacts: Int64 = 10_000
    /// So many facts are read at a time.
    public var pageFacts = 1_000
    /// A listener that there is nothing to tell gets a sign of life this often, in seconds.
    public var beatSeconds = 15

    /// The limits unless told otherwise.
    public init() {}
}

/// Why nobody can listen at the moment.
public enum ChangesRefusal: Error, Hashable, Sendable {
    /// As many listen as may.
    case full
    /// The read model has not begun to follow the log yet, or what follows it has ended.
    case notReady
}
