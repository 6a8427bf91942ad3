// SPDX-License-Identifier: Apache-2.0

public import Checkpoints
import Configuration
import EventStore
public import Foundation
public import HTTPAPI
import Logging
public import OutcomeRuntime
import SQLiteStore
import SystemPackage
import Telemetry

/// What a start of Assay is told: flags first, then the environment (`ASSAY_...`), then the file
/// that `--config` or `ASSAY_CONFIG` names.
public struct AssayConfiguration: Sendable {
    /// Where the data is: `sqlite:PATH` or a `postgres://` URL.
    public var store = "sqlite:data/assay.sqlite"
    /// The file of this node's read models when the store is PostgreSQL; else they are beside the
    /// store's file.
    public var views = "assay.views"
    /// The address to listen on.
    public var host = "127.0.0.1"
    /// The port to listen on; 0 takes a free one.
    public var port = 8080
    /// Where people reach the server, such as `https://billing.example`; nil is its address and port.
    public var publicURL: String?
    /// How many proxies of one's own every request comes through; each says in `X-Forwarded-For` whom
    /// it was called by.
    public var trustedProxies = 0
    /// The node's name, stored with every event it writes.
    public var node = "assay-1"
    /// How long the node may stay silent before others take its partitions over, in seconds; on
    /// PostgreSQL.
    public var leaseSeconds = 3
    /// The connections of this node, when the store is PostgreSQL.
    public var postgresConnections = 12
    /// The number of lanes; each has an event loop of its own.
    public var lanes = ProcessInfo.processInfo.activeProcessorCount + 1
    /// The number of partitions of a store that is created now; nil leaves it to the store.
    public var partitions: Int?
    /// Log lines below this level are not written.
    public var logLevel = "info"
    /// Whether log lines are JSON.
    public var logJSON = false
    /// Accepts the machine's clock even if the store has seen a later time.
    public var acceptClock = false
    /// The bounds of the lanes.
    public var lane = LaneConfiguration()
    /// How often checkpoints are signed.
    public var checkpoints = CheckpointSettings()
    /// The file with the private key that signs them; nil leaves it beside the data.
    public var signingKey: String?
    /// At most this many accepted records wait to be processed.
    public var backlogLimitRecords = Intake.defaultBacklogLimitRecords
    /// Where spans are sent, over OTLP/HTTP; nil makes none.
    public var otlpEndpoint: String?
    /// The share of the traces beginning here that is recorded.
    public var otlpSampleRatio = 1.0
    /// At most this many spans wait for the collector; of further ones only the number is kept.
    public var otlpQueueLimitSpans = SpanQueue.defaultLimitSpans

    /// What internal services record delivered value with; nil where they cannot.
    public var internalKey: InternalKey?

    /// The configuration unless told otherwise.
    public init() {}
}

/// What a command line says; nil leaves it to the environment and the file.
public struct ConfigurationFlags: Sendable {
    /// `--store`
    /// .
    public var store: String?
    /// `--host`
    /// .
    public var host: String?
    /// `--port`
    /// .
    public var port: Int?
    /// `--config`
    /// .
    public var file: String?
    /// `--accept-clock`
    /// .
    public var acceptClock: Bool?

    /// Says nothing.
    public init(
        store: String? = nil,
        host: String? = nil,
        port: Int? = nil,
        file: String? = nil,
        acceptClock: Bool? = nil
    ) {
        self.store = store
        self.host = host
        self.port = port
        self.file = file
        self.acceptClock = acceptClock
    }
}

extension AssayConfiguration {
    /// Reads the configuration.
    ///
    /// - Throws: `CommandFailure` with one sentence that names what is wrong.
    public static func load(
        _ flags: ConfigurationFlags,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) async throws -> AssayConfiguration {
        let variables = EnvironmentVariablesProvider(environmentVariables: environment)
        var providers: [any ConfigProvider] = [
            InMemoryProvider(values: flags.values), variables.prefixKeys(with: "assay"),
        ]
        if let path = flags.file ?? environment["ASSAY_CONFIG"] {
            try ConfigurationFile.check(path)
            do {
                providers.append(
                    try await FileProvider<JSONSnapshot>(filePath: FilePath(path))
                )
            } catch {
                throw CommandFailure("The configuration file \(path) cannot be read.")
            }
        }
        let configuration = try AssayConfiguration(reading: ConfigReader(providers: providers))
        try configuration.validate()
        return configuration
    }

