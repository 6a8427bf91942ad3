// SPDX-License-Identifier: Apache-2.0

/// Why a note, a key or a checkpoint is not accepted.
public enum NoteError: Error, Hashable, Sendable, CustomStringConvertible {
    /// It is not written as it has to be, down to the byte; says where.
    case malformed(String)
    /// It is longer than any note may be.
    case tooLong
    /// A known key's signature does not fit the text.
    case badSignature(key: String)
    /// No known key has signed it.
    case unknownSigners

    /// Safe for a client.
    public var description: String {
        switch self {
        case .malformed(let place): "the \(place) is malformed"
        case .tooLong: "the note is too long"
        case .badSignature(let key): "the signature of \(key) does not fit"
        case .unknownSigners: "no known key has signed it"
        }
    }
}
