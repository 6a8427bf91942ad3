// SPDX-License-Identifier: Apache-2.0

import Crypto
public import EventStore
public import ExactValues

/// A customer's key, ready for use: seals metadata into a slot, opens it, and marks it for
/// comparison.
///
/// From the 32 secret bytes HKDF-SHA256 makes two keys: one for AES-256-GCM, one for HMAC-SHA256.
/// Once the secret is destroyed neither can be made again.
public struct SealingKey: Sendable {
    /// How a sealed slot says what it is: AES-256-GCM, nonce, ciphertext and tag one after the other.
    public static let encryption = 1

    /// What slots name the key by: the generation (4 bytes, big-endian), then 12 random ones.
    public let id: [UInt8]
    /// The generation of the key.
    public let generation: Int

    private let sealing: SymmetricKey
    /// Has the key already, and no message yet.
    private let marking: HMAC<SHA256>

    private static let generationByteCount = 4

    /// Prepares a key; nil when it has been destroyed.
    public init?(_ record: SealingKeyRecord) {
        guard let secret = record.secret, secret.count == SealingKeyRecord.secretByteCount,
            record.id.count == SealingKeyRecord.idByteCount
        else { return nil }
        id = record.id
        generation = record.name.generation
        sealing = Self.derive(from: secret, "assay metadata seal 1")
        marking = HMAC(key: Self.derive(from: secret, "assay metadata mark 1"))
    }

    private static func derive(from secret: [UInt8], _ purpose: String) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: secret),
            info: Array(purpose.utf8),
            outputByteCount: 32
        )
    }

    /// A new key for a name, from the system's random number generator.
    public static func candidate(for name: SealingKeyName) -> SealingKeyRecord {
        var id: [UInt8] = []
        id.reserveCapacity(SealingKeyRecord.idByteCount)
        let generation = UInt32(truncatingIfNeeded: name.generation)
        withUnsafeBytes(of: generation.bigEndian) { id.append(contentsOf: $0) }
        id.append(contentsOf: Digest.random().bytes.prefix(12))
        return SealingKeyRecord(name: name, id: id, secret: Digest.random().bytes)
    }

    /// The generation of the key that a slot names; nil for a slot that is not sealed.
    public static func generation(of slot: MetadataSlot) -> Int? {
        slot.encryption == encryption ? generation(ofID: slot.keyID) : nil
    }

    /// The generation that the id of a key names; nil for what is no id.
    public static func generation(ofID id: [UInt8]) -> Int? {
        guard id.count == SealingKeyRecord.idByteCount else { return nil }
        return id.prefix(generationByteCount).reduce(0) { $0 << 8 | Int($1) }
    }
}

// MARK: Sealing

/// Metadata that has been sealed.
public struct SealedMetadata: Hashable, Sendable {
    /// What is stored.
    public let slot: MetadataSlot
    /// Eight bytes of the metadata, under the key: what a retry is compared by.
    public let tag: UInt64
}

extension SealingKey {
    /// Seals the metadata of an event.
    ///
    /// The nonce is made of the event's id and of the metadata under the marking key: it comes again
    /// only if both are the same, and then so is everything else. Account, key and event are
    /// authenticated with it, so that a slot fits no other event.
    /// - Throws: What the cryptographic library throws when it cannot go on.
    public func seal(
        _ metadata: [UInt8],
        of eventID: EventID,
        account: AccountID
    ) throws -> SealedMetadata {
        var code = marking
        code.update(data: metadata)
        var salted = Array(code.finalize())
        let tag = salted.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        salted.append(contentsOf: eventID.bytes)
        let nonce = Digest.sha256(salted).bytes.prefix(12)
        let box = try AES.GCM.seal(
            metadata,
            using: sealing,
            nonce: try AES.GCM.Nonce(data: nonce),
            authenticating: context(eventID, account)
        )
        // Nonce, ciphertext and tag; there is none only for a nonce of another length.
        guard let bytes = box.combined else { throw CryptoKitError.incorrectParameterSize }
        let slot = MetadataSlot(encryption: Self.encryption, keyID: id, bytes: Array(bytes))
        return SealedMetadata(slot: slot, tag: tag)
    }

    /// The metadata of an event; nil when this key has not sealed it, or a byte was changed.
    public func open(_ slot: MetadataSlot, of eventID: EventID, account: AccountID) -> [UInt8]? {
        guard slot.encryption == Self.encryption, slot.keyID == id,
            let box = try? AES.GCM.SealedBox(combined: slot.bytes),
            let plain = try? AES.GCM.open(
                box,
                using: sealing,
                authenticating: context(eventID, account)
            )
        else { return nil }
        return Array(plain)
    }

    private func context(_ eventID: EventID, _ account: AccountID) -> [UInt8] {
        var context: [UInt8] = []
        context.reserveCapacity(96)
        context.append(contentsOf: account.text.utf8)
        context.append(0)
        context.append(contentsOf: id)
        context.append(contentsOf: eventID.bytes)
        return context
    }
}

extension SealingKey: CustomStringConvertible, CustomReflectable {
    /// Never shows the secret.
    public var description: String { "a sealing key of generation \(generation)" }

    /// Never shows the secret.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
