// SPDX-License-Identifier: Apache-2.0

public import DeadLetters
public import EventStore
public import ExactValues
import GRDB
public import OutcomeDomain
public import ProjectionKit

extension SQLiteDeadLetters: DeadLettersReader {
    /// One dead letter by its id.
    public func deadLetter(
        _ eventID: EventID,
        account: AccountID
    ) async throws(StoreError) -> DeadLetter? {
        try await store.read { database in
            let statement = try BoundStatement(database, statements.select)
            let number = try ReadModelStatements.number(of: account, database)
            let found = try DeadLettersStatements.letter(eventID, account: account, statement)
            guard let found, found.number == number else { return nil }
            return found.letter
        }
    }

    /// A page of dead letters, by the most selective index the filter allows.
    public func deadLetters(
        of account: AccountID,
        filter: DeadLetterFilter,
        limit: Int,
        after cursor: PageCursor?
    ) async throws(StoreError) -> Page<DeadLetter> {
        try await store.read { database in
            guard let number = try ReadModelStatements.number(of: account, database) else {
                return .empty
            }
            return try PageWalk(limit: limit).run(
                try statements.page(filter, account: number, after: cursor, database),
                passes: { DeadLettersStatements.passes($0, filter) },
                element: { try DeadLettersStatements.letter($0, account: account) },
                cursor: { try DeadLettersStatements.cursor($0, account: account) }
            )
        }
    }

    /// A page of an account's groups, by their names.
    public func deadLetterGroups(
        of account: AccountID,
        limit: Int,
        after cursor: PageCursor?
    ) async throws(StoreError) -> Page<GroupedDeadLetters> {
        try await store.read { database in
            guard let number = try ReadModelStatements.number(of: account, database) else {
                return .empty
            }
            let page = try PageWalk(limit: limit).run(
                try groups.page(of: number, after: cursor, database),
                passes: { _ in true },
                element: { try DeadLetterGroupsStatements.counted($0) },
                cursor: { DeadLetterGroupsStatements.cursor($0, account: account) }
            )
            return Page(
                elements: try page.elements.map {
                    try groups.grouped($0, account: account, number: number, database)
                },
                next: page.next
            )
        }
    }

    /// One group of an account's, by its name.
    public func deadLetterGroup(
        _ id: DeadLetterGroupID,
        of account: AccountID
    ) async throws(StoreError) -> GroupedDeadLetters? {
        try await store.read { database in
            guard let number = try ReadModelStatements.number(of: account, database),
                let counted = try groups.counted(id, of: number, database)
            else { return nil }
            return try groups.grouped(counted, account: account, number: number, database)
        }
    }

    /// An account's counts by code, from a table of counts.
    public func deadLetterCounts(
        of account: AccountID
    ) async throws(StoreError) -> [DeadLetterCode: Int] {
        try await store.read { database in
            guard let number = try ReadModelStatements.number(of: account, database) else {
                return [:]
            }
            let statement = try BoundStatement(database, statements.selectCounts)
            statement.bind(1, number)
            return try DeadLettersStatements.counts(statement)
        }
    }

    /// The counts by code over all accounts.
    public func deadLetterCounts() async throws(StoreError) -> [DeadLetterCode: Int] {
        try await store.read { database in
            try DeadLettersStatements.counts(
                try BoundStatement(database, statements.selectAllCounts)
            )
        }
    }
}
