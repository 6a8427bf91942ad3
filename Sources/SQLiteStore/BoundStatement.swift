// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import GRDB
import GRDBSQLite

/// A cached statement whose values are bound and whose rows are read through SQLite's C interface.
///
/// GRDB's argument list boxes each value and copies each blob into a `Data` first; on the append
/// path that would cost as much as the insert itself. This is the one file that reaches below GRDB.
struct BoundStatement {
    private let database: Database
    private let statement: Statement
    private let raw: OpaquePointer

    /// Prepares a statement, or takes it from the connection's cache.
    init(_ database: Database, _ sql: String) throws {
        self.database = database
        statement = try database.cachedStatement(sql: sql)
        raw = statement.sqliteStatement
    }

    // SQLite copies what is bound, so no pointer outlives its closure.
    private static var copied: sqlite3_destructor_type? {
        unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    }

    // MARK: Binding; places count from 1

    func bind(_ place: Int32, _ value: Int64) {
        sqlite3_bind_int64(raw, place, value)
    }

    func bind(_ place: Int32, _ value: Int) {
        sqlite3_bind_int64(raw, place, Int64(value))
    }

    func bind(_ place: Int32, _ partition: Partition) {
        sqlite3_bind_int64(raw, place, Int64(partition.number))
    }

    func bind(_ place: Int32, _ bytes: [UInt8]) {
        bytes.withUnsafeBytes { bind(place, buffer: $0) }
    }

    func bind(_ place: Int32, _ digest: Digest) {
        digest.withUnsafeBytes { bind(place, buffer: $0) }
    }

    func bind(_ place: Int32, _ eventID: EventID) {
        eventID.withUnsafeBytes { bind(place, buffer: $0) }
    }

    func bind(_ place: Int32, _ mark: ClaimMark) {
        mark.withUnsafeBytes { bind(place, buffer: $0) }
    }

    func bind(_ place: Int32, bytesOf text: Text) {
        text.withUTF8 { bind(place, buffer: UnsafeRawBufferPointer($0)) }
    }

    func bind(_ place: Int32, _ text: Text) {
        text.withUTF8 { utf8 in
            let start = UnsafeRawPointer(utf8.baseAddress)?.assumingMemoryBound(to: CChar.self)
            guard let start else {
                sqlite3_bind_text(raw, place, "", 0, Self.copied)
                return
            }
            sqlite3_bind_text(raw, place, start, Int32(utf8.count), Self.copied)
        }
    }

    func bindNull(_ place: Int32) {
        sqlite3_bind_null(raw, place)
    }

    private func bind(_ place: Int32, buffer: UnsafeRawBufferPointer) {
        // A null pointer would be bound as NULL, not as an empty blob.
        guard let start = buffer.baseAddress, !buffer.isEmpty else {
            sqlite3_bind_zeroblob(raw, place, 0)
            return
        }
        sqlite3_bind_blob(raw, place, start, Int32(buffer.count), Self.copied)
    }

    // MARK: Running

    /// Runs a statement that answers no rows.
    func run() throws {
        try forEachRow { _ in false }
    }

    /// Runs a statement and answers how many rows it changed.
    func runCountingChanges() throws -> Int {
        try run()
        return Int(sqlite3_changes(database.sqliteConnection))
    }

    /// The first row, if any.
    func first<Value>(_ read: (StatementRow) throws -> Value) throws -> Value? {
        var value: Value?
        try forEachRow { row in
            value = try read(row)
            return false
        }
        return value
    }

    /// Every row, in order.
    func all<Value>(_ read: (StatementRow) throws -> Value) throws -> [Value] {
        var values: [Value] = []
        try forEachRow { row in
            values.append(try read(row))
            return true
        }
        return values
    }

    /// The next row, if any; `reset` has to follow, however that ends.
    func step<Value>(_ read: (StatementRow) throws -> Value) throws -> Value? {
        switch sqlite3_step(raw) {
        case SQLITE_ROW: return try read(StatementRow(raw: raw))
        case SQLITE_DONE: return nil
        case let code: throw failure(code)
        }
    }

    /// Ends the reading of rows.
    func reset() {
        sqlite3_reset(raw)
    }

    private func failure(_ code: Int32) -> DatabaseError {
        DatabaseError(
            resultCode: ResultCode(rawValue: code),
            message: String(cString: sqlite3_errmsg(database.sqliteConnection)),
            sql: statement.sql
        )
    }

    /// Hands over row by row until `body` answers false.
    func forEachRow(_ body: (StatementRow) throws -> Bool) throws {
        // A reset after a failed step repeats that step's code, which is thrown below.
        defer { sqlite3_reset(raw) }
        while true {
            switch sqlite3_step(raw) {
            case SQLITE_ROW:
                guard try body(StatementRow(raw: raw)) else { return }
            case SQLITE_DONE:
                return
            case let code:
                throw failure(code)
            }
        }
    }
}

/// The row a statement stands at; valid only until its next step.
///
/// Columns count from 0.
struct StatementRow {
    fileprivate let raw: OpaquePointer

    func integer(_ column: Int32) -> Int64 {
        sqlite3_column_int64(raw, column)
    }

    func isNull(_ column: Int32) -> Bool {
        sqlite3_column_type(raw, column) == SQLITE_NULL
    }

    /// Whatever it is.
    func value(_ column: Int32) -> RowValue {
        switch sqlite3_column_type(raw, column) {
        case SQLITE_NULL: .null
        case SQLITE_INTEGER: .integer(integer(column))
        case SQLITE_TEXT: .text(bytes(column))
        default: .blob(bytes(column))
        }
    }

    func bytes(_ column: Int32) -> [UInt8] {
        withBytes(column) { Array($0) }
    }

    func withBytes<Value>(
        _ column: Int32,
        _ body: (UnsafeRawBufferPointer) throws -> Value
    ) rethrows -> Value {
        // The pointer has to be asked for before the length, says SQLite.
        let start = sqlite3_column_blob(raw, column)
        let count = Int(sqlite3_column_bytes(raw, column))
        return try body(UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count))
    }

    func digest(_ column: Int32) throws(StoreError) -> Digest {
        let digest = withBytes(column) { Digest($0) }
        guard let digest else { throw StoreError(.damaged, detail: "a hash is not 32 bytes") }
        return digest
    }

    func claimMark(_ column: Int32) throws(StoreError) -> ClaimMark {
        let mark = withBytes(column) { ClaimMark($0) }
        guard let mark else { throw StoreError(.damaged, detail: "a claim is not 16 bytes") }
        return mark
    }

    func eventID(_ column: Int32) throws(StoreError) -> EventID {
        let eventID = withBytes(column) { EventID(bytes: $0) }
        guard let eventID else { throw StoreError(.damaged, detail: "an event id is not 20 bytes") }
        return eventID
    }

    func text(_ column: Int32) throws(StoreError) -> Text {
        let text = withBytes(column) { Text(utf8: $0) }
        guard let text else { throw StoreError(.damaged, detail: "a text is not UTF-8") }
        return text
    }

    func account(_ column: Int32) throws(StoreError) -> AccountID {
        let account = AccountID(try text(column).string)
        guard let account else { throw StoreError(.damaged, detail: "an account id is not one") }
        return account
    }

    func timestamp(_ column: Int32) throws(StoreError) -> Timestamp {
        let timestamp = Timestamp(microseconds: integer(column))
        guard let timestamp else { throw StoreError(.damaged, detail: "an instant is no instant") }
        return timestamp
    }
}
