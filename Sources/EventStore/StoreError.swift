// SPDX-License-Identifier: Apache-2.0

/// Why the store did not do what was asked.
public struct StoreError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of failure it is; the set may grow.
    public enum Reason: Hashable, Sendable {
        /// Too much waits to be written; try again shortly.
        case full
        /// Head, cursor, epoch or version is not as expected; nothing of that partition was written.
        case conflict
        /// The disk is full; reads go on.
        case diskFull
        /// The store cannot be reached or written at the moment; nothing was written.
        case unavailable
        /// Nothing may be acknowledged any more: a flush failed. Restart.
        case fatal
        /// The store is damaged.
        case damaged
        /// The service is shutting down.
        case closed
    }

    /// What kind of failure it is.
    public let reason: Reason
    /// For logs, never for clients.
    public let detail: String

    /// Names a failure.
    public init(_ reason: Reason, detail: String = "") {
        self.reason = reason
        self.detail = detail
    }

    /// Safe for a client: names the reason only.
    public var description: String {
        switch reason {
        case .full: "the intake is full"
        case .conflict: "the stream has moved on"
        case .diskFull: "the disk is full"
        case .unavailable: "the store is unavailable"
        case .fatal: "the store has failed and must be restarted"
        case .damaged: "the store is damaged"
        case .closed: "the service is shutting down"
        }
    }
}

extension StoreError: CustomDebugStringConvertible {
    /// For logs and tests: the reason with its detail.
    public var debugDescription: String {
        detail.isEmpty ? description : "\(description): \(detail)"
    }
}
