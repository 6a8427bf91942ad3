// SPDX-License-Identifier: Apache-2.0

import EventSchema
import ExactValues
import OutcomeDomain
import OutcomeRuntime

/// One fact of an outcome's stream, as a time line shows it.
struct TimelineItem {
    /// What the condition came to with it.
    struct Proof {
        let text: String
        /// The outcome as it was right after it.
        let path: String
    }

    let version: Int
    /// Which colour helps: good, bad, wait or none.
    let kind: String
    let title: String
    /// What happened, when a signal did.
    let action: String?
    let detail: String?
    let time: Instant
    let recordedAt: Instant
    let proof: Proof?
    let eventID: String
    /// Where the way of the signal is told that caused it; nil where somebody's redrive or discard did.
    let journey: String?
    let author: String?
    let ingestPosition: String
    let logPosition: String
    let node: String
    let batch: String
    let previous: String
    let hash: String
    /// JSON, one member a line where it is short.
    let metadata: String?
    /// Why there is none, when there was some.
    let noMetadata: String?

    init(_ recorded: RecordedFact, _ readable: ReadableMetadata, outcome path: String) {
        let fact = recorded.fact
        let words = FactWords(fact.event)
        version = recorded.version
        (kind, title, action, detail) = (words.kind, words.title, words.action, words.detail)
        time = Instant(fact.time)
        recordedAt = Instant(recorded.recordedAt)
        proof = words.proof.map { proof in
            Proof(
                text: proof.holds ? "the condition holds" : "the condition does not hold",
                path: "\(path)?at_version=\(recorded.version)"
            )
        }
        eventID = fact.cause.eventID.description
        journey = fact.cause.author == nil ? JourneyPages.path(of: fact.cause.eventID) : nil
        author = fact.cause.author?.string
        ingestPosition = fact.cause.position.description
        logPosition = "\(recorded.position) of partition \(recorded.partition)"
        node = recorded.node
        batch = String(recorded.batch)
        previous = recorded.previous.hex
        hash = recorded.hash.hex
        switch readable {
        case .none: (metadata, noMetadata) = (nil, nil)
        case .readable(let bytes): (metadata, noMetadata) = (Self.spread(bytes), nil)
        case .erased: (metadata, noMetadata) = (nil, "Erased on request.")
        case .unreadable: (metadata, noMetadata) = (nil, "Sealed with a key that is not there.")
        }
    }

    /// One member of the outer object a line.
    private static func spread(_ bytes: [UInt8]) -> String {
        guard case .object(let object)? = try? JSONReader.read(bytes) else {
            return String(decoding: bytes, as: UTF8.self)
        }
        return object.members.map { member in
            var writer = JSONWriter(reserving: 128)
            writer.value(member.value)
            return "\(member.name): \(String(decoding: writer.bytes, as: UTF8.self))"
        }.joined(separator: "\n")
    }
}
