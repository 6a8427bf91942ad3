// SPDX-License-Identifier: Apache-2.0

public import TrafficStudy

/// What one client may ask of the API; everything has a bound with a name.
public struct APILimits: Hashable, Sendable {
    /// Longest body of one event and of any other single request, in bytes (SPEC 3).
    public var bodyBytes = 262_144
    /// Longest body of a batch, in bytes (SPEC 3).
    public var batchBytes = 4_194_304
    /// Most events in a batch (SPEC 3).
    public var batchEvents = 1000
    /// Most arrays and objects inside each other.
    public var depth = 64
    /// Most dead letters that one redrive or discard takes.
    public var redriveLetters = 1000
    /// A page of an outcome's history ends with the fact by which what is stored of its facts has so
    /// many bytes, however many more it may have.
    public var historyBytes = 4_194_304
    /// Longest header field, name and value, and longest request line, in bytes.
    public var headerFieldBytes = 16_384
    /// All header fields of a request together, in bytes.
    public var headerListBytes = 32_768
    /// Most header fields of a request.
    public var headerFields = 100
    /// Most requests that wait on one connection for the one before them to be answered.
    public var waitingRequests = 64
    /// So much of a body that nobody wants any more is received before the connection is cut.
    public var unwantedBytes = 8_388_608
    /// Most connections at a time; the others wait to be accepted.
    public var connections = 4096
    /// How long a new connection may take to send its first request line and headers, in seconds.
    public var headSeconds = 10
    /// How long a request may take to send its body, in seconds; then it gets a 408.
    public var sendSeconds = 30
    /// How long a connection may lie idle between requests, in seconds.
    public var idleSeconds = 75
    /// How long a read waits for the place named by `?after=`, in seconds.
    public var readSeconds = 5
    /// How long an advance of the test clock waits for all it made due, in seconds.
    public var advanceSeconds = 60
    /// What simulations and samples of an account's traffic may cost.
    public var studies = StudyLimits()

    /// The limits unless told otherwise.
    public init() {}
}
