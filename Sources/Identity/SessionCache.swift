// SPDX-License-Identifier: Apache-2.0

import ExactValues

/// Sessions that were read a moment ago, so that a page and its parts read the store once.
///
/// What this node changes is dropped at once; what another process changes is seen after
/// `freshSeconds`.
struct SessionCache {
    /// The longest that an answer is believed.
    static let freshSeconds = 2
    /// So many are kept; all go when there are more.
    static let limitSessions = 1_024

    private struct Entry {
        let signedIn: SignedIn
        let readAt: Timestamp
    }

    private var entries: [Digest: Entry] = [:]
    /// Moves whenever something is dropped: what was read before that is not kept any more.
    private(set) var generation = 0

    /// A session that was read a moment ago and has not expired.
    func session(_ hash: Digest, at now: Timestamp) -> SignedIn? {
        guard let entry = entries[hash], entry.readAt <= now,
            now < entry.readAt.adding(seconds: Int64(Self.freshSeconds)),
            !entry.signedIn.session.hasExpired(at: now)
        else { return nil }
        return entry.signedIn
    }

    /// Keeps what was read, unless something was dropped since `generation`.
    mutating func keep(_ signedIn: SignedIn, readAt: Timestamp, in generation: Int) {
        guard generation == self.generation else { return }
        if entries.count >= Self.limitSessions { entries = [:] }
        entries[signedIn.session.secretHash] = Entry(signedIn: signedIn, readAt: readAt)
    }

    /// Drops everything.
    mutating func drop() {
        generation += 1
        entries = [:]
    }
}
