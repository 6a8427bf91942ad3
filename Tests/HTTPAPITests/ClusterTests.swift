// SPDX-License-Identifier: Apache-2.0

import ExactValues
import Testing

@testable import HTTPAPI

@Suite("The cluster")
struct ClusterTests {
    @Test("the embedded store has one node, which runs every partition")
    func sole() async throws {
        try await World.call { _, caller in
            let cluster = try await caller.get("/v1/cluster")
            #expect(cluster.status == 200)
            #expect(cluster.string("node") == "test")
            #expect(cluster.at("lease_seconds") == .null)
            #expect(cluster.count("nodes") == 1)
            let count = try #require(cluster.count("partitions"))
            #expect(count > 0)
            for number in 0..<count {
                let partition = "partitions.\(number)"
                #expect(cluster.at("\(partition).partition") == JSONValue(integerLiteral: number))
                #expect(cluster.at("\(partition).instance") == cluster.at("instance"))
            }
        }
    }
}
