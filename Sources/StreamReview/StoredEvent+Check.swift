// SPDX-License-Identifier: Apache-2.0

import EventSchema
import EventStore
import ExactValues

extension StoredEvent {
    /// Holds the event against what this program writes for what it says.
    func check(
        against formed: StoredEvent,
        at place: ReviewPlace,
        into findings: inout [ReviewFinding]
    ) {
        // One comparison for nearly all: it covers the bytes, the place, the chain and the hash.
        guard self != formed else { return }
        checkChain(after: formed.previous, at: place, into: &findings)
        if header != formed.header {
            findings.append(ReviewFinding(.notCanonical(.header), at: place))
        }
        if body != formed.body {
            findings.append(ReviewFinding(.notCanonical(.body), at: place))
        }
        if envelope != formed.envelope {
            findings.append(ReviewFinding(.notCanonical(.envelope), at: place))
        }
        if eventID != formed.eventID {
            findings.append(ReviewFinding(.eventIDDiffers, at: place))
        }
    }

    /// Checks that the event follows this hash, and has the hash of its bytes.
    func checkChain(
        after hash: Digest,
        at place: ReviewPlace,
        into findings: inout [ReviewFinding]
    ) {
        if previous != hash {
            findings.append(ReviewFinding(.chainBroken, at: place))
        }
        if computedHash != self.hash {
            findings.append(ReviewFinding(.hashDiffers, at: place))
        }
    }
}
