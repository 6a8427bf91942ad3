// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

// MARK: Libraries

let asyncAlgorithms = Target.Dependency.product(
    name: "AsyncAlgorithms",
    package: "swift-async-algorithms"
)
let bigInt = Target.Dependency.product(name: "BigInt", package: "BigInt")
let deques = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let configuration = Target.Dependency.product(
    name: "Configuration",
    package: "swift-configuration"
)
let argumentParser = Target.Dependency.product(
    name: "ArgumentParser",
    package: "swift-argument-parser"
)
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let grdbSQLite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let hummingbirdTesting = Target.Dependency.product(
    name: "HummingbirdTesting",
    package: "hummingbird"
)
let httpClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let inMemoryTracing = Target.Dependency.product(
    name: "InMemoryTracing",
    package: "swift-distributed-tracing"
)
let instrumentation = Target.Dependency.product(
    name: "Instrumentation",
    package: "swift-distributed-tracing"
)
let lifecycle = Target.Dependency.product(
    name: "ServiceLifecycle",
    package: "swift-service-lifecycle"
)
let unixSignals = Target.Dependency.product(
    name: "UnixSignals",
    package: "swift-service-lifecycle"
)
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let coreMetrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let metricsTestKit = Target.Dependency.product(name: "MetricsTestKit", package: "swift-metrics")
let hummingbirdCore = Target.Dependency.product(
    name: "HummingbirdCore",
    package: "hummingbird"
)
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let serviceContext = Target.Dependency.product(
    name: "ServiceContextModule",
    package: "swift-service-context"
)
let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let swiftCSV = Target.Dependency.product(name: "SwiftCSV", package: "SwiftCSV")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let tracing = Target.Dependency.product(name: "Tracing", package: "swift-distributed-tracing")

// MARK: Targets

func source(
    _ name: String,
    _ dependencies: [Target.Dependency],
    embedsFiles: Bool = false
) -> Target {
    .target(
        name: name,
        dependencies: dependencies,
        exclude: name == "Dashboard" ? ["Web"] : [],
        swiftSettings: settings,
        plugins: embedsFiles ? ["EmbedFiles"] : []
    )
}

func projection(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(
        name: name,
        dependencies: dependencies,
        path: "Projections/\(name)",
        swiftSettings: settings
    )
}

func tests(
    _ name: String,
    _ dependencies: [Target.Dependency],
    resources: [Resource] = []
) -> Target {
    .testTarget(
        name: name,
        dependencies: dependencies,
        path: "Tests/\(name)",
        resources: resources,
        swiftSettings: settings
    )
}

