// SPDX-License-Identifier: Apache-2.0

import ExactValues

/// A few bytes beside the store that say how much it has acknowledged.
///
/// After a bad frame SQLite drops the rest of the write-ahead log without a word, and everything
/// inside the database drops with it. So the sums of the ingest heads and of the event heads are
/// also kept here, written after each flush and before its callers are answered. The file is not
/// flushed itself: it may be behind the store after a power cut, which is harmless, and never
/// before it, so a store that is behind its mark has lost something.
///
/// Two slots are written in turn; the sum of both numbers only grows, and a slot that was torn is
/// ignored.
final class HighWaterMark: Sendable {
    static let suffix = ".mark"

    /// What has been acknowledged.
    struct Level: Hashable, Sendable {
        /// The sum of the partitions' ingest heads.
        var accepted: Int64 = 0
        /// The sum of the partitions' event heads.
        var appended: Int64 = 0

        fileprivate var total: Int64 { accepted + appended }
    }

    private static let slotBytes = 24
    // Slots lie on sectors of their own.
    private static let slotOffsets = [0, 512]

    private let file: PosixFile

    /// Opens the mark of a store, creating it when there is none.
    init(storePath: String) throws(PosixFile.Failure) {
        file = try PosixFile.open(storePath + Self.suffix, creating: true)
    }

    /// Opens the mark of a store that is only read.
    ///
    /// - Returns: Nil when there is none.
    static func forReading(storePath: String) throws(PosixFile.Failure) -> HighWaterMark? {
        let path = storePath + suffix
        guard PosixFile.exists(path) else { return nil }
        return HighWaterMark(file: try PosixFile.openForReading(path))
    }

    private init(file: PosixFile) { self.file = file }

    /// The highest level ever written; nil when there is none.
    func level() -> Level? {
        Self.slotOffsets
            .compactMap { Self.decode(file.read(at: $0, count: Self.slotBytes)) }
            .max { $0.total < $1.total }
    }

    /// Raises the mark; `turn` alternates between the slots.
    func raise(to level: Level, turn: Int) {
        _ = file.write(Self.encode(level), at: Self.slotOffsets[turn & 1])
    }

    /// Flushes the mark; done when the store is closed.
    func flush() {
        file.flush()
    }

    private static func encode(_ level: Level) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(slotBytes)
        bytes.append(bigEndian: UInt64(bitPattern: level.accepted))
        bytes.append(bigEndian: UInt64(bitPattern: level.appended))
        bytes.append(bigEndian: BlobChecksum.of(bytes))
        return bytes
    }

    private static func decode(_ bytes: [UInt8]) -> Level? {
        guard bytes.count == slotBytes else { return nil }
        let level = Level(
            accepted: Int64(bitPattern: bytes.bigEndian64(at: 0)),
            appended: Int64(bitPattern: bytes.bigEndian64(at: 8))
        )
        guard encode(level) == bytes else { return nil }
        return level
    }
}
