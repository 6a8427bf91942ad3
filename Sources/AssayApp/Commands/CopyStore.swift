// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import PostgresStore
import SQLiteStore

/// `assay copy`: a store that is not being served becomes a PostgreSQL store, with all positions.
public enum CopyStore {
    /// A statement may take so long: counting a large partition takes longer than what is served.
    static let statementSeconds = 30

    /// Copies, compares both sides, and lets the copy be served.
    ///
    /// May be killed at any moment: started again it goes on where it was.
    /// - Parameters:
    ///   - source: `sqlite:PATH`.
    ///   - target: A `postgres://` URL.
    ///   - say: Takes each line.
    /// - Throws: `CommandFailure` when a side cannot be opened, the copy was interrupted or the two
    ///   sides differ.
    public static func run(
        from source: String,
        to target: String,
        say: @escaping @Sendable (String) -> Void
    ) async throws {
        var from = AssayConfiguration()
        from.store = source
        var into = AssayConfiguration()
        into.store = target
        guard case .sqlite = try from.location else {
            throw CommandFailure("--from is not of the form sqlite:PATH.")
        }
        guard case .postgres(let url) = try into.location else {
            throw CommandFailure("--to is not of the form postgres://HOST/DATABASE.")
        }
        let opened = try await StoreDesk.open(
            from,
            mustExist: true,
            instead: "stop that server first, since a store is copied while nobody writes to it"
        )
        guard let store = opened as? SQLiteStore else {
            throw CommandFailure("--from is not of the form sqlite:PATH.")
        }
        do {
            try await copy(store, to: url, say: say)
            await store.close()
        } catch {
            await store.close()
            throw sentence(for: error)
        }
        say("The copy is ready: serve \(into.shownStore) from now on.")
        say("Do not serve \(source) any more: what it accepted would be in no copy.")
    }

    private static func copy(
        _ source: SQLiteStore,
        to url: String,
        say: @escaping @Sendable (String) -> Void
    ) async throws {
        let heads = try await source.partitionHeads()
        var settings = PostgresStore.Settings(target: url)
        settings.statementSeconds = statementSeconds
        let target: PostgresCopy
        do throws(PostgresOpenError) {
            target = try await PostgresCopy.open(
                settings,
                of: source.identity,
                logName: source.logName,
                level: try await level(of: source),
                partitioning: source.partitioning
            )
        } catch {
            throw CommandFailure(error.description)
        }
        let total = heads.reduce(0) { $0 + Int($1.state.head.value) }
        let progress = CopyProgressLines(total: total, say: say)
        say("\(total.counted("event")) in \(heads.count.counted("partition")).")
        do {
            // Before the log: once that is compared the copy may be served.
            try await target.clearUsers()
            let users = try await UserCopy.run(from: source.users, to: target.identities)
            say("\(users.counted("user")), who will have to sign in again.")
            let copy = StoreCopy(source: source, target: target) { await progress.took($0) }
            let comparison = try await copy.run()
            await target.close()
            say("Copied \(await progress.copied.counted("event")); both sides were read back.")
            for line in comparison.lines { say(line) }
            guard comparison.differences.isEmpty else {
                throw CommandFailure(
                    "The two sides differ and the copy is not released: see above."
                )
            }
        } catch {
            await target.close()
            throw error
        }
    }

    private static func level(of source: SQLiteStore) async throws(PostgresOpenError) -> Digest {
        do throws(StoreError) {
            return try await source.level()
        } catch {
            throw .failed(error.detail)
        }
    }

    private static func sentence(for error: any Error) -> any Error {
        guard let error = error as? StoreError else { return error }
        return CommandFailure(
            "The copy was interrupted (\(error.detail.isEmpty ? error.description : error.detail)): "
                + "start it again and it goes on where it was."
        )
    }
}
