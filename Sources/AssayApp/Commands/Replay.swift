// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import EventSchema
import EventStore
import ExactValues
import OutcomeDomain
import OutcomeRuntime

/// `assay replay KEY`: an outcome's history as a story, from the log itself.
public enum Replay {
    /// Events are read in pages of this many.
    static let pageLimitEvents = 1000

    /// Prints every fact of a key, in order, line by line.
    ///
    /// `key`: The outcome key.
    ///
    /// `account`: Whose key; may be left out when the store has one account.
    ///
    /// `print`: Takes each line.
    /// - Throws: `CommandFailure` when the key or the account is not there, or several are.
    public static func run(
        key: String,
        account: String?,
        configuration: AssayConfiguration,
        print: (String) -> Void
    ) async throws {
        let store = try await StoreDesk.openForReading(configuration)
        do {
            try await tell(key: key, account: account, store: store, print: print)
            await store.close()
        } catch {
            await store.close()
            throw error
        }
    }

    private static func tell(
        key: String,
        account: String?,
        store: any ReadableStore,
        print: (String) -> Void
    ) async throws {
        guard let key = OutcomeKey(Text(key)) else {
            throw CommandFailure("'\(key)' is not an outcome key: 8 to 255 characters.")
        }
        let account = try await store.account(named: account)
        let directory = CatalogDirectory(
            log: store,
            partitioning: store.partitioning,
            node: "replay",
            clock: SystemWallClock()
        )
        guard let catalog = try await directory.catalog(of: account) else {
            throw CommandFailure("There is no account \(account) in this store.")
        }
        let reader = OutcomeReader(
            eventLog: store,
            ingestLog: store,
            partitioning: store.partitioning
        )
        var story = OutcomeStory(key: key)
        var version = 0
        while true {
            let facts = try await reader.history(
                of: key,
                account: account,
                isSandbox: catalog.isSandbox,
                after: version,
                limit: pageLimitEvents
            )
            for fact in facts {
                for line in story.lines(for: fact) { print(line) }
            }
            guard let last = facts.last else { break }
            version = last.version
        }
        guard version > 0 else {
            throw CommandFailure("There is no outcome '\(key)' in account \(account).")
        }
        for line in story.ending { print(line) }
    }
}
