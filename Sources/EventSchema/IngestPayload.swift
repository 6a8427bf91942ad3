// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import OutcomeDomain

/// What a record of the ingest log asks; opaque to the store (SPEC 3).
///
/// Written as one JSON object that begins with its type and schema version. Members have a fixed
/// order; those that are absent are left out.
public enum IngestPayload: Hashable, Sendable {
    /// An event that was posted.
    indirect case signal(SignalPayload)
    /// Try a dead letter again.
    case redrive(RedrivePayload)
    /// Give a dead letter up for good.
    case discard(DiscardPayload)
    /// Move a sandbox's test clock.
    case clockAdvanced(ClockAdvancePayload)
    /// Destroy what a customer's metadata was sealed with.
    case erasure(ErasurePayload)
    /// Record delivered value.
    case value(ValuePayload)

    /// The schema version that is written.
    private static let schema = 1

    /// The written form.
    public func encoded() -> [UInt8] {
        var writer = WrittenWriter(reserving: reservation)
        writer.put("{\"type\":")
        writer.put(kind.written)
        writer.put(",\"schema\":", Self.schema)
        switch self {
        case .signal(let signal): signal.write(to: &writer)
        case .redrive(let redrive): redrive.write(to: &writer)
        case .discard(let discard): discard.write(to: &writer)
        case .clockAdvanced(let advance): advance.write(to: &writer)
        case .erasure(let erasure): erasure.write(to: &writer)
        case .value(let value): value.write(to: &writer)
        }
        writer.put("}")
        return writer.bytes
    }

    /// Reads the written form, of any schema version there has been.
    ///
    /// Metadata is taken as the bytes it is: whatever is in it is never evaluated.
    /// - Throws: `SchemaError` when it is not one.
    public init(decoding bytes: [UInt8]) throws(SchemaError) {
        var kind: Kind?
        do throws(WrittenFault) {
            self = try WrittenReader.read(bytes) { reader throws(WrittenFault) in
                try reader.expect("{\"type\":")
                let known = try Kind.read(&reader)
                kind = known
                try reader.expect(",\"schema\":")
                let payload = try Self.read(known, schema: try reader.schema(), &reader)
                try reader.expect("}")
                return payload
            }
        } catch {
            throw SchemaError(error, part: .payload, type: kind?.rawValue)
        }
    }

    /// One case for each form there has ever been; an older one is brought up to today's here.
    private static func read(
        _ kind: Kind,
        schema: Int,
        _ reader: inout WrittenReader
    ) throws(WrittenFault) -> IngestPayload {
        switch (kind, schema) {
        case (.signal, 1): .signal(try SignalPayload(&reader))
        case (.redrive, 1): .redrive(try RedrivePayload(&reader))
        case (.discard, 1): .discard(try DiscardPayload(&reader))
        case (.clockAdvance, 1): .clockAdvanced(try ClockAdvancePayload(&reader))
        case (.erasure, 1): .erasure(try ErasurePayload(&reader))
        case (.value, 1): .value(try ValuePayload(&reader))
        default: throw reader.fault(.unknownSchema)
        }
    }

    private var reservation: Int {
        switch self {
        // Base 64 takes a third more.
        case .signal(let signal): 384 + signal.metadata.bytes.count * 4 / 3
        case .value(let value): 768 + value.metadata.bytes.count
        case .redrive, .discard, .clockAdvanced, .erasure: 256
        }
    }
}

// MARK: Types

extension IngestPayload {
    private enum Kind: String, CaseIterable {
        case signal
        case redrive
        case discard
        case clockAdvance = "clock_advance"
        case erasure
        case value

        var written: StaticString {
            switch self {
            case .signal: "\"signal\""
            case .redrive: "\"redrive\""
            case .discard: "\"discard\""
            case .clockAdvance: "\"clock_advance\""
            case .erasure: "\"erasure\""
            case .value: "\"value\""
            }
        }

        static func read(_ reader: inout WrittenReader) throws(WrittenFault) -> Kind {
            for kind in allCases where reader.accept(kind.written) {
                return kind
            }
            throw reader.fault(.unknownType)
        }
    }

    private var kind: Kind {
        switch self {
        case .signal: .signal
        case .redrive: .redrive
        case .discard: .discard
        case .clockAdvanced: .clockAdvance
        case .erasure: .erasure
        case .value: .value
        }
    }
}
