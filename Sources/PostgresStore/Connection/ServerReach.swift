// SPDX-License-Identifier: Apache-2.0

import Dispatch

/// Whether the server can be reached, as far as is known: one caller at a time finds out, so that
/// the others are told at once.
enum ServerReach: Equatable {
    /// Whoever needs a connection makes one. Can transition to `away`.
    case near
    /// Nobody tries before `until`. Can transition to `tried`.
    case away(until: DispatchTime, delayMilliseconds: Int)
    /// One caller tries. Can transition to `near` and to `away`.
    case tried(delayMilliseconds: Int)

    /// After the first failure nobody tries for so long; after each further one twice as long.
    static let delayMilliseconds = 100
    /// The longest such time.
    static let delayLongestMilliseconds = 1_000

    /// Whether the caller may try; it then says how it went.
    mutating func mayTry(at now: DispatchTime) -> Bool {
        switch self {
        case .near:
            return true
        case .away(let until, let delay):
            guard now >= until else { return false }
            self = .tried(delayMilliseconds: min(delay * 2, Self.delayLongestMilliseconds))
            return true
        case .tried:
            return false
        }
    }

    mutating func reached() { self = .near }

    /// A try has failed, or the server has left somebody without an answer.
    mutating func failed(at now: DispatchTime) {
        let delay: Int
        switch self {
        case .near: delay = Self.delayMilliseconds
        // Callers that began together fail together.
        case .away: return
        case .tried(let longer): delay = longer
        }
        self = .away(until: now + .milliseconds(delay), delayMilliseconds: delay)
    }
}
