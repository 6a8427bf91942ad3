// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// Why a bundle proves nothing: what is wrong, and where.
public struct EvidenceProblem: Hashable, Sendable, CustomStringConvertible {
    /// The line of the file, from 1; 0 where it is about the file as a whole.
    public let line: Int
    /// What the line is; nil when it does not say.
    public let section: String?
    /// The outcome whose stream it stands in.
    public let stream: Text?
    /// The version of the stream, or of the catalog.
    public let version: Int?
    /// The member that is wrong, as far as it is known.
    public let field: String?
    /// What is wrong with it.
    public let what: String

    /// The place, then what is wrong there.
    public var description: String {
        var place: [String] = []
        if line > 0 { place.append("line \(line)") }
        if let section { place.append(section) }
        if let stream { place.append("outcome \(stream)") }
        if let version { place.append("version \(version)") }
        if let field { place.append(field) }
        return (place.isEmpty ? ["the file"] : place).joined(separator: ", ") + ": " + what
    }
}
