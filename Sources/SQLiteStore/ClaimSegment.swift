// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues

/// The claims of one flush in one blob.
///
/// Version (1 byte); then for each claim its scope (16 bytes), event id (20), position (8),
/// `received_at` (8) and body (16); at the end the first 8 bytes of the SHA-256 of all that.
/// Numbers are big-endian.
enum ClaimSegment {
    private static let version: UInt8 = 1
    private static let claimBytes = 2 * ClaimMark.byteCount + EventID.byteCount + 16
    private static let checksumBytes = 8

    /// Forms the blob.
    static func write(_ claims: [ClaimMark: RecentClaims.Holder]) -> [UInt8] {
        var bytes: [UInt8] = [version]
        bytes.reserveCapacity(1 + claims.count * claimBytes + checksumBytes)
        for (scope, holder) in claims {
            scope.withUnsafeBytes { bytes.append(contentsOf: $0) }
            holder.eventID.withUnsafeBytes { bytes.append(contentsOf: $0) }
            bytes.append(bigEndian: holder.position.value)
            bytes.append(bigEndian: holder.receivedAt.microseconds)
            holder.body.withUnsafeBytes { bytes.append(contentsOf: $0) }
        }
        bytes.append(bigEndian: Digest.sha256(bytes).prefix64)
        return bytes
    }

    /// Reads the blob.
    ///
    /// - Throws: `.damaged` when it is out of form.
    static func read(_ bytes: UnsafeRawBufferPointer) throws(StoreError) -> [RecentClaims.Held] {
        let end = bytes.count - checksumBytes
        guard end >= 1, bytes[0] == version, (end - 1) % claimBytes == 0,
            word(bytes, end)
                == Digest.sha256(UnsafeRawBufferPointer(rebasing: bytes[..<end])).prefix64
        else { throw damaged }
        var claims: [RecentClaims.Held] = []
        claims.reserveCapacity((end - 1) / claimBytes)
        for start in stride(from: 1, to: end, by: claimBytes) {
            let idStart = start + ClaimMark.byteCount
            let idEnd = idStart + EventID.byteCount
            guard
                let eventID = EventID(
                    bytes: UnsafeRawBufferPointer(rebasing: bytes[idStart..<idEnd])
                ),
                let receivedAt = Timestamp(microseconds: Int64(bitPattern: word(bytes, idEnd + 8)))
            else { throw damaged }
            claims.append(
                RecentClaims.Held(
                    scope: mark(bytes, start),
                    holder: RecentClaims.Holder(
                        eventID: eventID,
                        position: IngestPosition(Int64(bitPattern: word(bytes, idEnd))),
                        receivedAt: receivedAt,
                        body: mark(bytes, idEnd + 16)
                    )
                )
            )
        }
        return claims
    }

    private static func mark(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> ClaimMark {
        ClaimMark(high: word(bytes, offset), low: word(bytes, offset + 8))
    }

    private static func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
        UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    private static var damaged: StoreError {
        StoreError(.damaged, detail: "recent idempotency claims are not readable")
    }
}
