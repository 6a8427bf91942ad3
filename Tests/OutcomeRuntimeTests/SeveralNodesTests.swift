// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import EventSchema
import EventStore
import ExactValues
import Foundation
import MetadataSealing
import OutcomeDomain
import PostgresStore
import Testing

@testable import OutcomeRuntime

@Suite("Several nodes over one PostgreSQL", .enabled(if: Node.server != nil))
struct SeveralNodesTests {
    @Test("what a change on one node has answered holds for what is posted to another")
    func changedElsewhere() async throws {
        let (first, second) = try await Node.pair()
        let token = try await first.account()
        let principal = try #require(try await second.catalogs.authenticate(token))
        let before = try await second.version(ofPosting: 3, as: principal)
        #expect(before == Array(repeating: principal.catalog.version, count: 3))
        try await first.putCustomer("newcomer")
        // The second node has the old catalog in memory.
        let after = try await second.version(ofPosting: 40, as: principal)
        #expect(after == Array(repeating: principal.catalog.version + 1, count: 40))
        let letters = [(key: try #require(OutcomeKey("ticket:1001")), eventID: second.someEvent())]
        try await first.putCustomer("another")
        let receipts = try await second.intake.redrive(letters, reason: nil, as: principal)
        #expect(try await second.versions(of: receipts) == [principal.catalog.version + 2])
        await first.store.close()
        await second.store.close()
    }

    @Test(
        "after an erasure through one node the other seals with the next key and opens no old one"
    )
    func erasure() async throws {
        let (first, second) = try await Node.pair()
        let token = try await first.account()
        let principal = try #require(try await second.catalogs.authenticate(token))
        #expect(try await second.generation(ofPosting: "ticket:1001", as: principal) == 0)
        let acme = try #require(CustomerKey("acme"))
        try await first.erase(acme, as: principal)
        // The second node has the old catalog and the old key in memory.
        #expect(try await second.generation(ofPosting: "ticket:1001", as: principal) == 1)
        #expect(try await second.generation(ofPosting: "ticket:1002", as: principal) == 1)
        let name = SealingKeyName(
            partition: second.intake.place(of: "acme", principal).partition,
            account: principal.account,
            customer: "acme",
            generation: 0
        )
        #expect(try await second.store.keys(named: [name])[name]?.secret == nil)
        #expect(try await second.store.keys(named: [name])[name]?.id.count == 16)
        await first.store.close()
        await second.store.close()
    }

    @Test("a token made on one node works on the other, and does nothing once it is revoked")
    func tokens() async throws {
        let (first, second) = try await Node.pair()
        let admin = try await first.account()
        #expect(try await second.catalogs.authenticate(admin) != nil)
        let (text, id) = try await first.makeToken()
        let principal = try #require(try await second.catalogs.authenticate(text))
        #expect(principal.holder == .token(id))
        #expect(try await second.version(ofPosting: 1, as: principal).count == 1)
        try await first.revoke(id)
        let error = await #expect(throws: IntakeError.self) {
            _ = try await second.version(ofPosting: 5, as: principal)
        }
        guard case .tokenRevoked? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try await second.catalogs.authenticate(text) == nil)
        await first.store.close()
        await second.store.close()
    }
}

/// What of a node stands in front of the lanes.
private struct Node {
    static let server = ProcessInfo.processInfo.environment["ASSAY_TEST_POSTGRES"]

    let store: PostgresStore
    let catalogs: CatalogDirectory
    let intake: Intake
    private static let accountID = AccountID("acct_live")

