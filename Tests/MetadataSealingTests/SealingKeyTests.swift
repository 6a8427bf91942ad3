// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import MetadataSealing
import Testing

@Suite("A sealing key")
struct SealingKeyTests {
    private static let plain = Array(#"{"email":"someone@example.org"}"#.utf8)

    private func name(generation: Int = 3) throws -> SealingKeyName {
        SealingKeyName(
            partition: Partition(1),
            account: try account("a"),
            customer: "acme",
            generation: generation
        )
    }

    private func account(_ name: String) throws -> AccountID {
        try #require(AccountID("acct_" + name))
    }

    private func key(generation: Int = 3) throws -> SealingKey {
        try #require(SealingKey(SealingKey.candidate(for: name(generation: generation))))
    }

    private func event(_ number: UInt64) -> EventID {
        EventID(partition: 1, fingerprint: 2, unique: number, salt: 3)
    }

    @Test("opens what it has sealed, and the slot says which generation that was")
    func roundTrip() throws {
        let key = try key()
        let sealed = try key.seal(Self.plain, of: event(1), account: account("a"))
        #expect(try key.open(sealed.slot, of: event(1), account: account("a")) == Self.plain)
        #expect(SealingKey.generation(of: sealed.slot) == 3)
        #expect(sealed.slot.encryption == 1)
        #expect(sealed.slot.bytes.count == Self.plain.count + 28)
        #expect(SealingKey.generation(of: .plain(Self.plain)) == nil)
    }

    @Test("nothing of the plain text is in the slot")
    func nothingShows() throws {
        let plain = [UInt8](repeating: 0x41, count: 64)
        let sealed = try key().seal(plain, of: event(1), account: account("a"))
        #expect(!sealed.slot.bytes.contains([0x41, 0x41, 0x41, 0x41]))
    }

    @Test("the same event with the same metadata is sealed to the same bytes, any other is not")
    func determinism() throws {
        let key = try key()
        let one = try key.seal(Self.plain, of: event(1), account: account("a"))
        #expect(try key.seal(Self.plain, of: event(1), account: account("a")) == one)
        let otherEvent = try key.seal(Self.plain, of: event(2), account: account("a"))
        #expect(otherEvent.slot.bytes.prefix(12) != one.slot.bytes.prefix(12))
        #expect(otherEvent.tag == one.tag)
        let otherPlain = try key.seal(Self.plain + [0x20], of: event(1), account: account("a"))
        #expect(otherPlain.slot.bytes.prefix(12) != one.slot.bytes.prefix(12))
        #expect(otherPlain.tag != one.tag)
    }

    @Test("a slot fits its own event and account only, and no byte of it may be changed")
    func authenticity() throws {
        let key = try key()
        let slot = try key.seal(Self.plain, of: event(1), account: account("a")).slot
        #expect(try key.open(slot, of: event(2), account: account("a")) == nil)
        #expect(try key.open(slot, of: event(1), account: account("b")) == nil)
        #expect(try self.key().open(slot, of: event(1), account: account("a")) == nil)
        for index in slot.bytes.indices {
            var bytes = slot.bytes
            bytes[index] ^= 1
            let changed = MetadataSlot(encryption: 1, keyID: slot.keyID, bytes: bytes)
            #expect(try key.open(changed, of: event(1), account: account("a")) == nil)
        }
    }

    @Test("two keys mark the same metadata differently: without the key no guess can be tried")
    func marks() throws {
        let one = try key().seal(Self.plain, of: event(1), account: account("a"))
        let other = try key().seal(Self.plain, of: event(1), account: account("a"))
        #expect(one.tag != other.tag)
    }

    @Test("a destroyed key is no key")
    func destroyed() throws {
        let candidate = SealingKey.candidate(for: try name())
        let destroyed = SealingKeyRecord(name: candidate.name, id: candidate.id, secret: nil)
        #expect(SealingKey(destroyed) == nil)
    }

    @Test("neither a key nor its record shows the secret")
    func descriptions() throws {
        let record = SealingKey.candidate(for: try name())
        let secret = try #require(record.secret)
        var dumped = ""
        dump(record, to: &dumped)
        dump(try key(), to: &dumped)
        let shown = "\(record) \(String(reflecting: record)) \(try key()) \(dumped)"
        #expect(!shown.contains(Hex.encode(secret)))
        #expect(!shown.contains("\(secret[0]), \(secret[1]), \(secret[2])"))
    }
}

@Suite("What a retry is compared by")
struct BodyMarkTests {
    private let one = Digest.sha256([1])
    private let other = Digest.sha256([2])

    @Test("other fields are a conflict, whatever the metadata")
    func fields() {
        #expect(BodyMark(fields: one).conflicts(with: BodyMark(fields: other)))
        #expect(!BodyMark(fields: one).conflicts(with: BodyMark(fields: one)))
        let sealed = BodyMark(fields: one, metadata: 9, keyID: [1])
        #expect(sealed.conflicts(with: BodyMark(fields: other, metadata: 9, keyID: [1])))
    }

    @Test("metadata on one side only is a conflict, even if it was empty to the last bit")
    func presence() {
        let sealed = BodyMark(fields: one, metadata: 0, keyID: [1])
        #expect(sealed.conflicts(with: BodyMark(fields: one)))
        #expect(BodyMark(fields: one).conflicts(with: sealed))
    }

    @Test("under one key other metadata is a conflict; of one erased or lost nothing is claimed")
    func keys() throws {
        let name = SealingKeyName(
            partition: Partition(1),
            account: try #require(AccountID("acct_a")),
            customer: "acme",
            generation: 0
        )
        let (id, replaced) = (
            SealingKey.candidate(for: name).id, SealingKey.candidate(for: name).id
        )
        let first = BodyMark(fields: one, metadata: 1 << 60, keyID: id)
        #expect(first.conflicts(with: BodyMark(fields: one, metadata: 1 << 61, keyID: id)))
        #expect(!first.conflicts(with: BodyMark(fields: one, metadata: 1 << 60, keyID: id)))
        #expect(!first.conflicts(with: BodyMark(fields: one, metadata: 1 << 61, keyID: replaced)))
    }

    @Test("a mark survives the sixteen bytes that stores keep")
    func bytes() {
        let mark = BodyMark(fields: one, metadata: .max, keyID: [5])
        #expect(BodyMark(mark.mark) == mark)
    }
}
