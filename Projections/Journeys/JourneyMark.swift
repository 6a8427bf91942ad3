// SPDX-License-Identifier: Apache-2.0

public import EventSchema
import EventStore
public import ExactValues
import OutcomeDomain

/// What the index of journeys is asked by: a hash of an id other than the event's own.
///
/// Two ids may have one mark: what is found is held against the id itself.
public struct JourneyMark: Hashable, Sendable {
    /// The first eight bytes of SHA-256(kind, account, 0x00, id).
    public let value: UInt64

    /// What kind of id it is.
    private enum Kind: UInt8 {
        case request = 1
        case trace = 2
        case idempotencyKey = 3
    }

    private init(_ kind: Kind, _ id: some Collection<UInt8>, _ account: AccountID) {
        var hashed: [UInt8] = [kind.rawValue]
        hashed.reserveCapacity(2 + account.text.utf8.count + id.count)
        hashed.append(contentsOf: account.text.utf8)
        hashed.append(0)
        hashed.append(contentsOf: id)
        value = Digest.sha256(hashed).prefix64
    }

    /// The mark of a request of an account.
    public static func request(_ id: String, account: AccountID) -> JourneyMark {
        JourneyMark(.request, id.utf8, account)
    }

    /// The mark of a W3C trace, by its trace id.
    public static func trace(_ id: TraceID, account: AccountID) -> JourneyMark {
        JourneyMark(.trace, id.text.utf8, account)
    }

    /// The mark of an idempotency key, on whichever outcome.
    public static func idempotencyKey(_ key: Text, account: AccountID) -> JourneyMark {
        JourneyMark(.idempotencyKey, key.utf8, account)
    }
}

/// Forms the marks of facts in the order of the log: neighbours mostly have one request, whose hash
/// is not made again.
public struct JourneyMarker {
    private var request: (account: AccountID, id: String, mark: JourneyMark)?
    private var trace: (account: AccountID, parent: String, mark: JourneyMark?)?

    /// Knows no fact yet.
    public init() {}

    /// The marks under which a fact is to be found: those of the request behind it, and of the
    /// idempotency key when it is the first about its signal.
    public mutating func marks(of recorded: RecordedFact) -> [JourneyMark] {
        guard let passage = recorded.passage else { return [] }
        let account = recorded.stream.account
        var marks: [JourneyMark] = []
        if let id = passage.request { marks.append(mark(ofRequest: id, account)) }
        if let parent = recorded.trace, let mark = mark(ofTrace: parent, account) {
            marks.append(mark)
        }
        if let key = recorded.arrivedIdempotencyKey {
            marks.append(.idempotencyKey(key, account: account))
        }
        return marks
    }

    private mutating func mark(ofRequest id: String, _ account: AccountID) -> JourneyMark {
        if let request, request.id == id, request.account == account { return request.mark }
        let mark = JourneyMark.request(id, account: account)
        request = (account, id, mark)
        return mark
    }

    private mutating func mark(ofTrace parent: String, _ account: AccountID) -> JourneyMark? {
        if let trace, trace.parent == parent, trace.account == account { return trace.mark }
        let mark = TraceID(traceParent: parent).map { JourneyMark.trace($0, account: account) }
        trace = (account, parent, mark)
        return mark
    }
}

extension RecordedFact {
    /// The idempotency key of the signal whose own record this fact is of.
    var arrivedIdempotencyKey: Text? {
        let signal: Signal
        switch fact.event {
        case .signalApplied(let applied): signal = applied.signal
        case .signalDeadLettered(let letter): signal = letter.signal
        case .opened, .signalRedriven, .signalDiscarded, .settled: return nil
        }
        return signal.position == fact.cause.position ? signal.idempotencyKey : nil
    }
}

/// A W3C trace id: 32 lower-case hexadecimal digits.
public struct TraceID: Hashable, Sendable {
    /// The digits.
    public let text: String

    /// Reads the digits; nil for anything else.
    public init?(_ text: String) {
        let isHex = text.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x61...0x66).contains($0)
        }
        guard text.utf8.count == 32, isHex else { return nil }
        self.text = text
    }

    /// Takes the trace id out of a `traceparent`; nil when it has none.
    public init?(traceParent: String) {
        let parts = traceParent.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 4 else { return nil }
        self.init(String(parts[1]))
    }
}