    static func pair() async throws -> (Node, Node) {
        var settings = PostgresStore.Settings(target: try #require(server))
        settings.schema =
            "r_" + UUID().uuidString.lowercased().replacingOccurrences(of: "-", with: "_")
        settings.connections = 3
        return (try await Node(settings), try await Node(settings))
    }

    private init(_ settings: PostgresStore.Settings) async throws {
        let clock = ManualClock(World.start)
        store = try await PostgresStore.open(settings, partitions: 4)
        catalogs = CatalogDirectory(
            log: store,
            partitioning: store.partitioning,
            node: "test",
            clock: clock
        )
        intake = Intake(
            log: store,
            catalogs: catalogs,
            keys: KeyRing(store: store),
            partitioning: store.partitioning,
            clock: clock,
            node: "test",
            backlog: { 0 },
            onAccepted: { _ in }
        )
    }

    private var account: AccountID {
        get throws { try #require(Self.accountID) }
    }

    /// Makes the account; returns a token.
    func account() async throws -> String {
        let created = AccountCreated(
            account: try account,
            name: "live",
            isSandbox: false,
            clock: nil
        )
        _ = try await catalogs.change(account, .createAccount(created), by: .commandLine)
        return try await makeToken().text
    }

    func makeToken() async throws -> (text: String, id: TokenID) {
        var random = SystemRandomNumberGenerator()
        let token = try #require(APIToken.mint(account: try account, using: &random))
        let created = TokenCreated(
            id: token.id,
            name: nil,
            prefix: Text(token.prefix),
            secretHash: token.secretHash,
            scopes: [.admin]
        )
        _ = try await catalogs.change(account, .createToken(created), by: .commandLine)
        return (token.text, token.id)
    }

    /// Posts one signal with metadata and answers the generation of the key it was sealed with.
    func generation(ofPosting key: String, as principal: Principal) async throws -> Int? {
        let payload = SignalPayload(
            key: try #require(OutcomeKey(Text(key))),
            action: try #require(Action("replied")),
            customer: try #require(CustomerKey("acme")),
            metadata: Array(#"{"email":"someone@example.org"}"#.utf8)
        )
        let results = try await intake.submit(
            [SignalSubmission(payload: payload, trace: nil)],
            as: principal
        )
        guard case .accepted(let receipt)? = results.first,
            let record = try await store.waitingRecord(receipt.eventID),
            case .signal(let signal) = try IngestPayload(decoding: record.payload)
        else { return nil }
        return SealingKey.generation(of: signal.metadata)
    }

    /// Asks for an erasure and does what a lane would do with the record.
    func erase(_ customer: CustomerKey, as principal: Principal) async throws {
        let receipt = try await intake.erase(customer, reason: nil, as: principal)
        let record = try #require(try await store.waitingRecord(receipt.eventID))
        guard case .erasure(let payload) = try IngestPayload(decoding: record.payload) else {
            throw StoreError(.damaged)
        }
        let ring = KeyRing(store: store)
        let eraser = PersonalDataEraser(catalogs: catalogs, keys: store, ring: ring)
        try await eraser.erase(payload, asked: record)
    }

    func revoke(_ id: TokenID) async throws {
        _ = try await catalogs.change(account, .revokeToken(id), by: .commandLine)
    }

    func putCustomer(_ key: String) async throws {
        let json = try JSONReader.read(Array(#"{"name":"Customer"}"#.utf8))
        let customer = try #require(CustomerKey(Text(key)))
        _ = try await catalogs.change(
            account,
            .putCustomer(customer, try CustomerBody(json: json)),
            by: .commandLine
        )
    }

    func someEvent() -> EventID { EventID(partition: 1, fingerprint: 2, unique: 3, salt: 4) }

    /// Posts signals about keys of all partitions; answers the catalog versions they carry.
    func version(ofPosting count: Int, as principal: Principal) async throws -> [Int] {
        let submissions = try (0..<count).map { number in
            SignalSubmission(
                payload: SignalPayload(
                    key: try #require(OutcomeKey(Text("ticket:\(1000 + number)"))),
                    action: try #require(Action("replied")),
                    customer: try #require(CustomerKey("acme")),
                    agent: nil,
                    value: nil,
                    attribution: nil,
                    settlesAt: nil,
                    occurredAt: nil,
                    idempotencyKey: nil,
                    metadata: []
                ),
                trace: nil
            )
        }
        let results = try await intake.submit(submissions, as: principal)
        let receipts = results.compactMap { result -> IngestReceipt? in
            guard case .accepted(let receipt) = result else { return nil }
            return receipt
        }
        return try await versions(of: receipts)
    }

    func versions(of receipts: [IngestReceipt]) async throws -> [Int] {
        var versions: [Int] = []
        for receipt in receipts {
            let record = try await store.waitingRecord(receipt.eventID)
            versions.append(try #require(record).catalogVersion)
        }
        return versions
    }
}
