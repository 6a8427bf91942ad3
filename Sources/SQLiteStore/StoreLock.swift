// SPDX-License-Identifier: Apache-2.0

/// The lock that lets one process at a time use a store.
///
/// It is an advisory lock of the operating system on a file beside the store, so it ends with the
/// process however that ends; the file stays and means nothing by itself. The store's own file is
/// not locked: SQLite drops its locks when any descriptor of the file is closed.
final class StoreLock: Sendable {
    static let suffix = ".lock"

    private let file: PosixFile

    private init(file: PosixFile) {
        self.file = file
    }

    /// Takes the lock of a store.
    static func acquire(storePath: String) throws(StoreOpenError) -> StoreLock {
        let file: PosixFile
        do throws(PosixFile.Failure) {
            file = try PosixFile.open(storePath + suffix, creating: true)
        } catch {
            throw StoreOpenError(file: error, path: storePath)
        }
        guard file.lockExclusively() else {
            let text = String(decoding: file.read(at: 0, count: 20), as: UTF8.self)
            throw StoreOpenError(.locked(processID: Int32(text)), path: storePath)
        }
        file.truncate(to: 0)
        _ = file.write(Array(String(PosixFile.currentProcessID).utf8), at: 0)
        return StoreLock(file: file)
    }

    /// Lets another open the store.
    func release() {
        file.unlock()
    }
}

extension StoreOpenError {
    /// Names a failed system call on one of a store's files.
    init(file failure: PosixFile.Failure, path: String) {
        if failure.isDirectoryMissing {
            self.init(.directoryMissing, path: path)
        } else if failure.isRefused {
            self.init(.notWritable, path: path)
        } else if failure.isDiskFull {
            self.init(.diskFull, path: path)
        } else {
            self.init(.failed, path: path, detail: "system error \(failure.code)")
        }
    }
}
