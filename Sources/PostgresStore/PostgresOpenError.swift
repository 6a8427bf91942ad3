// SPDX-License-Identifier: Apache-2.0

/// Why a store was not opened, in one sentence that says what to do.
public enum PostgresOpenError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The server cannot be reached, or does not let us in.
    case unreachable(String)
    /// The role lacks a right.
    case notAllowed(String)
    /// The database takes no writes.
    case readOnly
    /// There is no store in the database; told only where one is not created.
    case missing
    /// An older build has left it; serving it once mends that.
    case tooOld
    /// A newer build has migrated it.
    case tooNew
    /// It was created with another number of partitions.
    case partitionsDiffer(stored: Int, asked: Int)
    /// No store can have so many partitions.
    case partitionCountInvalid(Int)
    /// Its parts contradict each other.
    case damaged(String)
    /// It is a copy of another store that is not finished.
    case copyUnfinished
    /// It is to be made a copy, and another command is doing that now.
    case copyRuns
    /// It is to be made a copy, and is a store already; whether it is a finished copy of the same.
    case holdsStore(isFinishedCopy: Bool)
    /// It is to be made a copy, and is an unfinished one of another store.
    case holdsOtherCopy
    /// Anything else.
    case failed(String)

    /// One sentence for the person who started the program.
    public var description: String {
        switch self {
        case .unreachable(let message):
            "PostgreSQL cannot be reached (\(message)): check the store's URL and the PG* variables, "
                + "and whether the server runs and lets this role in."
        case .notAllowed(let message):
            "The role may not use the store (\(message)): grant it what docs/operations.md lists."
        case .readOnly:
            "The database takes no writes: name the primary server, or end its read-only mode."
        case .missing:
            "There is no store in this database: name another with --store."
        case .tooOld:
            "The store has not been brought up to date: serve it once with this version."
        case .tooNew:
            "The database was migrated by a newer version of Assay: start that version or a later "
                + "one."
        case .partitionsDiffer(let stored, let asked):
            "The store was created with \(stored) partitions, which cannot be changed to \(asked): "
                + "leave the setting out."
        case .partitionCountInvalid(let count):
            "A store cannot have \(count) partitions: choose a number from 1 to 4096."
        case .damaged(let detail):
            "The store is damaged (\(detail)): do not write to it, and restore the latest backup."
        case .copyUnfinished:
            "The store is a copy that is not finished: run the same assay copy again to finish it, or "
                + "drop its schema."
        case .copyRuns:
            "Another assay copy is writing to this store: wait until it has ended."
        case .holdsStore(isFinishedCopy: true):
            "The target is a finished copy of this store already: serve it, or drop its schema to "
                + "copy anew."
        case .holdsStore(isFinishedCopy: false):
            "The target holds a store already: name an empty database, or drop its schema if nobody "
                + "needs it."
        case .holdsOtherCopy:
            "The target is an unfinished copy of another store: name an empty database, or drop its "
                + "schema."
        case .failed(let detail):
            "The store cannot be opened (\(detail)): see the server's log and try again."
        }
    }
}
