// SPDX-License-Identifier: Apache-2.0

import EventStore
import StreamReview

/// What an audit has found: the first so many, and the count of all.
public struct AuditFindings: Sendable {
    /// At most so many are kept to be shown.
    public static let shownLimitFindings = 100
    /// At most so many of one stream in a row: what follows of the first ones is seldom news.
    public static let shownLimitOfStreamFindings = 5

    /// Those to be shown, in the order they were found.
    public private(set) var shown: [AuditFinding] = []
    /// How many there are of each code.
    public private(set) var counts: [String: Int] = [:]
    private var lastStream: StreamID?
    private var ofLastStream = 0

    init() {}

    /// How many there are.
    public var total: Int { counts.values.reduce(0, +) }

    /// Adds a finding.
    public mutating func add(_ finding: AuditFinding) {
        counts[finding.code, default: 0] += 1
        ofLastStream = finding.place.stream == lastStream ? ofLastStream + 1 : 1
        lastStream = finding.place.stream
        guard shown.count < Self.shownLimitFindings else { return }
        if lastStream != nil, ofLastStream > Self.shownLimitOfStreamFindings { return }
        shown.append(finding)
    }

    mutating func add(_ findings: [ReviewFinding]) {
        for finding in findings { add(AuditFinding(finding)) }
    }

    /// Adds those of another part of the store.
    public mutating func add(_ other: AuditFindings) {
        shown += other.shown.prefix(Self.shownLimitFindings - shown.count)
        counts.merge(other.counts, uniquingKeysWith: +)
        lastStream = nil
    }
}
