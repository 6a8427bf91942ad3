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

    /// Forms the blob.
    static func write(_ claims: [ClaimMark: RecentClaims.Holder]) -> [UInt8] {
        var bytes: [UInt8] = [version]
        bytes.reserveCapacity(1 + claims.count * claimBytes + BlobChecksum.byteCount)
        for (scope, holder) in claims {
            scope.withUnsafeBytes { bytes.append(contentsOf: $0) }
            holder.eventID.withUnsafeBytes { bytes.append(contentsOf: $0) }
            bytes.append(bigEndian: holder.position.value)
            bytes.append(bigEndian: holder.receivedAt.microseconds)
            holder.body.withUnsafeBytes { bytes.append(contentsOf: $0) }
        }
        bytes.append(bigEndian: BlobChecksum.of(bytes))
        return bytes
    }

    /// Reads the blob.
    ///
    /// - Throws: `.damaged` when it is out of form.
    static func read(_ bytes: UnsafeRawBufferPointer) throws(StoreError) -> [RecentClaims.Held] {
        guard let content = BlobChecksum.checked(bytes), content.first == version,
            (content.count - 1).isMultiple(of: claimBytes)
        else { throw damaged }
        var claims: [RecentClaims.Held] = []
        claims.reserveCapacity((content.count - 1) / claimBytes)
        for start in stride(from: 1, to: content.count, by: claimBytes) {
            let idStart = start + ClaimMark.byteCount
            let idEnd = idStart + EventID.byteCount
            let bodyStart = idEnd + 16
            func part(_ range: Range<Int>) -> UnsafeRawBufferPointer {
                UnsafeRawBufferPointer(rebasing: content[range])
            }
            guard let scope = ClaimMark(part(start..<idStart)),
                let eventID = EventID(bytes: part(idStart..<idEnd)),
                let receivedAt = Timestamp(microseconds: content.bigEndian(at: idEnd + 8)),
                let body = ClaimMark(part(bodyStart..<(bodyStart + ClaimMark.byteCount)))
            else { throw damaged }
            claims.append(
                RecentClaims.Held(
                    scope: scope,
                    holder: RecentClaims.Holder(
                        eventID: eventID,
                        position: IngestPosition(content.bigEndian(at: idEnd)),
                        receivedAt: receivedAt,
                        body: body
                    )
                )
            )
        }
        return claims
    }

    private static var damaged: StoreError {
        StoreError(.damaged, detail: "recent idempotency claims are not readable")
    }
}
