// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues

/// The parameters of one statement, in PostgreSQL's binary form.
struct PostgresParameters: Sendable {
    /// The types of array elements, by their numbers in the system catalog.
    enum Element: Int32, Sendable {
        case bool = 16
        case bytea = 17
        case bigint = 20
        case integer = 23
        case text = 25
        case uuid = 2950
    }

    private(set) var bytes: [UInt8] = []
    /// Where each parameter lies in `bytes`.
    private(set) var ranges: [Range<Int>] = []

    mutating func add(_ value: Int64) {
        add { $0.append(bigEndian: value) }
    }

    mutating func add(integer value: Int) {
        add { $0.append(bigEndian: Int32(truncatingIfNeeded: value)) }
    }

    mutating func add(_ value: Bool) {
        add { $0.append(value ? 1 : 0) }
    }

    mutating func add(_ value: [UInt8]) {
        add { $0.append(contentsOf: value) }
    }

    mutating func add(text value: String) {
        add { $0.append(contentsOf: value.utf8) }
    }

    private mutating func add(_ write: (inout [UInt8]) -> Void) {
        let start = bytes.count
        write(&bytes)
        ranges.append(start..<bytes.count)
    }

    // MARK: Arrays

    mutating func add(_ values: some Collection<Int64>) {
        addArray(.bigint, values) { $1.append(bigEndian: $0) }
    }

    mutating func add(integers values: some Collection<Int>) {
        addArray(.integer, values) { $1.append(bigEndian: Int32(truncatingIfNeeded: $0)) }
    }

    mutating func add(_ values: some Collection<Int64?>) {
        addOptionals(.bigint, values) { $1.append(bigEndian: $0) }
    }

    mutating func add(_ values: some Collection<Bool>) {
        addArray(.bool, values) { $1.append($0 ? 1 : 0) }
    }

    mutating func add(_ values: some Collection<[UInt8]>) {
        addArray(.bytea, values) { $1.append(contentsOf: $0) }
    }

    mutating func add(optionals values: some Collection<[UInt8]?>) {
        addOptionals(.bytea, values) { $1.append(contentsOf: $0) }
    }

    mutating func add(texts values: some Collection<String>) {
        addArray(.text, values) { $1.append(contentsOf: $0.utf8) }
    }

    mutating func add(texts values: some Collection<String?>) {
        addOptionals(.text, values) { $1.append(contentsOf: $0.utf8) }
    }

    mutating func add(keys values: some Collection<Text>) {
        addArray(.bytea, values) { $1.append(contentsOf: $0.utf8) }
    }

    mutating func add(_ values: some Collection<EventID>) {
        addArray(.bytea, values) { id, bytes in
            id.withUnsafeBytes { bytes.append(contentsOf: $0) }
        }
    }

    mutating func add(_ values: some Collection<EventID?>) {
        addOptionals(.bytea, values) { id, bytes in
            id.withUnsafeBytes { bytes.append(contentsOf: $0) }
        }
    }

    mutating func add(_ values: some Collection<Digest>) {
        addArray(.bytea, values) { $0.append(to: &$1) }
    }

    /// The first 16 bytes of hashes, as the type that holds just as many.
    mutating func add(marks values: some Collection<ClaimMark?>) {
        addOptionals(.uuid, values) { mark, bytes in
            bytes.append(bigEndian: mark.high)
            bytes.append(bigEndian: mark.low)
        }
    }

    private mutating func addArray<Value>(
        _ element: Element,
        _ values: some Collection<Value>,
        _ write: (Value, inout [UInt8]) -> Void
    ) {
        beginArray(element, count: values.count)
        for value in values {
            let start = beginElement()
            write(value, &bytes)
            endElement(start)
        }
        endArray()
    }

    private mutating func addOptionals<Value>(
        _ element: Element,
        _ values: some Collection<Value?>,
        _ write: (Value, inout [UInt8]) -> Void
    ) {
        beginArray(element, count: values.count)
        for value in values {
            // A length of -1 is NULL.
            let start = beginElement()
            guard let value else { continue }
            write(value, &bytes)
            endElement(start)
        }
        endArray()
    }

    private mutating func beginArray(_ element: Element, count: Int) {
        ranges.append(bytes.count..<bytes.count)
        bytes.append(bigEndian: Int32(count == 0 ? 0 : 1))
        // There may be NULLs; the server looks for itself.
        bytes.append(bigEndian: Int32(1))
        bytes.append(bigEndian: element.rawValue)
        guard count > 0 else { return }
        bytes.append(bigEndian: Int32(count))
        bytes.append(bigEndian: Int32(1))
    }

    private mutating func beginElement() -> Int {
        bytes.append(bigEndian: Int32(-1))
        return bytes.count
    }

    private mutating func endElement(_ start: Int) {
        let count = Int32(truncatingIfNeeded: bytes.count - start)
        bytes.withUnsafeMutableBytes { bytes in
            bytes.storeBytes(of: count.bigEndian, toByteOffset: start - 4, as: Int32.self)
        }
    }

    private mutating func endArray() {
        guard let last = ranges.popLast() else { return }
        ranges.append(last.lowerBound..<bytes.count)
    }
}
