// SPDX-License-Identifier: Apache-2.0

public import CatalogDomain
import EventStore
public import ExactValues
import Foundation
import Logging
import OutcomeDomain
import OutcomeRuntime
import PostgresStore
import SQLiteStore

/// Work on a store that is not being served: accounts and tokens.
public enum StoreDesk {
    /// Opens the store a configuration names.
    ///
    /// `mustExist`: whether a missing file is refused, and not created.
    ///
    /// `instead`: what to do when another process holds the store.
    static func open(
        _ configuration: AssayConfiguration,
        mustExist: Bool = false,
        instead: String? = nil
    ) async throws -> any EngineStore {
        switch try configuration.location {
        case .sqlite(let path):
            guard !mustExist || FileManager.default.fileExists(atPath: path) else {
                throw CommandFailure("The store \(path) does not exist. Name another with --store.")
            }
            return try open(path, configuration, instead)
        case .postgres(let target):
            do throws(PostgresOpenError) {
                var settings = PostgresStore.Settings(target: target)
                settings.connections = configuration.postgresConnections
                settings.leaseStatementSeconds = min(
                    settings.statementSeconds,
                    max(2, configuration.leaseSeconds - 1)
                )
                return try await PostgresStore.open(settings, partitions: configuration.partitions)
            } catch {
                throw CommandFailure(error.description)
            }
        }
    }

    /// Opens the store with its read models: those of a file are beside it.
    static func openWithViews(
        _ configuration: AssayConfiguration,
        _ logger: Logger
    ) async throws -> (any EngineStore, SQLiteReadModels) {
        let store = try await open(configuration)
        if let embedded = store as? SQLiteStore { return (embedded, embedded.views) }
        do {
            let views = try await SQLiteReadModels.open(
                path: configuration.views,
                of: store,
                logger: logger
            )
            return (store, views)
        } catch {
            await store.close()
            throw CommandFailure(error.description)
        }
    }

    private static func open(
        _ path: String,
        _ configuration: AssayConfiguration,
        _ instead: String?
    ) throws -> SQLiteStore {
        do throws(StoreOpenError) {
            return try SQLiteStore.open(
                path: path,
                partitions: configuration.partitions
            )
        } catch {
            guard let instead, case .locked(let processID) = error.reason else {
                throw CommandFailure(error.description)
            }
            let holder = processID.map { "process \($0)" } ?? "another process"
            throw CommandFailure("The store \(path) is in use by \(holder): \(instead).")
        }
    }

    /// A new account's id and its first token.
    public struct NewAccount: Sendable {
        /// The account.
        public let account: AccountID
        /// An admin token; shown once.
        public let token: String

        /// Both as a JSON object.
        public var json: String {
            var writer = JSONWriter()
            writer.beginObject()
            writer.member("account_id", account.text)
            writer.member("token", token)
            writer.endObject()
            return String(decoding: writer.bytes, as: UTF8.self)
        }
    }

    /// Creates an account with an admin token.
    ///
    /// `clock`: Where a sandbox's test clock starts; now unless given.
    ///
    /// `instead`: What to do when a server holds the store.
    public static func createAccount(
        named name: String,
        isSandbox: Bool,
        clock: Timestamp?,
        in configuration: AssayConfiguration,
        instead: String = "accounts are made while no server runs, so stop it first"
    ) async throws -> NewAccount {
        try await withCatalogs(configuration, instead: instead) { catalogs, now in
            var random = SystemRandomNumberGenerator()
            guard let account = APIToken.mintAccount(using: &random) else {
                throw CommandFailure("No account id could be made.")
            }
            let created = AccountCreated(
                account: account,
                name: Text(name),
                isSandbox: isSandbox,
                clock: isSandbox ? clock ?? now : nil
            )
            _ = try await catalogs.change(account, .createAccount(created), by: .commandLine)
            let token = try await createToken(
                for: account,
                name: "first",
                scopes: [.admin],
                catalogs
            )
            return NewAccount(account: account, token: token)
        }
    }

    /// Creates a token of an account; its text is shown once.
    public static func createToken(
        for account: AccountID,
        name: String,
        scopes: Set<Scope>,
        in configuration: AssayConfiguration
    ) async throws -> String {
        try await withCatalogs(
            configuration,
            instead: "call POST /v1/tokens on that server with an admin token, or stop it first"
        ) { catalogs, _ in
            guard try await catalogs.catalog(of: account) != nil else {
                throw CommandFailure("There is no account \(account) in this store.")
            }
            return try await createToken(for: account, name: name, scopes: scopes, catalogs)
        }
    }

    private static func createToken(
        for account: AccountID,
        name: String,
        scopes: Set<Scope>,
        _ catalogs: CatalogDirectory
    ) async throws -> String {
        var random = SystemRandomNumberGenerator()
        guard let token = APIToken.mint(account: account, using: &random) else {
            throw CommandFailure("No token could be made.")
        }
        let created = TokenCreated(
            id: token.id,
            name: Text(name),
            prefix: Text(token.prefix),
            secretHash: token.secretHash,
            scopes: scopes
        )
        _ = try await catalogs.change(account, .createToken(created), by: .commandLine)
        return token.text
    }

    private static func withCatalogs<Result: Sendable>(
        _ configuration: AssayConfiguration,
        instead: String,
        _ work: (CatalogDirectory, Timestamp) async throws -> Result
    ) async throws -> Result {
        let store = try await open(configuration, instead: instead)
        let clock = SystemWallClock()
        let catalogs = CatalogDirectory(
            log: store,
            partitioning: store.partitioning,
            node: configuration.node,
            clock: clock
        )
        do {
            let result = try await work(catalogs, clock.now())
            await store.close()
            return result
        } catch {
            await store.close()
            throw Self.sentence(for: error)
        }
    }

    private static func sentence(for error: any Error) -> any Error {
        switch error {
        case CatalogChangeError.rejected(let rejection):
            CommandFailure("This was refused: \(rejection.sentence).")
        case CatalogChangeError.store(let error):
            CommandFailure("The store could not be written: \(error)")
        default:
            error
        }
    }
}

extension CatalogRejection {
    /// What stands against a change, for a person.
    fileprivate var sentence: String {
        switch self {
        case .notFound: "there is no such thing"
        case .alreadyExists: "it exists already"
        case .invalid(let failure):
            failure.details.map { "\($0.field) \($0.message)" }.joined(separator: "; ")
        }
    }
}
