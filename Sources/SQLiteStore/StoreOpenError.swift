// SPDX-License-Identifier: Apache-2.0

/// Why a store was not opened, in one sentence that says what to do.
public struct StoreOpenError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong; the set may grow.
    public enum Reason: Hashable, Sendable {
        /// The directory of the file does not exist.
        case directoryMissing
        /// There is no such file; told only where a store is not created.
        case missing
        /// The file cannot be read, or what SQLite keeps beside it cannot be made.
        case notReadable
        /// The file or its directory cannot be written.
        case notWritable
        /// Another process has it open; its id, when it is known.
        case locked(processID: Int32?)
        /// Another process has the file of read models open; its id, when it is known.
        case viewsAreLocked(processID: Int32?)
        /// The file is not one of ours.
        case notAStore
        /// The file beside it that should hold the read models is not one of ours.
        case viewsAreForeign
        /// An older build, or a start that was cut short, has left it; serving it once mends that.
        case tooOld
        /// A newer build has migrated it.
        case tooNew
        /// Its parts contradict each other.
        case damaged
        /// Writes that were acknowledged are missing.
        case behind
        /// It was created with another number of partitions.
        case partitionsDiffer(stored: Int, asked: Int)
        /// No store can have so many partitions.
        case partitionCountInvalid(Int)
        /// The file with the keys that metadata is sealed with is gone.
        case keysMissing
        /// The file with the keys belongs to another store, or is no such file.
        case keysAreForeign
        /// The file of users belongs to another store, or is no such file.
        case usersAreForeign
        /// The disk is full.
        case diskFull
        /// Anything else.
        case failed
    }

    /// What is wrong.
    public let reason: Reason
    /// The store's file.
    public let path: String
    /// For logs.
    public let detail: String

    init(_ reason: Reason, path: String, detail: String = "") {
        self.reason = reason
        self.path = path
        self.detail = detail
    }

    /// One sentence for the person who started the program.
    public var description: String {
        switch reason {
        case .directoryMissing:
            "The directory of the store \(path) does not exist: create it or name another path."
        case .missing:
            "The store \(path) does not exist: name another with --store."
        case .notReadable:
            "The store \(path) cannot be read: check the permissions of the file and of what lies "
                + "beside it, or copy it with its -wal file to a directory you may write to."
        case .tooOld:
            "The store \(path) has not been brought up to date: serve it once with this version."
        case .notWritable:
            "The store \(path) cannot be written: check the permissions of the file and its "
                + "directory and whether the disk is mounted read-only."
        case .locked(let processID):
            "The store \(path) is in use by another process\(Self.name(processID)): use that "
                + "server's HTTP API, or stop it first."
        case .viewsAreLocked(let processID):
            "The read models' file \(path) is in use by another process\(Self.name(processID)): "
                + "give each node a file of its own (views, ASSAY_VIEWS)."
        case .notAStore:
            "The file \(path) is not an Assay store: name another path, or restore a backup if it "
                + "used to be one."
        case .viewsAreForeign:
            "The file \(path) does not hold Assay's read models: move it away; they are built anew "
                + "from the store."
        case .tooNew:
            "The store \(path) was written by a newer version of Assay: start that version or a "
                + "later one."
        case .damaged:
            "The store \(path) is damaged (\(detail)): do not write to it, and restore the latest "
                + "backup."
        case .behind:
            "The store \(path) lacks events that it has acknowledged (\(detail)): restore the "
                + "latest backup, or, if this is a restored backup, remove "
                + "\(path)\(HighWaterMark.suffix) to accept it."
        case .partitionsDiffer(let stored, let asked):
            "The store \(path) was created with \(stored) partitions, which cannot be changed to "
                + "\(asked): leave the setting out."
        case .partitionCountInvalid(let count):
            "A store cannot have \(count) partitions: choose a number from 1 to 4096."
        case .keysMissing:
            "The keys of the store, \(path)\(SealingKeyFile.suffix), are missing: restore them from "
                + "their backup, or, if they are lost, create an empty file there to go on without "
                + "the metadata they had sealed."
        case .keysAreForeign:
            "The file \(path)\(SealingKeyFile.suffix) does not hold the keys of this store: put the "
                + "right one there."
        case .usersAreForeign:
            "The file \(path)\(SQLiteUsers.suffix) does not hold the users of this store: put the "
                + "right one there, or move it away to begin without users."
        case .diskFull:
            "The disk of the store \(path) is full: free some space and start again."
        case .failed:
            "The store \(path) cannot be opened (\(detail)): see that the disk is healthy and try "
                + "again."
        }
    }

    private static func name(_ processID: Int32?) -> String {
        processID.map { " (process \($0))" } ?? ""
    }
}
