// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// The hashes of a Merkle tree (RFC 6962, section 2.1): leaves and nodes are told apart by their
/// first byte, so that none can be passed off as the other.
public enum TreeHash {
    /// The root of the tree without leaves: SHA-256 of nothing.
    public static let empty = Digest.sha256([])

    /// The hash of the leaf that stands for an event: SHA-256(0x00, the event's stored hash).
    public static func leaf(_ entry: Digest) -> Digest {
        prefixed(0x00, entry, nil)
    }

    /// The hash of a leaf with any data.
    public static func leaf(data: [UInt8]) -> Digest {
        Digest.sha256([0x00] + data)
    }

    /// The hash of a node: SHA-256(0x01, left, right).
    public static func node(_ left: Digest, _ right: Digest) -> Digest {
        prefixed(0x01, left, right)
    }

    private static func prefixed(_ prefix: UInt8, _ first: Digest, _ second: Digest?) -> Digest {
        let count = 1 + Digest.byteCount * (second == nil ? 1 : 2)
        return withUnsafeTemporaryAllocation(byteCount: count, alignment: 8) { buffer in
            buffer[0] = prefix
            copy(first, into: buffer, at: 1)
            if let second { copy(second, into: buffer, at: 1 + Digest.byteCount) }
            return Digest.sha256(UnsafeRawBufferPointer(buffer))
        }
    }

    private static func copy(
        _ digest: Digest,
        into buffer: UnsafeMutableRawBufferPointer,
        at offset: Int
    ) {
        digest.withUnsafeBytes { bytes in
            UnsafeMutableRawBufferPointer(rebasing: buffer[offset...]).copyMemory(from: bytes)
        }
    }
}
