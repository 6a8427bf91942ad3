// SPDX-License-Identifier: Apache-2.0

import EventStore

/// Why the server did not do what it was sent.
struct PostgresFailure: Error, Sendable {
    enum Kind: Sendable {
        /// The server refused the statement: nothing of it happened.
        case refused(sqlState: String)
        /// The statement never left: nothing of it happened.
        case notSent
        /// No answer came: it may have happened, or may yet.
        case unknown
    }

    let kind: Kind
    /// For logs.
    let message: String
    /// Whether the server has been silent for as long as a statement may take.
    var isTimeout = false

    /// Whether the connection can be used again.
    var isConnectionUsable: Bool {
        switch kind {
        case .refused(let state):
            // The server goes away, has become a standby, or has forgotten what was prepared.
            !state.hasPrefix("08") && !state.hasPrefix("57P")
                && !["25006", "26000", "0A000"].contains(state)
        case .notSent, .unknown: false
        }
    }
}

extension StoreError {
    /// What a caller of the ports is told.
    init(_ failure: PostgresFailure) {
        let detail = failure.message
        guard case .refused(let state) = failure.kind else {
            self.init(.unavailable, detail: detail)
            return
        }
        switch state {
        // A constraint is violated: two of what there is one of, or a place out of order.
        case let state where state.hasPrefix("23"):
            self.init(.conflict, detail: detail)
        case "53100":
            self.init(.diskFull, detail: detail)
        case "XX001", "XX002":
            self.init(.damaged, detail: detail)
        default:
            self.init(.unavailable, detail: "\(state): \(detail)")
        }
    }
}

extension StoreError {
    /// What a caller of the ports is told of anything that went wrong.
    init(postgres error: any Error) {
        switch error {
        case let known as StoreError: self = known
        case let failure as PostgresFailure: self.init(failure)
        default: self.init(.unavailable, detail: String(describing: error))
        }
    }
}
