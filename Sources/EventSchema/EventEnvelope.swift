// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues

/// The envelope, which differs from run to run.
///
/// {"partition","position","recorded_at","node","batch","times","accepted_by","request","trace"};
/// from "times" on each is left out when there is none (ADR 0030), as all but the last two are of a
/// catalog change (ADR 0043).
enum EventEnvelope {
    static func write(
        partition: Partition,
        position: LogPosition,
        context: EnvelopeContext
    ) -> [UInt8] {
        var writer = WrittenWriter(reserving: 320)
        writer.put("{\"partition\":", partition.number)
        writer.put(",\"position\":", position.value)
        writer.put(",\"recorded_at\":", context.recordedAt)
        writer.put(",\"node\":", context.node)
        writer.put(",\"batch\":", context.batch)
        if let passage = context.passage {
            passage.write(to: &writer, node: context.node)
        } else if let request = context.request {
            writer.put(",\"request\":", request)
        }
        if let trace = context.trace { writer.put(",\"trace\":", trace) }
        writer.put("}")
        return writer.bytes
    }

    /// Reads an envelope; the place it names has to be the event's.
    static func read(
        _ content: EventContent,
        type: String
    ) throws(SchemaError) -> EnvelopeContext {
        do throws(WrittenFault) {
            return try WrittenReader.read(content.envelope) { reader throws(WrittenFault) in
                let recordedAt = try recordedAt(content, &reader)
                try reader.expect(",\"node\":")
                let node = try reader.text().string
                try reader.expect(",\"batch\":")
                let batch = try reader.integer()
                let passage =
                    reader.accept(",\"times\":[") ? try EventPassage(&reader, node: node) : nil
                let request =
                    passage == nil && reader.accept(",\"request\":")
                    ? try reader.text().string : nil
                let trace = reader.accept(",\"trace\":") ? try reader.text().string : nil
                try reader.expect("}")
                return EnvelopeContext(
                    node: node,
                    batch: batch,
                    recordedAt: recordedAt,
                    trace: trace,
                    request: request,
                    passage: passage
                )
            }
        } catch {
            throw SchemaError(error, .envelope, of: content, type: type)
        }
    }

    /// Reads what an envelope begins with: place and `recorded_at`.
    static func recordedAt(of content: EventContent) throws(SchemaError) -> Timestamp {
        do throws(WrittenFault) {
            return try WrittenReader.readStart(of: content.envelope) {
                reader throws(WrittenFault) in
                try recordedAt(content, &reader)
            }
        } catch {
            throw SchemaError(error, .envelope, of: content, type: nil)
        }
    }

    private static func recordedAt(
        _ content: EventContent,
        _ reader: inout WrittenReader
    ) throws(WrittenFault) -> Timestamp {
        try reader.expect("{\"partition\":")
        try reader.expect(integer: Int64(content.partition.number))
        try reader.expect(",\"position\":")
        try reader.expect(integer: content.position.value)
        try reader.expect(",\"recorded_at\":")
        return try reader.timestamp()
    }
}
