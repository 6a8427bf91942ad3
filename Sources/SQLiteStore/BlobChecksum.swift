// SPDX-License-Identifier: Apache-2.0

import ExactValues

/// What stands at the end of a blob: the first 8 bytes of the SHA-256 of all that is before it.
enum BlobChecksum {
    static let byteCount = 8

    static func of(_ bytes: [UInt8]) -> UInt64 { Digest.sha256(bytes).prefix64 }

    /// What stands before the checksum; nil when it is not the checksum of that.
    static func checked(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        let end = bytes.count - byteCount
        guard end >= 0 else { return nil }
        let content = UnsafeRawBufferPointer(rebasing: bytes[..<end])
        return bytes.bigEndian(at: end) == Digest.sha256(content).prefix64 ? content : nil
    }
}
