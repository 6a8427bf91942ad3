// SPDX-License-Identifier: Apache-2.0

import CPostgres
import EventStore
import ExactValues

/// One row of an answer in binary form; valid while the answer is.
struct PostgresRow {
    let result: OpaquePointer
    let row: Int32

    func isNull(_ column: Int32) -> Bool { PQgetisnull(result, row, column) == 1 }

    /// The bytes of a field, in place.
    func withBytes<Value>(
        _ column: Int32,
        _ body: (UnsafeRawBufferPointer) throws -> Value
    ) rethrows -> Value {
        let count = Int(PQgetlength(result, row, column))
        return try body(
            UnsafeRawBufferPointer(start: PQgetvalue(result, row, column), count: count)
        )
    }

    func bytes(_ column: Int32) -> [UInt8] { withBytes(column) { Array($0) } }

    /// A whole number of one, two, four or eight bytes.
    func integer(_ column: Int32) -> Int64 {
        withBytes(column) { bytes in
            switch bytes.count {
            case 8: bytes.bigEndian(at: 0)
            case 4: Int64(bytes.bigEndian(at: 0, as: Int32.self))
            case 2: Int64(bytes.bigEndian(at: 0, as: Int16.self))
            case 1: Int64(bytes[0])
            default: 0
            }
        }
    }

    func bool(_ column: Int32) -> Bool { integer(column) != 0 }

    func string(_ column: Int32) -> String {
        withBytes(column) { String(decoding: $0, as: UTF8.self) }
    }

    // MARK: Values of ours; out of form means that the store is damaged

    func account(_ column: Int32) throws(StoreError) -> AccountID {
        guard let account = AccountID(string(column)) else {
            throw StoreError(.damaged, detail: "an account id is out of form")
        }
        return account
    }

    func timestamp(_ column: Int32) throws(StoreError) -> Timestamp {
        guard let timestamp = Timestamp(microseconds: integer(column)) else {
            throw StoreError(.damaged, detail: "an instant is out of range")
        }
        return timestamp
    }

    func eventID(_ column: Int32) throws(StoreError) -> EventID {
        guard let id = withBytes(column, { EventID(bytes: $0) }) else {
            throw StoreError(.damaged, detail: "an event id is out of form")
        }
        return id
    }

    func mark(_ column: Int32) throws(StoreError) -> ClaimMark {
        guard let mark = withBytes(column, { ClaimMark($0) }) else {
            throw StoreError(.damaged, detail: "a claim is not 16 bytes")
        }
        return mark
    }

    func digest(_ column: Int32) throws(StoreError) -> Digest {
        guard let digest = withBytes(column, { Digest($0) }) else {
            throw StoreError(.damaged, detail: "a hash is not 32 bytes")
        }
        return digest
    }
}
