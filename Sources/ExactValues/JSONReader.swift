// SPDX-License-Identifier: Apache-2.0

/// Reads JSON strictly, so that what is kept is exactly what was sent.
///
/// The grammar is RFC 8259's. Beyond it, these are errors: a name that occurs twice in an object, a
/// number out of `Decimal`'s bounds, a NUL character, half of a surrogate pair, bytes that are not
/// UTF-8, a byte order mark, and nesting deeper than allowed.
public enum JSONReader {
    /// Reads one value that fills the whole input.
    ///
    /// No more than `maximumDepth` arrays and objects may stand inside each other.
    public static func read(
        _ bytes: [UInt8],
        maximumDepth: Int = 64
    ) throws(JSONError) -> JSONValue {
        // The closure hands out a Result because a rethrowing one would lose the error's type.
        let result = bytes.withUnsafeBytes { buffer in
            readResult(buffer, maximumDepth: maximumDepth)
        }
        return try result.get()
    }

    /// Reads one value that fills the whole input.
    ///
    /// No more than `maximumDepth` arrays and objects may stand inside each other.
    public static func read(
        _ bytes: UnsafeRawBufferPointer,
        maximumDepth: Int = 64
    ) throws(JSONError) -> JSONValue {
        try readResult(bytes, maximumDepth: maximumDepth).get()
    }

    private static func readResult(
        _ buffer: UnsafeRawBufferPointer,
        maximumDepth: Int
    ) -> Result<JSONValue, JSONError> {
        buffer.withMemoryRebound(to: UInt8.self) { bytes in
            var parser = JSONParser(bytes: bytes, maximumDepth: maximumDepth)
            do throws(JSONError) {
                return .success(try parser.document())
            } catch {
                return .failure(error)
            }
        }
    }
}
