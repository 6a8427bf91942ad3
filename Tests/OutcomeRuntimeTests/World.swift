// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import EventSchema
import EventStore
import ExactValues
import Foundation
import Logging
import NIOPosix
import OutcomeDomain
import OutcomeRuntime
import SQLiteStore
import Testing

/// A store with accounts in it, and everything of the runtime that stands in front of the lanes.
struct World {
    let path: String
    let store: SQLiteStore
    let clock: ManualClock
    let catalogs: CatalogDirectory
    let eraser: PersonalDataEraser
    let intake: Intake

    static let start = Timestamp("2026-03-02T08:00:00Z") ?? .earliest

    init(path: String = World.freshPath(), clock: ManualClock = ManualClock(World.start)) throws {
        self.path = path
        self.clock = clock
        store = try SQLiteStore.open(path: path, partitions: 8)
        catalogs = CatalogDirectory(
            log: store,
            partitioning: store.partitioning,
            node: "test",
            clock: clock
        )
        let ring = KeyRing(store: store)
        eraser = PersonalDataEraser(catalogs: catalogs, keys: store, ring: ring)
        intake = Intake(
            log: store,
            catalogs: catalogs,
            keys: ring,
            partitioning: store.partitioning,
            clock: clock,
            node: "test",
            identifiers: Identifiers(start: 7),
            backlog: { 0 },
            onAccepted: { _ in }
        )
    }

    static func freshPath() -> String {
        let directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("assay-tests-\(UUID().uuidString)")
        try? FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        return directory.appendingPathComponent("store.sqlite").path
    }

    /// A copy of a closed store's files.
    static func copy(of path: String) throws -> String {
        let copy = freshPath()
        let source = URL(fileURLWithPath: path)
        let files = try FileManager.default.contentsOfDirectory(
            at: source.deletingLastPathComponent(),
            includingPropertiesForKeys: nil
        )
        for file in files where !file.path.hasSuffix(".lock") {
            let target = URL(fileURLWithPath: copy).deletingLastPathComponent()
                .appendingPathComponent(file.lastPathComponent)
            try FileManager.default.copyItem(at: file, to: target)
        }
        return copy
    }

    func lanes(
        _ count: Int,
        configuration: LaneConfiguration = LaneConfiguration(),
        eventLog: (any EventLog)? = nil,
        observer: any LaneObserver = NoObserver(),
        on loops: MultiThreadedEventLoopGroup
    ) -> [Lane] {
        (0..<count).map { lane in
            Lane(
                partitions: store.partitioning.outcomePartitions.filter {
                    $0.number % count == lane
                },
                eventLoop: loops.next(),
                ingestLog: store,
                eventLog: eventLog ?? store,
                catalogs: catalogs,
                eraser: eraser,
                clock: clock,
                node: "test",
                observer: observer,
                configuration: configuration,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
        }
    }

    /// An account with two agents, a rate card and two customers; returns who acts for it.
    func account(_ name: String, isSandbox: Bool) async throws -> Principal {
        let account = try #require(AccountID("acct_" + name))
        let created = AccountCreated(
            account: account,
            name: Text(name),
            isSandbox: isSandbox,
            clock: isSandbox ? World.start : nil
        )
        _ = try await catalogs.change(account, .createAccount(created), by: .commandLine)
        try await put(Self.agents, into: account)
        try await putCustomer("acme", into: account)
        try await putCustomer("globex", into: account)
        return try await principal(account)
    }

    func principal(_ account: AccountID) async throws -> Principal {
        let catalog = try #require(try await catalogs.catalog(of: account))
        return Principal(
            account: account,
            token: try #require(TokenID("tok_0000000000000000")),
            scopes: [.admin],
            catalog: catalog
        )
    }

    /// Somebody who acts for an account with a token of its own.
    func authenticated(_ account: AccountID) async throws -> Principal {
        var random = SystemRandomNumberGenerator()
        let token = try #require(APIToken.mint(account: account, using: &random))
        let created = TokenCreated(
            id: token.id,
            name: nil,
            prefix: Text(token.prefix),
            secretHash: token.secretHash,
            scopes: [.admin]
        )
        _ = try await catalogs.change(account, .createToken(created), by: .commandLine)
        return try #require(try await catalogs.authenticate(token.text))
    }

    /// Posts one signal and answers where it lies.
    @discardableResult
    func post(
        _ key: String,
        _ action: String = "agent_replied",
        as principal: Principal,
        occurredAt: Timestamp? = nil,
        settlesAt: Timestamp? = nil,
        metadata: [UInt8] = [],
        trace: String? = nil
    ) async throws -> IngestReceipt {
        let payload = SignalPayload(
            key: try #require(OutcomeKey(Text(key))),
            action: try #require(Action(Text(action))),
            customer: try #require(CustomerKey("acme")),
            agent: Slug("support"),
            value: nil,
            attribution: nil,
            settlesAt: settlesAt,
            occurredAt: occurredAt,
            idempotencyKey: nil,
            metadata: metadata
        )
        let results = try await intake.submit(
            [SignalSubmission(payload: payload, trace: trace)],
            as: principal
        )
        guard case .accepted(let receipt)? = results.first else {
            throw StoreError(.unavailable, detail: "the signal was not accepted")
        }
        return receipt
    }

    /// A key of a live account that lies in a partition.
    func key(in partition: Partition, of principal: Principal) throws -> String {
        let keys = (0..<1000).lazy.map { "damage:\($0)" }
        return try #require(
            keys.first { key in
                store.partitioning.partition(
                    fingerprint: Partitioning.fingerprint(
                        account: principal.account,
                        key: Text(key)
                    )
                ) == partition
            }
        )
    }

    private func put(_ agents: [(String, String)], into account: AccountID) async throws {
        for (key, body) in agents {
            let agent = try #require(Slug(Text(key)))
            let json = try JSONReader.read(Array(body.utf8))
            _ = try await catalogs.change(
                account,
                .putAgent(agent, try AgentBody(json: json)),
                by: .commandLine
            )
        }
        let card = try JSONReader.read(Array(Self.rateCard.utf8))
        _ = try await catalogs.change(
            account,
            .putRateCard(try #require(Slug("standard")), try RateCardBody(json: card)),
            by: .commandLine
        )
    }

    func putCustomer(_ key: String, into account: AccountID) async throws {
        let customer = try #require(CustomerKey(Text(key)))
        let json = try JSONReader.read(
            Array(#"{"name":"Customer","rate_card_key":"standard"}"#.utf8)
        )
        _ = try await catalogs.change(
            account,
            .putCustomer(customer, try CustomerBody(json: json)),
            by: .commandLine
        )
    }

    static let rateCard = """
        {"name":"Standard","currency":"USD","entries":[
          {"agent_key":"support","price_per_unit":"0.99"},
          {"agent_key":"sales","price_per_unit":"7"}]}
        """

    static let agents = [
        (
            "support",
            """
            {"name":"Support","contract":{"settlement_period":3600,"condition":[
              {"fact":"agent_replied","operator":"seen"},
              {"fact":"reopened","operator":"not_seen"},
              {"fact":"csat","operator":"not_lt","value":3}]}}
            """
        ),
        (
            "sales",
            """
            {"name":"Sales","contract":{"settlement_period":60,"attribution_method":"sum",
              "condition":{"fact":"stage","operator":"match","value":"won"}}}
            """
        ),
    ]
}

struct NoObserver: LaneObserver {
    func committed(_ partition: Partition, state: PartitionState, facts: [LoggedFact]) {}
    func halted(_ partition: Partition) {}
}
