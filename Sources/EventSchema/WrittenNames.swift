// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain

/// Names that were read lately, so that those which come again in event after event are neither
/// made nor checked again.
struct WrittenNames: Sendable {
    var actions = RecentNames<Action>()
    var customers = RecentNames<CustomerKey>()
    var slugs = RecentNames<Slug>()

    /// Takes note of a name that was read from these bytes.
    mutating func note(_ name: some WrittenName, _ bytes: UnsafeBufferPointer<UInt8>) {
        name.note(bytes, in: &self)
    }
}

/// A text that keeps a rule.
protocol WrittenName: Sendable {
    var text: Text { get }
    init?(_ text: Text)

    /// The name that is these bytes, if it was read lately.
    static func known(_ bytes: UnsafeBufferPointer<UInt8>, in names: WrittenNames) -> Self?
    /// Takes note of a name that was read from these bytes.
    func note(_ bytes: UnsafeBufferPointer<UInt8>, in names: inout WrittenNames)
}

extension Action: WrittenName {
    static func known(_ bytes: UnsafeBufferPointer<UInt8>, in names: WrittenNames) -> Action? {
        names.actions.known(bytes)
    }

    func note(_ bytes: UnsafeBufferPointer<UInt8>, in names: inout WrittenNames) {
        names.actions.note(self, bytes)
    }
}

extension CustomerKey: WrittenName {
    static func known(
        _ bytes: UnsafeBufferPointer<UInt8>,
        in names: WrittenNames
    ) -> CustomerKey? {
        names.customers.known(bytes)
    }

    func note(_ bytes: UnsafeBufferPointer<UInt8>, in names: inout WrittenNames) {
        names.customers.note(self, bytes)
    }
}

extension Slug: WrittenName {
    static func known(_ bytes: UnsafeBufferPointer<UInt8>, in names: WrittenNames) -> Slug? {
        names.slugs.known(bytes)
    }

    func note(_ bytes: UnsafeBufferPointer<UInt8>, in names: inout WrittenNames) {
        names.slugs.note(self, bytes)
    }
}

/// A few names, each in the one place its bytes lead to; another one of that place takes it.
struct RecentNames<Name: WrittenName>: Sendable {
    private static var limitNames: Int { 16 }
    private var slots: [Name?] = Array(repeating: nil, count: limitNames)

    /// The name that is these bytes, if it was read lately.
    func known(_ bytes: UnsafeBufferPointer<UInt8>) -> Name? {
        guard let name = slots[Self.slot(bytes)] else { return nil }
        let isSame = name.text.withUTF8 { content in
            guard content.count == bytes.count, let left = content.baseAddress,
                let right = bytes.baseAddress
            else { return false }
            return ByteRun.areEqual(left, right, count: bytes.count)
        }
        return isSame ? name : nil
    }

    /// Takes note of a name that was read from these bytes.
    mutating func note(_ name: Name, _ bytes: UnsafeBufferPointer<UInt8>) {
        slots[Self.slot(bytes)] = name
    }

    private static func slot(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        guard let first = bytes.first, let last = bytes.last else { return 0 }
        return (Int(first) &+ Int(last) &* 5 &+ bytes.count) & (limitNames - 1)
    }
}