    private init(reading reader: ConfigReader) throws(CommandFailure) {
        let unset = AssayConfiguration()
        store = reader.string(forKey: "store", default: unset.store)
        host = reader.string(forKey: "host", default: unset.host)
        port = try reader.integer("port") ?? unset.port
        // An empty one is none: a compose file can only set it.
        publicURL = reader.string(forKey: "public.url").flatMap { $0.isEmpty ? nil : $0 }
        trustedProxies = try reader.integer("trusted.proxies") ?? unset.trustedProxies
        views = reader.string(forKey: "views", default: unset.views)
        node = reader.string(forKey: "node", default: unset.node)
        leaseSeconds = try reader.integer("lease.seconds") ?? unset.leaseSeconds
        postgresConnections =
            try reader.integer("postgres.connections") ?? unset.postgresConnections
        lanes = try reader.integer("lanes") ?? unset.lanes
        partitions = try reader.integer("partitions")
        logLevel = reader.string(forKey: "log.level", default: unset.logLevel).lowercased()
        logJSON = try reader.flag("log.json") ?? unset.logJSON
        acceptClock = try reader.flag("accept.clock") ?? unset.acceptClock
        checkpoints.intervalEvents =
            try reader.integer("checkpoint.interval.events") ?? unset.checkpoints.intervalEvents
        checkpoints.intervalSeconds =
            try reader.integer("checkpoint.interval.seconds") ?? unset.checkpoints.intervalSeconds
        signingKey = reader.string(forKey: "signing.key")
        backlogLimitRecords =
            try reader.integer("backlog.limit.records") ?? unset.backlogLimitRecords
        lane.activeLimitOutcomes =
            try reader.integer("active.limit.outcomes") ?? unset.lane.activeLimitOutcomes
        lane.batchLimitRecords =
            try reader.integer("batch.limit.records") ?? unset.lane.batchLimitRecords
        // An empty one is none: a compose file can only set it.
        otlpEndpoint = reader.string(forKey: "otlp.endpoint").flatMap { $0.isEmpty ? nil : $0 }
        otlpQueueLimitSpans =
            try reader.integer("otlp.queue.limit.spans") ?? unset.otlpQueueLimitSpans
        otlpSampleRatio = try reader.share("otlp.sample.ratio") ?? unset.otlpSampleRatio
        internalKey = try reader.internalKey()
    }

    private func validate() throws(CommandFailure) {
        guard (0...65535).contains(port) else {
            throw CommandFailure("The port \(port) is not between 0 and 65535.")
        }
        guard (1...64).contains(lanes) else {
            throw CommandFailure("The number of lanes, \(lanes), is not between 1 and 64.")
        }
        guard (1...300).contains(leaseSeconds) else {
            throw CommandFailure("The lease of \(leaseSeconds) s is not between 1 and 300.")
        }
        guard (2...500).contains(postgresConnections) else {
            throw CommandFailure(
                "The number of connections, \(postgresConnections), is not between 2 and 500."
            )
        }
        if let partitions, Partitioning(count: partitions) == nil {
            throw CommandFailure(
                "The number of partitions, \(partitions), is not between 1 and "
                    + "\(Partitioning.maximumCount)."
            )
        }
        guard lane.activeLimitOutcomes > 0, lane.batchLimitRecords > 0, backlogLimitRecords > 0,
            otlpQueueLimitSpans > 0
        else {
            throw CommandFailure("Limits must be at least 1.")
        }
        guard (1...CheckpointSettings.intervalLimitEvents).contains(checkpoints.intervalEvents)
        else {
            throw CommandFailure(
                "The events between checkpoints, \(checkpoints.intervalEvents), are not between 1 and "
                    + "\(CheckpointSettings.intervalLimitEvents)."
            )
        }
        guard (0...86_400).contains(checkpoints.intervalSeconds) else {
            throw CommandFailure(
                "The seconds between checkpoints, \(checkpoints.intervalSeconds), are not between 0 "
                    + "(none are made) and 86400."
            )
        }
        guard Logger.Level(rawValue: logLevel) != nil else {
            let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw CommandFailure(
                "The log level '\(logLevel)' is not known (log.level, ASSAY_LOG_LEVEL); there are "
                    + "\(levels)."
            )
        }
        if let publicURL { try Self.check(publicURL: publicURL) }
        guard (0...16).contains(trustedProxies) else {
            throw CommandFailure(
                "The number of trusted proxies, \(trustedProxies), is not between 0 and 16."
            )
        }
        if let otlpEndpoint { try OTLPEndpoint.check(otlpEndpoint) }
        guard (0...1).contains(otlpSampleRatio) else {
            throw CommandFailure("The ratio \(otlpSampleRatio) is not between 0 and 1.")
        }
        _ = try location
    }

