// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import NIOCore
import NIOPosix
import Testing

@testable import OutcomeRuntime

@Suite("Outcome registry")
struct OutcomeRegistryTests {
    private let executor = MultiThreadedEventLoopGroup.singleton.next().executor
    private let account: AccountID

    init() throws { account = try #require(AccountID("acct_one")) }

    private func activate(_ keys: Range<Int>, in registry: inout OutcomeRegistry) {
        for key in keys {
            let stream = StreamID.outcome(account, Text("outcome-\(key)"))
            guard registry.actor(of: stream) == nil else { continue }
            registry.activate(
                OutcomeActor(
                    stream: stream,
                    in: Partition(key % 2),
                    fold: OutcomeFold(),
                    executor: executor
                )
            )
        }
    }

    @Test("between turns there are never more actors than the limit", arguments: [1, 3, 7, 10, 25])
    func bound(turn: Int) {
        var registry = OutcomeRegistry(limit: 10)
        for first in stride(from: 0, to: 100, by: turn) {
            activate(first..<(first + turn), in: &registry)
            registry.passivate()
            #expect(registry.count <= 10)
        }
    }

    @Test("what is used in every turn stays")
    func used() {
        var registry = OutcomeRegistry(limit: 10)
        let stream = StreamID.outcome(account, "outcome-0")
        activate(0..<1, in: &registry)
        let actor = registry.actor(of: stream)
        for first in stride(from: 1, to: 100, by: 3) {
            activate(first..<(first + 3), in: &registry)
            #expect(registry.actor(of: stream) === actor)
            registry.passivate()
        }
    }

    @Test("a partition that is let go of leaves nothing behind")
    func letGo() {
        var registry = OutcomeRegistry(limit: 10)
        activate(0..<6, in: &registry)
        registry.passivate()
        activate(6..<8, in: &registry)
        registry.drop(Partition(1))
        #expect(registry.count == 4)
        for key in 0..<8 {
            let stream = StreamID.outcome(account, Text("outcome-\(key)"))
            #expect((registry.actor(of: stream) == nil) == (key % 2 == 1))
        }
    }
}
