// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import GRDB
import Synchronization

/// The file beside the store that alone holds what metadata is sealed with.
///
/// It has a slot of fixed size for each key, and no journal: to destroy a key is to write zeros over
/// it where it lies, and to flush them. The store knows which slot is whose; a backup of the store
/// has no key in it.
final class SealingKeyFile: Sendable {
    static let suffix = ".keys"

    private static let mark = Array("assay keys 1\n\u{0}\u{0}\u{0}".utf8)
    private static let headerByteCount = 64
    /// Key id, secret, checksum, and eight bytes to spare.
    private static let slotByteCount = 64
    private static let contentByteCount =
        SealingKeyRecord.idByteCount + SealingKeyRecord.secretByteCount

    private let file: PosixFile
    // No slot is ever used twice.
    private let nextSlot: Mutex<Int>

    init(file: PosixFile) throws(PosixFile.Failure) {
        self.file = file
        let used = max(0, try file.length() - Self.headerByteCount)
        nextSlot = Mutex((used + Self.slotByteCount - 1) / Self.slotByteCount)
    }

    // MARK: Opening

    /// Opens the keys of a store, creating them for a store that has sealed nothing yet.
    ///
    /// Destroys again what the store says was destroyed: the file may be an older copy.
    /// - Throws: `StoreOpenError` when they are missing or another store's.
    static func open(
        beside path: String,
        of identity: Digest,
        _ pool: DatabasePool
    ) throws -> SealingKeyFile {
        let name = path + suffix
        let isMissing = !PosixFile.exists(name)
        if isMissing, try pool.read(SealingKeyStatements.holdsKeys) {
            throw StoreOpenError(.keysMissing, path: path)
        }
        let file = try PosixFile.open(name, creating: true)
        let header = mark + identity.bytes
        let holdsNothing =
            try file.length() == 0
            || isUnfinished(file, header) && !pool.read(SealingKeyStatements.holdsKeys)
        if holdsNothing {
            guard file.write(header + zeros(headerByteCount - header.count), at: 0), file.flush(),
                PosixFile.flushDirectory(of: name)
            else { throw StoreError(.unavailable, detail: "the file of keys cannot be written") }
        }
        guard try file.contents(at: 0, count: header.count) == header else {
            throw StoreOpenError(.keysAreForeign, path: path)
        }
        let keys = try SealingKeyFile(file: file)
        var isChanged = false
        for (slot, id) in try pool.read(SealingKeyStatements.destroyed) {
            isChanged = try keys.destroy(id, in: slot) || isChanged
        }
        if isChanged { try keys.flush() }
        return keys
    }

    /// The keys of a store that is opened for reading; nil when they are not there, not this store's,
    /// or not for this user to read.
    static func forReading(beside path: String, of identity: Digest) -> SealingKeyFile? {
        guard let file = try? PosixFile.openForReading(path + suffix) else { return nil }
        let header = mark + identity.bytes
        guard file.read(at: 0, count: header.count) == header else { return nil }
        return try? SealingKeyFile(file: file)
    }

    /// Whether a file has no more in it than a part of the header, as the power may have left it
    /// that failed in the very first start.
    private static func isUnfinished(
        _ file: PosixFile,
        _ header: [UInt8]
    ) throws(PosixFile.Failure) -> Bool {
        guard try file.length() <= headerByteCount else { return false }
        let found = try file.contents(at: 0, count: headerByteCount)
        let kept = zip(found, header).prefix { $0 == $1 }.count
        return kept < header.count && found.dropFirst(kept).allSatisfy { $0 == 0 }
    }

    private static func zeros(_ count: Int) -> [UInt8] { Array(repeating: 0, count: count) }

    // MARK: Keys, on the store's own threads

    /// Puts a key into a slot of its own; it is there for good once `flush` has returned.
    func add(_ id: [UInt8], _ secret: [UInt8]) throws(StoreError) -> Int {
        let slot = nextSlot.withLock { next in
            defer { next += 1 }
            return next
        }
        var bytes = id + secret
        bytes.append(bigEndian: BlobChecksum.of(bytes))
        bytes += Self.zeros(Self.slotByteCount - bytes.count)
        guard file.write(bytes, at: Self.offset(of: slot)) else {
            throw StoreError(.diskFull, detail: "a sealing key cannot be written")
        }
        return slot
    }

    /// The secret of a key; nil when its slot holds another or none.
    ///
    /// - Throws: `.unavailable` when the file cannot be read: the key may well be there.
    func secret(of id: [UInt8], in slot: Int) throws(StoreError) -> [UInt8]? {
        let bytes = try contents(of: slot, count: Self.contentByteCount + BlobChecksum.byteCount)
        guard bytes.count == Self.contentByteCount + BlobChecksum.byteCount,
            bytes.starts(with: id)
        else { return nil }
        let content = Array(bytes.prefix(Self.contentByteCount))
        guard bytes.bigEndian64(at: Self.contentByteCount) == BlobChecksum.of(content) else {
            return nil
        }
        return Array(content.suffix(SealingKeyRecord.secretByteCount))
    }

    /// Overwrites a key, if the slot bears its id; it is gone for good once `flush` has returned.
    ///
    /// The id stays, so that a slot that was overwritten half is found again. It is overwritten even
    /// where zeros are read: they need not have reached the disk.
    /// - Returns: Whether the slot bears the id.
    /// - Throws: `.unavailable` when the file cannot be read or written.
    func destroy(_ id: [UInt8], in slot: Int) throws(StoreError) -> Bool {
        let idByteCount = SealingKeyRecord.idByteCount
        guard id.count == idByteCount, try contents(of: slot, count: idByteCount) == id else {
            return false
        }
        let zeros = Self.zeros(Self.slotByteCount - idByteCount)
        guard file.write(zeros, at: Self.offset(of: slot) + idByteCount) else {
            throw StoreError(.unavailable, detail: "a sealing key cannot be overwritten")
        }
        return true
    }

    private func contents(of slot: Int, count: Int) throws(StoreError) -> [UInt8] {
        do throws(PosixFile.Failure) {
            return try file.contents(at: Self.offset(of: slot), count: count)
        } catch {
            let detail = "the file of keys cannot be read: error \(error.code)"
            throw StoreError(.unavailable, detail: detail)
        }
    }

    /// Flushes what was written.
    ///
    /// - Throws: `.fatal`: after a failed flush nothing can be believed.
    func flush() throws(StoreError) {
        guard file.flush() else {
            throw StoreError(.fatal, detail: "the file of keys cannot be flushed")
        }
    }

    private static func offset(of slot: Int) -> Int { headerByteCount + slot * slotByteCount }
}