    /// Where a store is.
    enum StoreLocation: Hashable {
        /// A file.
        case sqlite(path: String)
        /// A `postgres://` URL.
        case postgres(target: String)
    }

    /// Where the read models are: beside a store's file, else where `views` says.
    var viewsPath: String {
        get throws(CommandFailure) {
            switch try location {
            case .sqlite(let path): SQLiteReadModels.path(beside: path)
            case .postgres: views
            }
        }
    }

    /// The store as it may be shown: a URL without what it says of users, passwords and options.
    public var shownStore: String {
        guard let authority = store.range(of: "://") else { return store }
        let rest = store[authority.upperBound...].prefix { $0 != "?" }
        let place = rest.lastIndex(of: "@").map { rest[rest.index(after: $0)...] } ?? rest
        return String(store[..<authority.upperBound] + place)
    }

    /// The file with the private signing key: beside the store's file, or beside the node's views.
    var signingKeyFile: SigningKeyFile {
        get throws(CommandFailure) {
            if let signingKey { return SigningKeyFile(path: signingKey) }
            switch try location {
            case .sqlite(let path):
                return SigningKeyFile(path: path + ".signing-key", isNamed: false)
            case .postgres: return SigningKeyFile(path: views + ".signing-key", isNamed: false)
            }
        }
    }

    /// Where the store is.
    var location: StoreLocation {
        get throws(CommandFailure) {
            for scheme in ["postgres://", "postgresql://"] where store.hasPrefix(scheme) {
                return .postgres(target: store)
            }
            let scheme = "sqlite:"
            guard store.hasPrefix(scheme), store.count > scheme.count else {
                // What is wrong may be a password.
                throw CommandFailure(
                    "The store is not of the form sqlite:PATH or postgres://HOST/DATABASE, for "
                        + "example sqlite:data/assay.sqlite."
                )
            }
            return .sqlite(path: String(store.dropFirst(scheme.count)))
        }
    }
}

extension ConfigurationFlags {
    fileprivate var values: [AbsoluteConfigKey: ConfigValue] {
        var values: [AbsoluteConfigKey: ConfigValue] = [:]
        if let store { values["store"] = ConfigValue(.string(store), isSecret: false) }
        if let host { values["host"] = ConfigValue(.string(host), isSecret: false) }
        if let port { values["port"] = ConfigValue(.int(port), isSecret: false) }
        if let acceptClock {
            values["accept.clock"] = ConfigValue(.bool(acceptClock), isSecret: false)
        }
        return values
    }
}

extension ConfigReader {
    /// A whole number; nil when it is not set.
    ///
    /// - Throws: When what is set is no number: it must not be passed over in silence.
    fileprivate func integer(_ name: String) throws(CommandFailure) -> Int? {
        let key = ConfigKey(name.split(separator: ".").map(String.init))
        if let number = int(forKey: key) { return number }
        guard let text = string(forKey: key) else { return nil }
        guard let number = Int(text) else {
            throw CommandFailure("'\(text)' is not a number (\(name), \(Self.variable(name))).")
        }
        return number
    }

    /// A number with or without a point; nil when it is not set.
    ///
    /// - Throws: When what is set is no number.
    fileprivate func share(_ name: String) throws(CommandFailure) -> Double? {
        let key = ConfigKey(name.split(separator: ".").map(String.init))
        if let number = double(forKey: key) { return number }
        if let whole = int(forKey: key) { return Double(whole) }
        guard let text = string(forKey: key) else { return nil }
        guard let number = Double(text) else {
            throw CommandFailure("'\(text)' is not a number (\(name), \(Self.variable(name))).")
        }
        return number
    }

    /// True or false; nil when it is not set.
    ///
    /// - Throws: When what is set is neither.
    fileprivate func flag(_ name: String) throws(CommandFailure) -> Bool? {
        let key = ConfigKey(name.split(separator: ".").map(String.init))
        if let flag = bool(forKey: key) { return flag }
        guard let text = string(forKey: key) else { return nil }
        throw CommandFailure(
            "'\(text)' is neither true nor false (\(name), \(Self.variable(name)))."
        )
    }

    private static func variable(_ name: String) -> String {
        "ASSAY_" + name.uppercased().replacing(".", with: "_")
    }
}
