// SPDX-License-Identifier: Apache-2.0

import BillingLedger
import CatalogDomain
import EventSchema
import EventStore
import ExactValues
import HTTPAPI
import Journeys
import Logging
import OutcomeDomain
import OutcomeRuntime
import ProjectionKit
import SQLiteStore

/// `assay trace ID`: where an event has been and when, also beside a running server.
public enum Trace {
    /// What is asked for.
    public struct Request: Sendable {
        /// An event's id, a posting's, a trace's, a request's, or an idempotency key.
        public var id: String
        /// The outcome key an idempotency key is on; without it the index is asked.
        public var key: String?
        /// Whose; may be left out when the store has one account.
        public var account: String?
        /// At most this many journeys.
        public var limit: Int
        /// JSON, a journey a line, and no pictures.
        public var isJSON: Bool

        /// Puts a request together.
        public init(id: String, key: String?, account: String?, limit: Int, isJSON: Bool) {
            self.id = id
            self.key = key
            self.account = account
            self.limit = limit
            self.isJSON = isJSON
        }
    }

    /// Prints the journeys that an id leads to.
    ///
    /// `say`: Takes each line.
    ///
    /// `note`: Takes what is to be known of the answer and is no part of it.
    /// - Throws: `CommandFailure` when nothing is found.
    public static func run(
        _ request: Request,
        configuration: AssayConfiguration,
        say: (String) -> Void,
        note: (String) -> Void
    ) async throws {
        let store = try await StoreDesk.openForReading(configuration)
        do {
            try await tell(request, store, configuration, say: say, note: note)
            await store.close()
        } catch let error as StoreError {
            await store.close()
            throw CommandFailure("The store cannot be read: \(error.detail)")
        } catch {
            await store.close()
            throw error
        }
    }

    private static func tell(
        _ request: Request,
        _ store: any ReadableStore,
        _ configuration: AssayConfiguration,
        say: (String) -> Void,
        note: (String) -> Void
    ) async throws {
        let account = try await store.account(named: request.account)
        // Without read models the log still tells the journey up to them.
        let views = try? await StoreDesk.openViewsForReading(
            of: store,
            configuration,
            Logger(label: "assay.trace") { _ in SwiftLogNoOpLogHandler() }
        )
        if views == nil {
            note("No read models can be read here: their times, and other ids, are left out.")
        }
        let reader = JourneyReader(
            log: store,
            index: views?.journeys,
            arrivals: views?.arrivals,
            ledger: views?.billingLedger
        )
        let result: Result<Page<Journey>, any Error>
        do {
            result = .success(try await find(request, account, reader))
        } catch {
            result = .failure(error)
        }
        await views?.close()
        let page = try result.get()
        let changes = try await changes(request, account, store)
        guard !page.elements.isEmpty || !changes.isEmpty else {
            throw CommandFailure("Nothing of account \(account) is known by '\(request.id)'.")
        }
        for change in changes { say(line(for: change, request)) }
        for journey in page.elements {
            guard !request.isJSON else {
                var writer = JSONWriter(reserving: 2048)
                journey.write(to: &writer, account: account)
                say(String(decoding: writer.bytes, as: UTF8.self))
                continue
            }
            let picture = JourneyPicture(journey, now: SystemWallClock().now())
            for line in picture.lines { say(line) }
        }
        if page.next != nil { note("There are more; ask for them with --limit.") }
    }

    // MARK: Catalog changes

    /// What the id has changed in the catalog, where it is the id of a request.
    private static func changes(
        _ request: Request,
        _ account: AccountID,
        _ store: any ReadableStore
    ) async throws -> [StoredCatalogChange] {
        guard EventID(request.id) == nil,
            try readings(of: request).contains(.request(request.id))
        else { return [] }
        let directory = CatalogDirectory(
            log: store,
            partitioning: store.partitioning,
            node: "reading",
            clock: SystemWallClock()
        )
        guard let catalog = try await directory.catalog(of: account) else { return [] }
        let reader = OutcomeReader(
            eventLog: store,
            ingestLog: store,
            partitioning: store.partitioning
        )
        return try await reader.changes(by: request.id, in: catalog)
    }

    private static func line(for change: StoredCatalogChange, _ request: Request) -> String {
        guard !request.isJSON else {
            return String(decoding: OutcomeDocuments.catalogChange(change), as: UTF8.self)
        }
        let fact = change.fact
        return "catalog version \(fact.version): \(CatalogEventSchema.typeName(of: fact.event)) "
            + "\(fact.event.subject.string.printable), at \(fact.time), by \(fact.author)"
    }

    // MARK: What the id is

    /// The journeys of the first reading of the id that finds any.
    private static func find(
        _ request: Request,
        _ account: AccountID,
        _ reader: JourneyReader
    ) async throws -> Page<Journey> {
        if let id = EventID(request.id) {
            let journey = try await reader.journey(of: id, account: account)
            return Page(elements: journey.map { [$0] } ?? [], next: nil)
        }
        for query in try readings(of: request) {
            let page = try await reader.journeys(
                of: account,
                query,
                limit: request.limit,
                after: nil
            )
            if !page.elements.isEmpty || page.next != nil { return page }
        }
        return .empty
    }

    private static func readings(of request: Request) throws -> [JourneyQuery] {
        let id = request.id
        if let key = request.key {
            guard let key = OutcomeKey(Text(key)) else {
                throw CommandFailure("'\(key)' is not an outcome key: 8 to 255 characters.")
            }
            return [.idempotencyKey(Text(id), on: key)]
        }
        if let posting = PostingID(id) { return [.posting(posting)] }
        let trace = TraceID(id) ?? TraceID(traceParent: id)
        return (trace.map { [.trace($0)] } ?? [])
            + [.request(id), .idempotencyKey(Text(id), on: nil)]
    }
}
