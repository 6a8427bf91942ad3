// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// Follows the hash chain of one stream, event by event, from its first version on.
///
/// Memory does not grow with the stream.
public struct StreamChain: Hashable, Sendable {
    /// The version of the last event that was followed; 0 before the first.
    public private(set) var version = 0
    /// Its hash; 32 zero bytes before the first.
    public private(set) var hash = Digest.zero

    /// Where a chain is broken, in one sentence.
    public struct Break: Error, Hashable, Sendable, CustomStringConvertible {
        /// The version at which it shows.
        public let version: Int
        /// What is wrong.
        public let description: String
    }

    /// Before the first event.
    public init() {}

    /// Takes the next event.
    ///
    /// - Throws: When it does not follow the last one, or its bytes do not have its hash.
    public mutating func follow(_ event: StoredEvent) throws(Break) {
        let next = version + 1
        guard event.version == next else {
            throw Break(version: next, description: "version \(next) is missing")
        }
        guard event.previous == hash else {
            throw Break(
                version: next,
                description: "version \(next) does not follow the hash of the version before"
            )
        }
        guard event.computedHash == event.hash else {
            throw Break(
                version: next,
                description: "what is stored as version \(next) does not have its hash"
            )
        }
        version = next
        hash = event.hash
    }
}
