// SPDX-License-Identifier: Apache-2.0

import ExactValues
import HTTPAPI

/// The fields of a form, in their order (`application/x-www-form-urlencoded`).
struct Form: Sendable {
    struct Field: Sendable {
        let name: String
        let value: String
    }

    /// Most fields of a form.
    static let limitFields = 4096

    let fields: [Field]

    init(fields: [Field] = []) { self.fields = fields }

    /// Reads a body or a query; nil when it is not well encoded or has too many fields.
    init?(_ bytes: some Collection<UInt8>) {
        var fields: [Field] = []
        for pair in bytes.split(separator: 0x26) {
            guard fields.count < Self.limitFields else { return nil }
            let mark = pair.firstIndex(of: 0x3D)
            let valueBytes = mark.map { pair[pair.index(after: $0)...] } ?? pair[pair.endIndex...]
            guard
                let name = PercentCoding.decode(
                    pair[..<(mark ?? pair.endIndex)],
                    plusIsSpace: true
                ),
                let value = PercentCoding.decode(valueBytes, plusIsSpace: true)
            else { return nil }
            fields.append(Field(name: name.string, value: value.string))
        }
        self.fields = fields
    }

    /// The first value of a field; nil when it was not sent.
    subscript(_ name: String) -> String? {
        fields.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
    }

    /// A field's value without spaces around it; empty when it was not sent.
    func text(_ name: String) -> String {
        let value = (self[name] ?? "").drop { $0.isWhitespace }
        guard let last = value.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(value[...last])
    }

    /// All values of a field, in order.
    func all(_ name: String) -> [String] {
        fields.filter { $0.name.utf8.elementsEqual(name.utf8) }.map(\.value)
    }
}
