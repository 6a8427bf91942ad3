// SPDX-License-Identifier: Apache-2.0

import Dispatch

/// Whether the server can be reached, as far as is known: one caller at a time finds out, so that
/// the others are told at once.
enum ServerReach: Equatable {
    /// Whoever needs a connection makes one; so many tries have failed since one succeeded. Can
    /// transition to `away`.
    case near(failures: Int)
    /// Nobody tries before `until`. Can transition to `tried`.
    case away(until: DispatchTime, delayMilliseconds: Int)
    /// One caller tries. Can transition to `near` and to `away`.
    case tried(delayMilliseconds: Int)

    /// A backend may be ended while it is being reached; a server to which so many tries in a row
    /// have failed is away.
    static let failuresLimitTries = 3
    /// Then nobody tries for so long; after each further failure twice as long.
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

    mutating func reached() { self = .near(failures: 0) }

    /// A try has failed.
    mutating func failed(at now: DispatchTime) {
        switch self {
        case .near(let failures) where failures + 1 < Self.failuresLimitTries:
            self = .near(failures: failures + 1)
        case .near:
            isSilent(at: now)
        // Callers that began together fail together.
        case .away:
            break
        case .tried(let delay):
            self = .away(until: now + .milliseconds(delay), delayMilliseconds: delay)
        }
    }

    /// The server has not answered somebody for as long as it may take.
    mutating func isSilent(at now: DispatchTime) {
        guard case .near = self else { return failed(at: now) }
        let delay = Self.delayMilliseconds
        self = .away(until: now + .milliseconds(delay), delayMilliseconds: delay)
    }
}
