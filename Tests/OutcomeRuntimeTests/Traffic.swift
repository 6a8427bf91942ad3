// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import EventSchema
import EventStore
import ExactValues
import OutcomeDomain
import OutcomeRuntime
import Testing

/// Seeded traffic: signals that open, flip, retry, miss, mismatch, wait for a customer, arrive late
/// and settle at once; redrives and discards in between; clocks that move.
struct Traffic {
    private var seed: UInt64
    private var posted: [(principal: Principal, key: OutcomeKey, eventID: EventID)] = []

    /// How many signals were accepted.
    var signalCount: Int { posted.count }

    init(seed: UInt64) { self.seed = seed }

    mutating func below(_ bound: Int) -> Int {
        seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((seed >> 33) % UInt64(bound))
    }

    /// Accepts `count` records for these accounts; nothing is processed.
    mutating func run(_ count: Int, for principals: [Principal], in world: World) async throws {
        for step in 0..<count {
            let principal = principals[below(principals.count)]
            world.clock.move(bySeconds: Int64(below(90)))
            switch below(20) {
            case 0: try await redrive(in: world)
            case 1: try await discard(in: world)
            case 2 where principal.catalog.isSandbox:
                let now = try await world.intake.testClock(of: principal)
                _ = try await world.intake.advanceClock(
                    to: now.adding(seconds: Int64(below(4000))),
                    as: principal
                )
            case 3 where step > count / 2:
                try await world.putCustomer(Self.lateCustomer, into: principal.account)
            default:
                try await signal(for: principal.account, in: world)
            }
        }
    }

    /// A customer that is put into the catalogs only half-way.
    static let lateCustomer = "late-comer"

    private mutating func signal(for account: AccountID, in world: World) async throws {
        let principal = try await world.principal(account)
        let key = try #require(OutcomeKey(Text("ticket:\(100 + below(25))")))
        let actions = ["agent_replied", "reopened", "csat", "stage", "note"]
        let action = actions[below(actions.count)]
        let customers = ["acme", "acme", "acme", "globex", Self.lateCustomer]
        let agents: [String?] = [nil, "support", "support", "sales", "nobody"]
        let isSales = action == "stage"
        let now = try await now(of: principal, in: world)
        let payload = SignalPayload(
            key: key,
            action: try #require(Action(Text(action))),
            customer: try #require(CustomerKey(Text(customers[below(customers.count)]))),
            agent: agents[below(agents.count)].flatMap { Slug(Text($0)) },
            value: isSales ? .string("won") : .number(Decimal(below(6))),
            attribution: below(3) == 0 ? Decimal(below(10)) : nil,
            settlesAt: below(8) == 0 ? now.adding(seconds: Int64(below(500) - 100)) : nil,
            occurredAt: below(4) == 0 ? now.adding(seconds: Int64(below(200) - 100)) : nil,
            idempotencyKey: below(5) == 0 ? Text("retry-\(below(3))") : nil,
            metadata: below(2) == 0 ? Array(#"{"channel":"mail"}"#.utf8) : []
        )
        let results = try await world.intake.submit(
            [SignalSubmission(payload: payload, trace: nil)],
            as: principal
        )
        if case .accepted(let receipt)? = results.first {
            posted.append((principal, key, receipt.eventID))
        }
    }

    private func now(of principal: Principal, in world: World) async throws -> Timestamp {
        guard principal.catalog.isSandbox else { return world.clock.now() }
        return try await world.intake.testClock(of: principal)
    }

    private mutating func redrive(in world: World) async throws {
        guard !posted.isEmpty else { return }
        let letter = posted[below(posted.count)]
        let principal = try await world.principal(letter.principal.account)
        _ = try await world.intake.redrive(
            [(letter.key, letter.eventID)],
            reason: "try again",
            as: principal
        )
    }

    private mutating func discard(in world: World) async throws {
        guard !posted.isEmpty else { return }
        let letter = posted[below(posted.count)]
        let principal = try await world.principal(letter.principal.account)
        _ = try await world.intake.discard(
            [(letter.key, letter.eventID)],
            reason: "not ours",
            as: principal
        )
    }
}
