// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import EventStore
import ExactValues
import OutcomeDomain
import OutcomeRuntime
import OutcomesFeed
import ProjectionKit

/// One open live stream: writes the outcomes that have changed, as server-sent events, until the
/// client or the server goes.
///
/// An outcome is told as the feed shows it, so that only its newest state is: whoever reads slowly
/// misses states in between and never the last one.
struct OutcomeStream: Sendable {
    let services: APIServices
    let listener: ChangeListener
    let filter: OutcomeFilter
    let resumption: Resumption
    /// Who listens, as long as they may; nil when they may no more.
    let renewal: @Sendable (Principal) async throws -> Principal?

    /// Where the client says it has got to.
    enum Resumption: Sendable {
        case none
        case after(ChangeCursor)
        /// What it sent is no place.
        case unknown
    }

    /// A client comes back after a time between these, so that not all do at once.
    private static let retryMilliseconds = 1_000...3_000
    /// Events are put together to parts of about so many bytes.
    private static let partBytes = 16_384

    /// Writes until the listener is told that it is over or the client may listen no more.
    ///
    /// - Throws: `StoreError` when the store is away: the client comes back and resumes.
    func write(to parts: PartWriter, for principal: Principal) async throws {
        var writer = WatchedWriter(parts: parts, principal: principal, renewal: renewal)
        do {
            try await open(&writer)
            var told = listener.place
            for await _ in listener.wakes {
                let (keys, place, isBeat) = listener.take()
                guard let keys else {
                    told = place
                    try await writer.write(ServerSentEvent.reset(id: place.text))
                    continue
                }
                if try await tell(keys, through: place, &writer) {
                    told = place
                } else if isBeat {
                    // Also where much happens that nobody wants to be told of. With the place, else
                    // it would be too old to resume from one day.
                    let id = place == told ? nil : place.text
                    told = place
                    try await writer.write(ServerSentEvent.beat(id: id))
                }
            }
        } catch is NoLongerWelcome {
            // The stream is over, and whole.
        }
    }

    private func open(_ writer: inout WatchedWriter) async throws {
        let retry = Int.random(in: Self.retryMilliseconds)
        try await writer.write(ServerSentEvent.retry(milliseconds: retry))
        switch resumption {
        case .none:
            try await writer.write(ServerSentEvent.beat(id: listener.place.text))
        case .unknown:
            try await writer.write(ServerSentEvent.reset(id: listener.place.text))
        case .after(let cursor):
            guard let keys = try await services.changes.replay(since: cursor, for: listener) else {
                return try await writer.write(ServerSentEvent.reset(id: listener.place.text))
            }
            let place = cursor.furthest(listener.place)
            guard try await !tell(keys, through: place, &writer) else { return }
            try await writer.write(ServerSentEvent.beat(id: place.text))
        }
    }

    /// Writes the outcomes of these keys that pass the filter; the last one has the place as its id,
    /// so that whoever has not read all of them is told them again.
    ///
    /// - Returns: Whether there was any.
    private func tell(
        _ keys: [Text],
        through place: ChangeCursor,
        _ writer: inout WatchedWriter
    ) async throws -> Bool {
        var part: [UInt8] = []
        var isOpen = false
        for key in keys {
            try Task.checkCancellation()
            guard let key = OutcomeKey(key),
                let view = try await services.feed.outcome(key, account: listener.account),
                filter.passes(view.row)
            else { continue }
            if isOpen { ServerSentEvent.end(&part) }
            if part.count >= Self.partBytes {
                try await writer.write(part)
                part.removeAll(keepingCapacity: true)
            }
            ServerSentEvent.begin("outcome", &part)
            var json = JSONWriter(reserving: 1024)
            json.outcome(view)
            ServerSentEvent.data(json.bytes, &part)
            isOpen = true
        }
        guard isOpen else { return false }
        ServerSentEvent.id(place.text, &part)
        ServerSentEvent.end(&part)
        try await writer.write(part)
        return true
    }
}

/// Who listens may listen no more.
private struct NoLongerWelcome: Error {}

/// Writes parts as long as their reader may have them: each is asked for, since a reader who takes
/// them slowly could go on for long with what was allowed at the beginning.
private struct WatchedWriter {
    let parts: PartWriter
    var principal: Principal
    let renewal: @Sendable (Principal) async throws -> Principal?

    mutating func write(_ part: [UInt8]) async throws {
        guard let renewed = try await renewal(principal), renewed.may(.read) else {
            throw NoLongerWelcome()
        }
        principal = renewed
        try await parts.write(part)
    }
}

extension OutcomeFilter {
    /// Whether an outcome is among those that are wanted.
    fileprivate func passes(_ row: OutcomeRow) -> Bool {
        (state == nil || row.progress.state == state)
            && (agent == nil || row.agent == agent)
            && (customer == nil || row.customer == customer)
    }
}
