// SPDX-License-Identifier: Apache-2.0

import StreamReview

/// Something about a store that is not as it has to be, with its place.
public struct AuditFinding: Hashable, Sendable, CustomStringConvertible {
    /// The kind of the finding, for machines; never changes.
    public let code: String
    /// Where.
    public let place: AuditPlace
    /// What, in one line; nothing a client wrote.
    public let text: String

    /// Puts a finding together.
    public init(_ code: String, at place: AuditPlace, _ text: String) {
        self.code = code
        self.place = place
        self.text = text
    }

    /// What a review of a stream has found.
    init(_ finding: ReviewFinding) {
        self.init(
            finding.fault.code,
            at: AuditPlace(
                partition: finding.place.partition,
                position: finding.place.position,
                stream: finding.place.stream,
                version: finding.place.version
            ),
            "\(finding.fault)"
        )
    }

    /// Something that cannot be read.
    static func unreadable(_ what: String, at place: AuditPlace, _ reason: String) -> AuditFinding {
        AuditFinding("unreadable", at: place, "\(what) cannot be read: \(reason)")
    }

    /// Place and finding in one line.
    public var description: String { "\(place): \(text)" }
}
