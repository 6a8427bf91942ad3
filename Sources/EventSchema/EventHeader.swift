// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues

// The header: {"account","kind","key","version","type","schema","time","cause":{..}}. It is the
// same on every run.

/// The types of one kind of stream, each as a constant with its quotes.
protocol WrittenType: RawRepresentable, CaseIterable, Sendable where RawValue == String {
    /// The name as JSON.
    var written: StaticString { get }
}

extension WrittenType {
    /// Takes the name of a type.
    static func read(_ reader: inout WrittenReader) throws(WrittenFault) -> Self {
        for type in allCases where reader.accept(type.written) {
            return type
        }
        throw reader.fault(.unknownType)
    }
}

/// What a header says beyond what the stored event says itself.
struct EventHeader<Kind: WrittenType, EventCause> {
    let type: Kind
    let schema: Int
    let time: Timestamp
    let cause: EventCause
}

extension EventHeader {
    /// Writes a header; `cause` writes the members of the cause.
    static func write(
        stream: StreamID,
        version: Int,
        type: Kind,
        schema: Int,
        time: Timestamp,
        cause: (inout WrittenWriter) -> Void
    ) -> [UInt8] {
        var writer = WrittenWriter(reserving: 320 + stream.key.utf8.count)
        writer.put("{\"account\":", stream.account.text)
        switch stream.kind {
        case .outcome: writer.put(",\"kind\":\"outcome\"")
        case .catalog: writer.put(",\"kind\":\"catalog\"")
        case .value: writer.put(",\"kind\":\"value\"")
        }
        writer.put(",\"key\":", stream.key)
        writer.put(",\"version\":", version)
        writer.put(",\"type\":")
        writer.put(type.written)
        writer.put(",\"schema\":", schema)
        writer.put(",\"time\":", time)
        writer.put(",\"cause\":{")
        cause(&writer)
        writer.put("}}")
        return writer.bytes
    }

    /// Reads a header; what it says of the event's place has to be what the content says.
    ///
    /// - Parameters:
    ///   - content: The event.
    ///   - kind: What has to stand between account and key.
    ///   - cause: Reads the members of the cause.
    /// - Throws: `SchemaError` when the header is malformed or contradicts the event's place.
    init(
        _ content: EventContent,
        kind: StaticString,
        cause: (inout WrittenReader) throws(WrittenFault) -> EventCause
    ) throws(SchemaError) {
        var known: Kind?
        do throws(WrittenFault) {
            self = try WrittenReader.read(content.header) { reader throws(WrittenFault) in
                try reader.expect("{\"account\":")
                try reader.expect(text: content.stream.account.text)
                try reader.expect(kind)
                try reader.expect(text: content.stream.key)
                try reader.expect(",\"version\":")
                try reader.expect(integer: Int64(content.version))
                try reader.expect(",\"type\":")
                let type = try Kind.read(&reader)
                known = type
                try reader.expect(",\"schema\":")
                let schema = try reader.schema()
                try reader.expect(",\"time\":")
                let time = try reader.timestamp()
                try reader.expect(",\"cause\":{")
                let cause = try cause(&reader)
                try reader.expect("}}")
                return EventHeader(type: type, schema: schema, time: time, cause: cause)
            }
        } catch {
            throw SchemaError(error, .header, of: content, type: known?.rawValue)
        }
    }

    /// Reads the body of the event this header belongs to.
    func body<Value>(
        of content: EventContent,
        _ names: inout WrittenNames?,
        _ read: (inout WrittenReader) throws(WrittenFault) -> Value
    ) throws(SchemaError) -> Value {
        do throws(WrittenFault) {
            return try WrittenReader.read(content.body, &names) { reader throws(WrittenFault) in
                try reader.expect("{")
                let value = try read(&reader)
                try reader.expect("}")
                return value
            }
        } catch {
            throw SchemaError(error, .body, of: content, type: type.rawValue)
        }
    }
}

extension SchemaError {
    init(_ fault: WrittenFault, _ part: Part, of content: EventContent, type: String?) {
        self.init(
            fault,
            part: part,
            type: type,
            partition: content.partition,
            position: content.position
        )
    }
}
