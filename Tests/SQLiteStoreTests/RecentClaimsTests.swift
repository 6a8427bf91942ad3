// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import GRDB
import Testing

@testable import SQLiteStore

@Suite("Recent claims")
struct RecentClaimsTests {
    private func flush(
        _ claims: RecentClaims,
        _ names: [String],
        as flush: Int64
    ) throws -> [RecentClaims.Held] {
        let added = try names.enumerated().map { index, name in
            try Sample.held(name, flush * 100 + Int64(index), in: Partition(index % 4))
        }
        let moves = claims.moves(adding: added.count)
        claims.committed(
            Dictionary(uniqueKeysWithValues: added.map { ($0.scope, $0.holder) }),
            in: flush,
            moved: moves.count
        )
        return moves
    }

    @Test("a claim is found in memory until it is in the table, which gets each one once")
    func moving() throws {
        let claims = RecentClaims(generationLimit: 1_024)
        var moved: [ClaimMark] = []
        var added: [ClaimMark] = []
        for number in 0..<64 {
            let names = (0..<64).map { "claim \(number) \($0)" }
            let moves = try flush(claims, names, as: Int64(number + 1))
            moved += moves.map(\.scope)
            added += names.map { ClaimMark(Digest.sha256(Array($0.utf8))) }
            let inTable = Set(moved)
            for scope in added where claims.holder(of: scope) == nil {
                #expect(inTable.contains(scope))
            }
        }
        #expect(Set(moved).count == moved.count)
        #expect(moved.count > 2_000)
    }

    @Test("claims are moved in the order of the table, and many at a time")
    func order() throws {
        let claims = RecentClaims(generationLimit: 1_024)
        for number in 0..<32 {
            let names = (0..<64).map { "claim \(number) \($0)" }
            let moves = try flush(claims, names, as: Int64(number + 1))
            #expect(moves.isEmpty || moves.count >= RecentClaims.leastMoves)
            #expect(moves.count <= RecentClaims.leastMoves + 2 * names.count)
            let places = moves.map { ($0.holder.eventID.partition, $0.scope) }
            #expect(places.elementsEqual(places.sorted { $0 < $1 }, by: ==))
        }
    }

    @Test("the rows of a generation go when the last of it is moved, and not before")
    func rows() throws {
        let claims = RecentClaims(generationLimit: 512)
        for number in 1...8 {
            _ = try flush(claims, (0..<64).map { "first \(number) \($0)" }, as: Int64(number))
        }
        var gone: Int64?
        for number in 9...20 where gone == nil {
            let names = (0..<64).map { "second \(number) \($0)" }
            let moves = claims.moves(adding: names.count)
            gone = claims.finished(byMoving: moves.count)
            _ = try flush(claims, names, as: Int64(number))
        }
        #expect(gone == 8)
    }

    @Test("what was not moved is read back, and no changed byte goes unnoticed")
    func segment() throws {
        let held = try (1...3).map { try Sample.held("claim \($0)", $0) }
        let claims = Dictionary(uniqueKeysWithValues: held.map { ($0.scope, $0.holder) })
        let bytes = ClaimSegment.write(claims)
        let read = try bytes.withUnsafeBytes { try ClaimSegment.read($0) }
        #expect(Dictionary(uniqueKeysWithValues: read.map { ($0.scope, $0.holder) }) == claims)
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 1
            #expect(throws: StoreError.self) {
                _ = try changed.withUnsafeBytes { try ClaimSegment.read($0) }
            }
        }
    }

    @Test("a duplicate is found in memory, in the table, and after a restart")
    func duplicates() async throws {
        let directory = try StoreDirectory()
        let store = try directory.open()
        let inTable = try Sample.held("moved before", 900)
        try await store.writer.write { try ClaimStatements.move([inTable], $0) }
        let first = try await store.append([Sample.draft(1, claim: "kept in memory")])
        guard case .accepted(let receipt) = first.first else {
            Issue.record("not accepted: \(first)")
            return
        }
        func answers(_ store: SQLiteStore) async throws -> [IngestResult] {
            try await store.append([
                Sample.draft(2, claim: "kept in memory"), Sample.draft(3, claim: "moved before"),
            ])
        }
        let expected: [IngestResult] = [
            .duplicate(receipt, bodyConflict: false),
            .duplicate(
                IngestReceipt(
                    eventID: inTable.holder.eventID,
                    partition: Partition(1),
                    position: inTable.holder.position,
                    receivedAt: inTable.holder.receivedAt
                ),
                bodyConflict: true
            ),
        ]
        #expect(try await answers(store) == expected)
        let after = try StoreDirectory()
        try directory.copy(to: after, suffixes: ["", "-wal", ".mark"])
        let restarted = try after.open()
        #expect(try await answers(restarted) == expected)
        await restarted.close()
        await store.close()
    }
}
