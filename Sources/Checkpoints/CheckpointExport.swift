// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues

/// What an auditor keeps: the latest checkpoint of each partition and the keys that sign, as one
/// JSON document.
public struct CheckpointExport: Hashable, Sendable {
    /// The name of the log.
    public let log: String
    /// When it was exported.
    public let time: Timestamp
    /// The keys, with their registrations, oldest first.
    public let keys: [StoredSigningKey]
    /// The signed notes, by partition.
    public let checkpoints: [Note]

    /// The latest checkpoint of a partition.
    public struct Note: Hashable, Sendable {
        /// The number of the partition.
        public let partition: Int
        /// The signed note.
        public let note: String
    }

    /// The largest document that is read.
    public static let limitBytes = 16_777_216

    /// Reads what is to be exported from a store.
    public static func read(
        from log: any CheckpointLog & LogIndex,
        at time: Timestamp
    ) async throws(StoreError) -> CheckpointExport {
        let partitions = log.partitioning.outcomePartitions + [log.partitioning.catalogPartition]
        let latest = try await log.latestCheckpoints(of: partitions)
        return CheckpointExport(
            log: log.logName,
            time: time,
            keys: try await log.signingKeys(),
            checkpoints: latest.values.sorted { $0.partition < $1.partition }
                .map { Note(partition: $0.partition.number, note: $0.note) }
        )
    }

    private init(log: String, time: Timestamp, keys: [StoredSigningKey], checkpoints: [Note]) {
        self.log = log
        self.time = time
        self.keys = keys
        self.checkpoints = checkpoints
    }

    /// The document.
    public var json: [UInt8] {
        var writer = JSONWriter(reserving: 1_024 + checkpoints.count * 512)
        writer.beginObject()
        writer.member("log", log)
        writer.member("exported_at", time)
        writer.name("keys")
        writer.beginArray()
        for key in keys {
            writer.beginObject()
            writer.member("key", key.key)
            writer.member("since", key.since)
            writer.member("registration", key.registration)
            writer.endObject()
        }
        writer.endArray()
        writer.name("checkpoints")
        writer.beginArray()
        for checkpoint in checkpoints {
            writer.beginObject()
            writer.member("partition", checkpoint.partition)
            writer.member("note", checkpoint.note)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    /// Reads a document; nil when it is none.
    ///
    /// Notes and keys are taken as they are: whether they hold is for a `NoteVerifier` to say.
    public init?(json: [UInt8]) {
        guard json.count <= Self.limitBytes, let value = try? JSONReader.read(json),
            let log = value.string("log"),
            let time = value.string("exported_at").flatMap({ Timestamp($0) }),
            let keys = value.array("keys"),
            let checkpoints = value.array("checkpoints")
        else { return nil }
        self.log = log
        self.time = time
        self.keys = keys.compactMap { key in
            guard let text = key.string("key"),
                let since = key.string("since").flatMap({ Timestamp($0) }),
                let registration = key.string("registration")
            else { return nil }
            return StoredSigningKey(key: text, since: since, registration: registration)
        }
        guard self.keys.count == keys.count, let notes = Self.notes(checkpoints) else { return nil }
        self.checkpoints = notes
    }

    /// The signed notes of a document, or of an answer of `GET /v1/checkpoints`, which is what those
    /// keep who have no other access; nil when it is neither.
    public static func notes(in json: [UInt8]) -> [Note]? {
        if let export = CheckpointExport(json: json) { return export.checkpoints }
        guard json.count <= limitBytes, let answer = try? JSONReader.read(json) else { return nil }
        return answer.array("data").flatMap { notes($0) }
    }

    /// Reads notes with their partitions; nil when one of them is none.
    private static func notes(_ items: [JSONValue]) -> [Note]? {
        let notes = items.compactMap { item -> Note? in
            guard case .number(let number)? = item.member("partition"),
                let partition = number.intValue,
                let note = item.string("note")
            else { return nil }
            return Note(partition: partition, note: note)
        }
        return notes.count == items.count ? notes : nil
    }
}

extension JSONValue {
    fileprivate func member(_ name: Text) -> JSONValue? {
        guard case .object(let object) = self else { return nil }
        return object[name]
    }

    fileprivate func string(_ name: Text) -> String? {
        guard case .string(let text)? = member(name) else { return nil }
        return text.string
    }

    fileprivate func array(_ name: Text) -> [JSONValue]? {
        guard case .array(let array)? = member(name) else { return nil }
        return array
    }
}
