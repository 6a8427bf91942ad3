// SPDX-License-Identifier: Apache-2.0

import EventStore
import GRDB

/// Why a file of the read models is thrown away and made anew.
struct ReadModelMisfit: Error {
    let reason: String

    /// Refuses a file of another program before SQLite touches it.
    static func checkHeader(of path: String) throws {
        let header = try PosixFile.open(path, creating: false).read(at: 0, count: 100)
        // A creation that was cut short leaves an empty file.
        guard header.isEmpty || header.isSQLiteHeader(of: ReadModelFile.applicationID) else {
            throw StoreOpenError(.viewsAreForeign, path: path)
        }
    }

    /// Runs `work`; what shows that the file is damaged becomes a misfit.
    static func finding<Value>(_ work: () throws -> Value) throws -> Value {
        do {
            return try work()
        } catch let error as DatabaseError
            where [.SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_ERROR].contains(error.resultCode)
        {
            throw ReadModelMisfit(reason: "it is damaged")
        } catch let error as StoreError where error.reason == .damaged {
            throw ReadModelMisfit(reason: "it is damaged")
        }
    }
}

extension [UInt8] {
    /// Whether these first 100 bytes of a file are those of a SQLite database with this mark.
    func isSQLiteHeader(of applicationID: Int64) -> Bool {
        guard count == 100, starts(with: "SQLite format 3\0".utf8) else { return false }
        return self[68..<72].reduce(Int64(0)) { $0 << 8 | Int64($1) } == applicationID
    }
}
