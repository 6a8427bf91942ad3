// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// Where a record comes from: what the journey of an event begins with.
public struct IngestOrigin: Hashable, Sendable {
    /// The node that accepted it.
    public let node: String
    /// When its draft was made, by that node's wall clock; in a sandbox too.
    public let acceptedAt: Timestamp
    /// The id of the request that asked for it, if there was one.
    public let request: String?

    /// Names an origin; an empty request is none.
    public init(node: String, acceptedAt: Timestamp, request: String?) {
        self.node = node
        self.acceptedAt = acceptedAt
        self.request = request.flatMap { $0.isEmpty ? nil : $0 }
    }
}

// MARK: Written form

extension IngestOrigin {
    /// Microseconds (8 bytes), length of the node's name (2 bytes), the name, the request;
    /// numbers are big-endian.
    package var bytes: [UInt8] {
        let name = node.utf8.prefix(Int(UInt16.max))
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.fixedBytes + name.count + (request?.utf8.count ?? 0))
        bytes.append(bigEndian: acceptedAt.microseconds)
        bytes.append(bigEndian: UInt16(name.count))
        bytes.append(contentsOf: name)
        if let request { bytes.append(contentsOf: request.utf8) }
        return bytes
    }

    /// Reads the written form; nil when it is not one.
    package init?(bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= Self.fixedBytes,
            let acceptedAt = Timestamp(microseconds: bytes.bigEndian(at: 0))
        else { return nil }
        let nodeEnd = Self.fixedBytes + Int(bytes.bigEndian(at: 8, as: UInt16.self))
        guard nodeEnd <= bytes.count else { return nil }
        self.init(
            node: String(decoding: bytes[Self.fixedBytes..<nodeEnd], as: UTF8.self),
            acceptedAt: acceptedAt,
            request: String(decoding: bytes[nodeEnd...], as: UTF8.self)
        )
    }

    private static let fixedBytes = 10
}
