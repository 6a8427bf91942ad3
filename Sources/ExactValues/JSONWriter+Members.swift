// SPDX-License-Identifier: Apache-2.0

// A member in one call; nil is written as `null`.
extension JSONWriter {
    /// Writes a member whose value is a string.
    public mutating func member(_ name: StaticString, _ value: String?) {
        self.name(name)
        if let value { string(value) } else { null() }
    }

    /// Writes a member whose value is a string.
    public mutating func member(_ name: StaticString, _ value: Text?) {
        self.name(name)
        if let value { text(value) } else { null() }
    }

    /// Writes a member whose value is a decimal as a string.
    public mutating func member(_ name: StaticString, _ value: Decimal?) {
        self.name(name)
        if let value { decimalString(value) } else { null() }
    }

    /// Writes a member whose value is a sum or product as a string.
    public mutating func member(_ name: StaticString, _ value: WideDecimal?) {
        self.name(name)
        if let value { wideDecimalString(value) } else { null() }
    }

    /// Writes a member whose value is an instant.
    public mutating func member(_ name: StaticString, _ value: Timestamp?) {
        self.name(name)
        if let value { timestamp(value) } else { null() }
    }

    /// Writes a member whose value is an integer.
    public mutating func member(_ name: StaticString, _ value: Int?) {
        self.name(name)
        if let value { integer(value) } else { null() }
    }

    /// Writes a member whose value is true or false.
    public mutating func member(_ name: StaticString, _ value: Bool?) {
        self.name(name)
        if let value { bool(value) } else { null() }
    }

    /// Writes a member whose value is JSON.
    public mutating func member(_ name: StaticString, _ value: JSONValue?) {
        self.name(name)
        if let value { self.value(value) } else { null() }
    }
}
