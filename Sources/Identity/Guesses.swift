// SPDX-License-Identifier: Apache-2.0

import ExactValues

/// Throttles guesses of passwords, in memory: a table of bounded size, a value without a clock.
///
/// Three things are counted: tries at an address from one place, tries at an address from everywhere,
/// and tries from a place at whatever address. A try counts when it begins, so that many at once are
/// many. Where a person has signed in before, only what came from there counts: nobody elsewhere can
/// lock them out.
struct Guesses {
    /// Tries at an address before the first wait.
    static let freeTries = 5
    /// Tries from one place at whatever address before the first wait: people share places.
    static let freeTriesOfPlace = 20
    /// The first wait; each further try doubles it.
    static let firstWaitSeconds = 5
    /// The longest wait.
    static let longestWaitSeconds = 900
    /// Without a try for so long, all is forgotten.
    static let memorySeconds = 3_600
    /// So many counts are kept.
    static let limitCounts = 16_384
    /// So many places are remembered where somebody has signed in.
    static let limitPlaces = 16_384

    /// A try that may go on.
    struct Attempt {
        fileprivate let steps: [Step]
    }

    /// What a try has changed of one count, so that exactly that can be taken back.
    fileprivate struct Step {
        let key: Key
        /// The end of the wait before it.
        let waitedUntil: Timestamp
        /// The end of the wait that it has set.
        let waitsUntil: Timestamp
    }

    enum Admission {
        case admitted(Attempt)
        case wait(seconds: Int)
    }

    /// What is counted, by hash: addresses are people's.
    fileprivate enum Key: Hashable {
        case both(Digest)
        case email(Digest)
        case place(Digest)

        var freeTries: Int {
            switch self {
            case .both, .email: Guesses.freeTries
            case .place: Guesses.freeTriesOfPlace
            }
        }
    }

    private struct Count {
        var tries = 0
        var lastAt: Timestamp
        var waitsUntil: Timestamp

        func isForgotten(at now: Timestamp) -> Bool {
            lastAt.adding(seconds: Int64(Guesses.memorySeconds)) <= now
        }
    }

    private var counts: [Key: Count] = [:]
    // Where people have signed in, with when.
    private var homes: [Digest: Timestamp] = [:]

    /// Begins a try, or says how long to wait.
    mutating func begin(_ email: Text, from place: Text, at now: Timestamp) -> Admission {
        let both = Self.hash(email, place)
        var keys: [Key] = [.both(both), .place(Self.hash(place))]
        if homes[both] == nil { keys.append(.email(Self.hash(email))) }
        // Beyond the longest wait only where the clock was set back: nobody waits for that.
        let latest = now.adding(seconds: Int64(Self.longestWaitSeconds))
        let waits = keys.compactMap { counts[$0]?.waitsUntil }.filter { now < $0 && $0 <= latest }
        if let until = waits.max() {
            let microseconds = until.microseconds(since: now)
            return .wait(seconds: Int((microseconds + 999_999) / 1_000_000))
        }
        return .admitted(Attempt(steps: keys.map { count($0, at: now) }))
    }

    /// The password was right: what was counted at the address is forgotten, what was counted at the
    /// place is not, or one's own password would buy guesses at other people's.
    mutating func succeeded(_ attempt: Attempt, at now: Timestamp) {
        for step in attempt.steps {
            switch step.key {
            case .both(let home):
                counts[step.key] = nil
                remember(home, at: now)
            case .email: counts[step.key] = nil
            case .place: takeBack(step)
            }
        }
    }

    /// No password was checked.
    mutating func abandoned(_ attempt: Attempt) {
        for step in attempt.steps { takeBack(step) }
    }

    /// Takes back one try and its own wait: one that another try has set stays, or a try that ends
    /// well would buy the ones beside it.
    private mutating func takeBack(_ step: Step) {
        guard var count = counts[step.key] else { return }
        count.tries -= 1
        if count.waitsUntil == step.waitsUntil { count.waitsUntil = step.waitedUntil }
        counts[step.key] = count.tries > 0 ? count : nil
    }

    private mutating func count(_ key: Key, at now: Timestamp) -> Step {
        var count = counts[key] ?? Count(lastAt: now, waitsUntil: now)
        if count.isForgotten(at: now) { count.tries = 0 }
        let waitedUntil = count.waitsUntil
        count.tries += 1
        count.lastAt = now
        let doublings = count.tries - key.freeTries
        if doublings >= 0 {
            let seconds = Self.firstWaitSeconds << min(doublings, 16)
            count.waitsUntil = now.adding(seconds: Int64(min(seconds, Self.longestWaitSeconds)))
        }
        if counts[key] == nil, counts.count >= Self.limitCounts { makeRoom(at: now) }
        counts[key] = count
        return Step(key: key, waitedUntil: waitedUntil, waitsUntil: count.waitsUntil)
    }

    /// Drops what is forgotten, or else a tenth: what was tried least, and longest ago.
    private mutating func makeRoom(at now: Timestamp) {
        counts = counts.filter { !$0.value.isForgotten(at: now) }
        guard counts.count >= Self.limitCounts else { return }
        let least = counts.sorted {
            ($0.value.tries, $0.value.lastAt) < ($1.value.tries, $1.value.lastAt)
        }
        for (key, _) in least.prefix(Self.limitCounts / 10) { counts[key] = nil }
    }

    private mutating func remember(_ home: Digest, at now: Timestamp) {
        if homes[home] == nil, homes.count >= Self.limitPlaces {
            for (key, _) in homes.sorted(by: { $0.value < $1.value }).prefix(Self.limitPlaces / 10)
            {
                homes[key] = nil
            }
        }
        homes[home] = now
    }

    private static func hash(_ parts: Text...) -> Digest {
        Digest.sha256(Array(parts.map(\.string).joined(separator: "\n").utf8))
    }
}
