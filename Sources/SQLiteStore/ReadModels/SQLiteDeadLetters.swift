// SPDX-License-Identifier: Apache-2.0

import DeadLetters
public import EventSchema
public import EventStore
import ExactValues
import GRDB
import OutcomeDomain
public import ProjectionKit

/// The outstanding dead letters in SQLite.
public struct SQLiteDeadLetters: ReadModel {
    /// The projection's name.
    public static let name = "dead_letters"

    let store: ReadModelStore
    let statements: DeadLettersStatements
    let groups: DeadLetterGroupsStatements

    init(store: ReadModelStore) {
        self.store = store
        statements = DeadLettersStatements()
        groups = DeadLetterGroupsStatements()
    }

    /// How far the rows have got.
    public func checkpoints() async throws(StoreError) -> [Partition: LogPosition] {
        try await store.checkpoints()
    }

    /// Folds facts into the rows and the counts; nearly every fact changes nothing here.
    public func apply(
        _ facts: [LoggedFact],
        checkpoints: [Partition: LogPosition]
    ) async throws(ReadModelError) {
        try await store.apply(
            facts,
            concerning: { _ in false },
            load: load,
            fold: Self.fold,
            save: save
        )
    }
}

// MARK: Applying

extension SQLiteDeadLetters {
    struct Loaded: Sendable {
        /// The changes, each with the place of its fact in the batch.
        var changes: [(change: DeadLetterChange, index: Int)] = []
        /// The letters that are changed and were there before the batch.
        var letters: [EventID: DeadLetter] = [:]
    }

    struct Changes: Sendable {
        var puts: [DeadLetter] = []
        var deletes: [EventID] = []
        /// By how much each count changes.
        var counts: [AccountID: [DeadLetterCode: Int]] = [:]
        /// By how much the count of each group changes.
        var groups: [AccountID: [DeadLetterGroup: Int]] = [:]
    }

    @Sendable
    private func load(
        _ facts: [RecordedFact],
        _ streams: BatchStreams,
        _ database: Database
    ) throws -> Loaded {
        let select = try BoundStatement(database, statements.select)
        var loaded = Loaded()
        // By index: a fact is large, and a loop over the elements would copy each one.
        for index in facts.indices {
            guard let change = try DeadLetterChange.of(facts[index]) else { continue }
            loaded.changes.append((change, index))
            if loaded.letters[change.eventID] == nil {
                loaded.letters[change.eventID] = try DeadLettersStatements.letter(
                    change.eventID,
                    account: facts[index].stream.account,
                    select
                )?.letter
            }
        }
        return loaded
    }

    private static func fold(
        _ facts: [RecordedFact],
        _ streams: BatchStreams,
        _ loaded: Loaded
    ) throws(ProjectionFailure) -> Changes {
        var letters = loaded.letters
        var order: [EventID] = []
        var seen: Set<EventID> = []
        for (change, index) in loaded.changes {
            let eventID = change.eventID
            letters[eventID] = try change.fold(letters[eventID], facts[index])
            if seen.insert(eventID).inserted { order.append(eventID) }
        }
        var changes = Changes()
        for eventID in order {
            changes.add(eventID, from: loaded.letters[eventID], to: letters[eventID])
        }
        return changes
    }

    @Sendable
    private func save(
        _ changes: Changes,
        _ streams: BatchStreams,
        _ database: Database
    ) throws {
        let accounts = try ReadModelStatements.makeNumbers(
            of: Set(changes.counts.keys).union(changes.puts.map(\.account)),
            database
        )
        let put = try BoundStatement(database, statements.put)
        for letter in changes.puts {
            guard let account = accounts[letter.account] else { continue }
            try DeadLettersStatements.put(letter, account: account, put)
        }
        let delete = try BoundStatement(database, statements.delete)
        for eventID in changes.deletes {
            delete.bind(1, eventID.bytes)
            try delete.run()
        }
        for (id, counts) in changes.counts {
            guard let account = accounts[id] else { continue }
            for (code, difference) in counts where difference != 0 {
                try saveCount(of: code, account: account, difference: difference, database)
            }
            for (group, difference) in changes.groups[id] ?? [:] where difference != 0 {
                try groups.save(group, difference: difference, account: account, database)
            }
        }
    }

    private func saveCount(
        of code: DeadLetterCode,
        account: Int64,
        difference: Int,
        _ database: Database
    ) throws {
        for sql in [statements.addToCount, statements.insertCount] {
            let statement = try BoundStatement(database, sql)
            statement.bind(1, account)
            statement.bind(2, Text(code.rawValue))
            statement.bind(3, difference)
            if try statement.runCountingChanges() > 0 { return }
        }
    }
}

extension SQLiteDeadLetters.Changes {
    fileprivate mutating func add(
        _ eventID: EventID,
        from before: DeadLetter?,
        to after: DeadLetter?
    ) {
        guard before != after else { return }
        if let before { count(before, -1) }
        if let after {
            count(after, 1)
            puts.append(after)
        } else {
            deletes.append(eventID)
        }
    }

    private mutating func count(_ letter: DeadLetter, _ difference: Int) {
        let group = DeadLetterGroup(of: letter)
        counts[letter.account, default: [:]][letter.code, default: 0] += difference
        groups[letter.account, default: [:]][group, default: 0] += difference
    }
}
