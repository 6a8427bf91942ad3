// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite("Nothing on the right is imported by anything on the left")
struct LayeringTests {
    /// The project's own modules each target may import.
    static let allowed: [String: Set<String>] = [
        "ExactValues": [],
        "OutcomeDomain": ["ExactValues"],
        "Simulation": ["ExactValues", "OutcomeDomain"],
        "ContractLint": ["ExactValues", "OutcomeDomain"],
        "CatalogDomain": ["ExactValues", "OutcomeDomain"],
        "EventStore": ["ExactValues"],
        "TransparencyLog": ["ExactValues"],
        "Identity": ["ExactValues", "EventStore"],
        "Checkpoints": ["ExactValues", "EventStore", "TransparencyLog"],
        "MetadataSealing": ["ExactValues", "EventStore"],
        "EventSchema": ["ExactValues", "OutcomeDomain", "CatalogDomain", "EventStore"],
        "StreamReview": [
            "ExactValues", "OutcomeDomain", "CatalogDomain", "EventStore", "EventSchema",
        ],
        "StoreAudit": [
            "ExactValues", "OutcomeDomain", "CatalogDomain", "EventStore", "EventSchema",
            "MetadataSealing", "StreamReview", "TransparencyLog",
        ],
        "ProjectionKit": ["ExactValues", "OutcomeDomain", "EventStore", "EventSchema"],
        "Evidence": projection.union([
            "CatalogDomain", "TransparencyLog", "StreamReview", "BillingLedger",
        ]),
        "EvidenceCollection": projection.union([
            "CatalogDomain", "TransparencyLog", "Checkpoints", "Evidence", "BillingLedger",
        ]),
        "OutcomesFeed": projection,
        "BillingLedger": projection,
        "DeadLetters": projection,
        "Journeys": projection.union(["BillingLedger"]),
        "ValueDelivered": projection,
        "OutcomeRuntime": [
            "ExactValues", "OutcomeDomain", "CatalogDomain", "EventStore", "EventSchema",
            "MetadataSealing",
        ],
        "TrafficStudy": projection.union([
            "CatalogDomain", "OutcomeRuntime", "OutcomesFeed", "Simulation", "ContractLint",
        ]),
        "SQLiteStore": projection.union([
            "OutcomesFeed", "BillingLedger", "DeadLetters", "Journeys", "ValueDelivered",
            "Identity",
        ]),
        "PostgresStore": ["ExactValues", "EventStore", "Identity"],
        "HTTPAPI": projection.union([
            "CatalogDomain", "OutcomeRuntime", "OutcomesFeed", "BillingLedger", "DeadLetters",
            "Journeys", "ValueDelivered", "Checkpoints", "TransparencyLog", "Evidence",
            "EvidenceCollection", "Identity", "Simulation", "ContractLint", "TrafficStudy",
        ]),
        "Dashboard": projection.union([
            "CatalogDomain", "OutcomeRuntime", "OutcomesFeed", "BillingLedger", "DeadLetters",
            "Journeys", "HTTPAPI", "Identity", "Simulation", "ContractLint", "TrafficStudy",
            "Checkpoints", "ValueDelivered",
        ]),
        "Telemetry": ["ExactValues"],
    ]

    static let projection: Set<String> = [
        "ExactValues", "OutcomeDomain", "EventStore", "EventSchema", "ProjectionKit",
    ]

    static let own: Set<String> = Set(allowed.keys).union(["AssayApp"])

    @Test("a target imports only what lies below it")
    func imports() {
        for file in SourceTree.product {
            guard let allowed = Self.allowed[file.target] else { continue }
            for module in Self.imports(of: file) where Self.own.contains(module) {
                #expect(
                    allowed.contains(module) || module == file.target,
                    "\(file.path) imports \(module)"
                )
            }
        }
    }

    @Test("only an adapter knows its database, and only the edge knows the server")
    func libraries() {
        for file in SourceTree.product {
            let modules = Self.imports(of: file)
            if !modules.isDisjoint(with: ["GRDB", "GRDBSQLite"]) {
                #expect(file.target == "SQLiteStore", "\(file.path)")
            }
            if modules.contains("CPostgres") {
                #expect(file.target == "PostgresStore", "\(file.path)")
            }
            if !modules.isDisjoint(with: ["Hummingbird", "HummingbirdCore"]) {
                #expect(["HTTPAPI", "Dashboard", "AssayApp"].contains(file.target), "\(file.path)")
            }
        }
    }

    private static func imports(of file: SourceTree.File) -> Set<String> {
        Set(
            file.lines.compactMap { line in
                let words = line.split(separator: " ")
                guard let at = words.firstIndex(of: "import"), at <= 1 else { return nil }
                return words.last.map(String.init)
            }
        )
    }
}
