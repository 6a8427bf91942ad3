// SPDX-License-Identifier: Apache-2.0

public import EventStore

/// Why something that was written cannot be read.
///
/// It names places, never what is written there.
public struct SchemaError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public enum Reason: Hashable, Sendable {
        /// Not the form that was to be expected here.
        case malformed
        /// A value that breaks a rule of its type.
        case invalidValue
        /// Two places that ought to say the same do not.
        case contradiction
        /// A type this version of the program does not know.
        case unknownType
        /// A type it knows, in a schema version it does not.
        case unknownSchema
    }

    /// Which blob it is in.
    public enum Part: String, Hashable, Sendable {
        /// The stored header.
        case header
        /// The stored body.
        case body
        /// The stored envelope.
        case envelope
        /// The payload of an ingest record.
        case payload
    }

    /// What is wrong.
    public let reason: Reason
    /// Which blob it is in.
    public let part: Part
    /// The byte of that blob where it was noticed.
    public let offset: Int
    /// The type of what was being read, as far as it is known.
    public let type: String?
    /// The partition of the event; nil for a payload.
    public let partition: Partition?
    /// The place of the event in its partition's log; nil for a payload.
    public let position: LogPosition?

    init(
        _ fault: WrittenFault,
        part: Part,
        type: String?,
        partition: Partition? = nil,
        position: LogPosition? = nil
    ) {
        reason = fault.reason
        offset = fault.offset
        self.part = part
        self.type = type
        self.partition = partition
        self.position = position
    }

    /// Names the type, the place and the reason; safe for logs and for clients.
    public var description: String {
        let what = type ?? "something of an unknown type"
        let phrase =
            switch reason {
            case .malformed: "is malformed"
            case .invalidValue: "holds an invalid value"
            case .contradiction: "contradicts its place"
            case .unknownType: "is of an unknown type"
            case .unknownSchema: "is of an unknown schema version"
            }
        let sentence = "\(what): the \(part.rawValue) \(phrase) at byte \(offset)"
        guard let partition, let position else { return sentence }
        return sentence + " (partition \(partition), position \(position))"
    }
}

/// What a reader notices, before it is said of which event.
struct WrittenFault: Error {
    let reason: SchemaError.Reason
    let offset: Int
}
