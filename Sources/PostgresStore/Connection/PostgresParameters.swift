// SPDX-License-Identifier: Apache-2.0

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
    }

    private(set) var bytes: [UInt8] = []
    /// Where each parameter lies in `bytes`; nil for NULL.
    private(set) var ranges: [Range<Int>?] = []

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

    mutating func addNull() { ranges.append(nil) }

    private mutating func add(_ write: (inout [UInt8]) -> Void) {
        let start = bytes.count
        write(&bytes)
        ranges.append(start..<bytes.count)
    }

    // MARK: Arrays

    mutating func add(_ values: some Collection<Int64>) {
        add(.bigint, values) { $1.append(bigEndian: $0) }
    }

    mutating func add(integers values: some Collection<Int>) {
        add(.integer, values) { $1.append(bigEndian: Int32(truncatingIfNeeded: $0)) }
    }

    mutating func add(_ values: some Collection<Int64?>) {
        addOptional(.bigint, values) { $1.append(bigEndian: $0) }
    }

    mutating func add(_ values: some Collection<Bool>) {
        add(.bool, values) { $1.append($0 ? 1 : 0) }
    }

    mutating func add(_ values: some Collection<[UInt8]>) {
        add(.bytea, values) { $1.append(contentsOf: $0) }
    }

    mutating func add(_ values: some Collection<[UInt8]?>) {
        addOptional(.bytea, values) { $1.append(contentsOf: $0) }
    }

    mutating func add(texts values: some Collection<String>) {
        add(.text, values) { $1.append(contentsOf: $0.utf8) }
    }

    mutating func add(texts values: some Collection<String?>) {
        addOptional(.text, values) { $1.append(contentsOf: $0.utf8) }
    }

    private mutating func add<Value>(
        _ element: Element,
        _ values: some Collection<Value>,
        _ write: (Value, inout [UInt8]) -> Void
    ) {
        addOptional(element, values.lazy.map(Optional.some), write)
    }

    private mutating func addOptional<Value>(
        _ element: Element,
        _ values: some Collection<Value?>,
        _ write: (Value, inout [UInt8]) -> Void
    ) {
        add { bytes in
            bytes.append(bigEndian: Int32(values.isEmpty ? 0 : 1))
            bytes.append(bigEndian: Int32(values.contains { $0 == nil } ? 1 : 0))
            bytes.append(bigEndian: element.rawValue)
            guard !values.isEmpty else { return }
            bytes.append(bigEndian: Int32(values.count))
            bytes.append(bigEndian: Int32(1))
            for value in values {
                let length = bytes.count
                bytes.append(bigEndian: Int32(-1))
                guard let value else { continue }
                write(value, &bytes)
                let count = Int32(bytes.count - length - 4)
                withUnsafeBytes(of: count.bigEndian) {
                    bytes.replaceSubrange(length..<(length + 4), with: $0)
                }
            }
        }
    }
}
