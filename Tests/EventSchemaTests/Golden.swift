// SPDX-License-Identifier: Apache-2.0

import EventSchema
import EventStore
import ExactValues
import Foundation

/// What was written once.
///
/// These files are added to and never changed: a store out there holds
/// events that look like this.
enum Golden {
    /// The lines of a golden file, without line ends.
    ///
    /// As `Text`, because `String` would take the two spellings of é for one.
    static func lines(_ name: String) throws -> [Text] {
        let folder = Bundle.module.resourceURL?.appendingPathComponent("Golden")
        let url = try Samples.need(folder).appendingPathComponent("\(name).1.txt")
        let lines = try Data(contentsOf: url).split(
            separator: 0x0A,
            omittingEmptySubsequences: false
        )
        return try lines.map { try Samples.need(Text(utf8: $0)) }
    }

    /// The names of all golden files, without the schema version.
    static func names() throws -> Set<String> {
        let folder = try Samples.need(Bundle.module.resourceURL).appendingPathComponent("Golden")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        return Set(files.map { String($0.prefix(while: { $0 != "." })) })
    }
}

extension StoredEvent {
    /// The form of an event in a golden file: header, body, metadata slot, envelope, previous
    /// hash, hash.
    var goldenLines: [Text] {
        [
            Text(String(decoding: header, as: UTF8.self)),
            Text(String(decoding: body, as: UTF8.self)),
            Text(
                [
                    String(metadata.encryption), Hex.encode(metadata.keyID),
                    Hex.encode(metadata.bytes),
                ]
                .joined(separator: ",")
            ),
            Text(String(decoding: envelope, as: UTF8.self)),
            Text(previous.hex),
            Text(hash.hex),
            "",
        ]
    }

    /// The event with other bytes; its hash stays, as if somebody had tampered with it.
    func with(
        header: [UInt8]? = nil,
        body: [UInt8]? = nil,
        envelope: [UInt8]? = nil,
        stream: StreamID? = nil,
        version: Int? = nil,
        position: LogPosition? = nil
    ) -> StoredEvent {
        StoredEvent(
            partition: partition,
            position: position ?? self.position,
            stream: stream ?? self.stream,
            version: version ?? self.version,
            eventID: eventID,
            header: header ?? self.header,
            body: body ?? self.body,
            metadata: metadata,
            envelope: envelope ?? self.envelope,
            previous: previous,
            hash: hash
        )
    }

    /// The event as its golden file has it, with the place of this one.
    func reading(_ lines: [Text]) throws -> StoredEvent {
        let slot = lines[2].string.split(separator: ",", omittingEmptySubsequences: false)
            .map(String.init)
        return StoredEvent(
            partition: partition,
            position: position,
            stream: stream,
            version: version,
            eventID: eventID,
            header: Array(lines[0].utf8),
            body: Array(lines[1].utf8),
            metadata: MetadataSlot(
                encryption: try Samples.need(Int(slot[0])),
                keyID: try Samples.need(Hex.decode(slot[1])),
                bytes: try Samples.need(Hex.decode(slot[2]))
            ),
            envelope: Array(lines[3].utf8),
            previous: try Samples.need(Digest(hex: lines[4].string)),
            hash: try Samples.need(Digest(hex: lines[5].string))
        )
    }
}
