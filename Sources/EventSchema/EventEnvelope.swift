// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues

/// The envelope, which differs from run to run.
///
/// {"partition","position","recorded_at","node","batch","times","accepted_by","request","trace"};
/// from "times" on each is left out when there is none (ADR 0030).
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
        context.passage?.write(to: &writer, node: context.node)
        if let trace = context.trace { writer.put(",\"trace\":", trace) }
        writer.put("}")
        return writer.bytes
    }

    /// Reads an envelope; the place it names has to be the stored event's.
    static func read(
        _ stored: StoredEvent,
        type: String
    ) throws(SchemaError) -> EnvelopeContext {
        do throws(WrittenFault) {
            return try WrittenReader.read(stored.envelope) { reader throws(WrittenFault) in
                try reader.expect("{\"partition\":")
                try reader.expect(integer: Int64(stored.partition.number))
                try reader.expect(",\"position\":")
                try reader.expect(integer: stored.position.value)
                try reader.expect(",\"recorded_at\":")
                let recordedAt = try reader.timestamp()
                try reader.expect(",\"node\":")
                let node = try reader.text().string
                try reader.expect(",\"batch\":")
                let batch = try reader.integer()
                let passage =
                    reader.accept(",\"times\":[") ? try EventPassage(&reader, node: node) : nil
                let trace = reader.accept(",\"trace\":") ? try reader.text().string : nil
                try reader.expect("}")
                return EnvelopeContext(
                    node: node,
                    batch: batch,
                    recordedAt: recordedAt,
                    trace: trace,
                    passage: passage
                )
            }
        } catch {
            throw SchemaError(error, .envelope, of: stored, type: type)
        }
    }
}