let package = Package(
    name: "assay",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "assay", targets: ["assay"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-async-algorithms", from: "1.1.4"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-service-context", from: "1.5.1"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/attaswift/BigInt", from: "6.0.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swiftcsv/SwiftCSV", from: "0.10.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        source("ExactValues", [bigInt, crypto]),
        source("OutcomeDomain", ["ExactValues"]),
        source("Simulation", ["ExactValues", "OutcomeDomain"]),
        source("ContractLint", ["ExactValues", "OutcomeDomain"]),
        source("CatalogDomain", ["ExactValues", "OutcomeDomain"]),
        source("EventStore", ["ExactValues", deques]),
        source("TransparencyLog", ["ExactValues", crypto]),
        source(
            "Identity",
            [
                "ExactValues", "EventStore", asyncAlgorithms, crypto, cryptoExtras, lifecycle,
                logging,
            ]
        ),
        source(
            "Checkpoints",
            [
                "ExactValues", "EventStore", "TransparencyLog", asyncAlgorithms, deques, lifecycle,
                logging, metrics,
            ]
        ),
        source("MetadataSealing", ["ExactValues", "EventStore", crypto]),
        source("EventSchema", ["ExactValues", "OutcomeDomain", "CatalogDomain", "EventStore"]),
        source(
            "StreamReview",
            ["ExactValues", "OutcomeDomain", "CatalogDomain", "EventStore", "EventSchema"]
        ),
        source(
            "StoreAudit",
            [
                "ExactValues", "OutcomeDomain", "CatalogDomain", "EventStore", "EventSchema",
                "MetadataSealing", "StreamReview", "TransparencyLog",
            ]
        ),
        projection(
            "ProjectionKit",
            [
                "ExactValues", "OutcomeDomain", "EventStore", "EventSchema", lifecycle, logging,
                metrics, tracing, instrumentation, serviceContext, asyncAlgorithms, deques,
            ]
        ),
        projection(
            "OutcomesFeed",
            ["ExactValues", "OutcomeDomain", "EventStore", "EventSchema", "ProjectionKit"]
        ),
        projection(
            "BillingLedger",
            ["ExactValues", "OutcomeDomain", "EventStore", "EventSchema", "ProjectionKit"]
        ),
        source(
            "Evidence",
            [
                "ExactValues", "OutcomeDomain", "CatalogDomain", "EventStore", "EventSchema",
                "TransparencyLog", "StreamReview", "ProjectionKit", "BillingLedger",
            ]
        ),
        source(
            "EvidenceCollection",
            [
                "ExactValues", "OutcomeDomain", "CatalogDomain", "EventStore", "EventSchema",
                "TransparencyLog", "Checkpoints", "Evidence", "ProjectionKit", "BillingLedger",
            ]
        ),
        projection(
            "DeadLetters",
            ["ExactValues", "OutcomeDomain", "EventStore", "EventSchema", "ProjectionKit"]
        ),
        projection(
            "Journeys",
            [
                "ExactValues", "OutcomeDomain", "EventStore", "EventSchema", "ProjectionKit",
                "BillingLedger",
            ]
        ),
        projection(
            "ValueDelivered",
            ["ExactValues", "OutcomeDomain", "EventStore", "EventSchema", "ProjectionKit"]
        ),
        source(
            "SQLiteStore",
            [
                "ExactValues", "EventSchema", "OutcomeDomain", "EventStore", "Identity",
                "ProjectionKit", "OutcomesFeed", "BillingLedger",
                "DeadLetters", "Journeys", "ValueDelivered", grdb, grdbSQLite, logging, metrics,
                coreMetrics, deques,
            ]
        ),
        source(
            "OutcomeRuntime",
            [
                "ExactValues", "OutcomeDomain", "CatalogDomain", "EventStore", "EventSchema",
                "MetadataSealing", asyncAlgorithms, deques, lifecycle, logging, metrics, nioCore,
                nioPosix,
                serviceContext, tracing, instrumentation,
            ]
        ),
        source(
            "TrafficStudy",
            [
                "ExactValues", "OutcomeDomain", "CatalogDomain", "EventStore", "OutcomeRuntime",
                "ProjectionKit", "OutcomesFeed", "Simulation", "ContractLint", metrics,
            ]
        ),
        .systemLibrary(
            name: "CPostgres",
            path: "Sources/CPostgres",
            pkgConfig: "libpq",
            providers: [.apt(["libpq-dev"]), .brew(["libpq"])]
        ),
        source(
            "PostgresStore",
            [
                "ExactValues", "EventStore", "Identity", "CPostgres", coreMetrics, deques, logging,
                metrics,
            ]
        ),
        source(
            "HTTPAPI",
            [
                "ExactValues", "OutcomeDomain", "CatalogDomain", "EventStore", "EventSchema",
                "OutcomeRuntime", "ProjectionKit", "OutcomesFeed", "BillingLedger", "DeadLetters",
                "Journeys", "ValueDelivered", "Checkpoints", "TransparencyLog", "Evidence",
                "EvidenceCollection", "Identity", "Simulation", "ContractLint", "TrafficStudy",
                deques, hummingbirdCore, httpTypes, lifecycle, logging, metrics, nioCore, nioHTTP1,
                nioPosix, serviceContext, tracing, instrumentation,
            ],
            embedsFiles: true
        ),
        source(
            "Dashboard",
            [
                "ExactValues", "OutcomeDomain", "CatalogDomain", "EventStore", "EventSchema",
                "OutcomeRuntime", "ProjectionKit", "OutcomesFeed", "BillingLedger", "DeadLetters",
                "Journeys", "HTTPAPI", "Identity", "Simulation", "ContractLint", "TrafficStudy",
                "Checkpoints", "ValueDelivered", logging, mustache, nioCore, nioHTTP1, yams,
            ],
            embedsFiles: true
        ),
        source(
            "Telemetry",
            [
                "ExactValues", asyncAlgorithms, coreMetrics, deques, httpClient, lifecycle, logging,
                metrics, nioCore, nioHTTP1, tracing, instrumentation, serviceContext,
            ]
        ),
        source(
            "AssayApp",
            [
                "ExactValues", "OutcomeDomain", "CatalogDomain", "EventStore", "EventSchema",
                "OutcomeRuntime", "ProjectionKit", "OutcomesFeed", "BillingLedger", "DeadLetters",
                "Journeys", "ValueDelivered", "StoreAudit", "SQLiteStore", "PostgresStore",
                "HTTPAPI", "Dashboard", "Telemetry",
                "Checkpoints", "Evidence", "EvidenceCollection", "Identity", "TransparencyLog",
                asyncAlgorithms, deques, hummingbirdCore, httpClient, httpTypes, lifecycle,
                logging, metrics, nioCore, nioHTTP1, nioPosix, configuration, unixSignals,
                systemPackage, swiftCSV,
                tracing, instrumentation,
            ]
        ),
        .executableTarget(name: "embed-files", swiftSettings: settings),
        .plugin(name: "EmbedFiles", capability: .buildTool(), dependencies: ["embed-files"]),
        .executableTarget(
            name: "assay",
            dependencies: [
                "AssayApp", "BillingLedger", "CatalogDomain", "Evidence", "ExactValues", "Identity",
                "OutcomeDomain", argumentParser,
            ],
            swiftSettings: settings,
            linkerSettings: [
                // Many small objects live and die on many threads: a fifth of the processor time
                // went into the C library's allocator (ADR 0013).
                .linkedLibrary("jemalloc", .when(platforms: [.linux], configuration: .release))
            ]
        ),
        tests(
            "AssayAppTests",
            [
                "AssayApp", "Checkpoints", "EventSchema", "EventStore", "ExactValues", "HTTPAPI",
                "OutcomeRuntime", "ProjectionKit", "TransparencyLog", logging, nioCore, nioPosix,
            ]
        ),
        tests("ExactValuesTests", ["ExactValues"]),
        tests("TransparencyLogTests", ["ExactValues", "TransparencyLog"]),
        tests(
            "CheckpointsTests",
            [
                "Checkpoints", "EventStore", "ExactValues", "SQLiteStore", "TransparencyLog", grdb,
                lifecycle, logging,
            ]
        ),
        tests(
            "DashboardTests",
            [
                "CatalogDomain", "ContractLint", "Dashboard", "EventSchema", "ExactValues",
                "HTTPAPI",
                "Identity", "Journeys", "OutcomeDomain", "Simulation", "TrafficStudy", mustache,
            ]
        ),
        tests("ArchitectureTests", []),
        tests(
            "OutcomeDomainTests",
            ["ContractLint", "ExactValues", "OutcomeDomain", "Simulation"]
        ),
        tests("IdentityTests", ["EventStore", "ExactValues", "Identity", "SQLiteStore"]),
        tests("MetadataSealingTests", ["EventStore", "ExactValues", "MetadataSealing"]),
        tests("CatalogDomainTests", ["CatalogDomain", "ExactValues", "OutcomeDomain"]),
        tests(
            "EventSchemaTests",
            ["CatalogDomain", "EventSchema", "EventStore", "ExactValues", "OutcomeDomain"],
            resources: [.copy("Golden"), .copy("Histories")]
        ),
        tests(
            "EventStoreContractTests",
            ["EventStore", "ExactValues", "Identity", "SQLiteStore", "PostgresStore"]
        ),
        tests(
            "StreamReviewTests",
            [
                "CatalogDomain", "EventSchema", "EventStore", "ExactValues", "OutcomeDomain",
                "StreamReview",
            ]
        ),
        tests(
            "EvidenceTests",
            [
                "BillingLedger", "CatalogDomain", "Evidence", "EventSchema", "EventStore",
                "ExactValues", "OutcomeDomain", "TransparencyLog",
            ],
            resources: [.copy("Golden")]
        ),
        tests(
            "StoreAuditTests",
            [
                "EventStore", "ExactValues", "OutcomeDomain", "StoreAudit", "StreamReview",
                "TransparencyLog",
            ]
        ),
        tests("PostgresStoreTests", ["EventStore", "ExactValues", "PostgresStore"]),
        tests(
            "StoreCopyTests",
            [
                "AssayApp", "EventSchema", "EventStore", "ExactValues", "Identity", "OutcomeDomain",
                "PostgresStore", "SQLiteStore",
            ]
        ),
        tests("SQLiteStoreTests", ["EventStore", "ExactValues", "Identity", "SQLiteStore", grdb]),
        tests(
            "ProjectionTests",
            [
                "BillingLedger", "DeadLetters", "EventSchema", "EventStore", "ExactValues",
                "Journeys", "OutcomeDomain", "OutcomesFeed", "ProjectionKit", "SQLiteStore",
                "ValueDelivered", grdb, inMemoryTracing, lifecycle, logging, tracing,
            ]
        ),
        tests(
            "OutcomeRuntimeTests",
            [
                "ExactValues", "OutcomeDomain", "CatalogDomain", "EventStore", "EventSchema",
                "MetadataSealing", "OutcomeRuntime", "PostgresStore", "SQLiteStore", "StoreAudit",
                grdb, logging,
                nioCore,
                nioPosix,
            ]
        ),
        tests(
            "TelemetryTests",
            [
                "ExactValues", "Telemetry", coreMetrics, metrics, logging, tracing, instrumentation,
                inMemoryTracing, lifecycle, serviceContext,
            ]
        ),
        tests(
            "HTTPAPITests",
            [
                "ExactValues", "OutcomeDomain", "CatalogDomain", "EventStore", "EventSchema",
                "OutcomeRuntime", "ProjectionKit", "OutcomesFeed", "BillingLedger", "DeadLetters",
                "Journeys", "ValueDelivered", "Identity", "SQLiteStore", "HTTPAPI", "Checkpoints",
                "TransparencyLog", "EvidenceCollection", "Simulation", "TrafficStudy",
                hummingbirdCore, hummingbirdTesting,
                httpTypes,
                inMemoryTracing, instrumentation, lifecycle, logging, coreMetrics, metricsTestKit,
                nioCore, nioHTTP1, nioPosix, serviceContext, tracing,
            ]
        ),
    ]
)
