// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// Which change of a catalog it was, when it was, whose, and by which request (SPEC 2).
public struct ChangeStamp: Hashable, Sendable {
    /// The catalog version with the change.
    public let version: Int
    /// When it happened.
    public let time: Timestamp
    /// Who brought it about.
    public let author: Author
    /// The id of the request it came with, where that is known.
    public let request: String?

    /// Puts a stamp together.
    public init(version: Int, time: Timestamp, author: Author, request: String? = nil) {
        self.version = version
        self.time = time
        self.author = author
        self.request = request
    }

    init(_ fact: CatalogFact) {
        self.init(
            version: fact.version,
            time: fact.time,
            author: fact.author,
            request: fact.request
        )
    }
}
