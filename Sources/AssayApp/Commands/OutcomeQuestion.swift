// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import EventStore
import ExactValues
import OutcomeDomain
import OutcomeRuntime

/// What is asked of one outcome on the command line.
public struct OutcomeQuestion: Sendable {
    let key: String
    let account: String?
    let moment: OutcomeMoment
    let isJSON: Bool

    /// Puts a question together.
    ///
    /// - Parameters:
    ///   - key: The outcome key.
    ///   - account: Whose key; may be left out when the store has one account.
    ///   - atVersion: Where on the stream, from 1.
    ///   - asOf: Or what was known at an RFC 3339 instant.
    ///   - isJSON: Whether to answer for programs.
    /// - Throws: `CommandFailure` when both are given, or one means nothing.
    public init(
        key: String,
        account: String?,
        atVersion: Int? = nil,
        asOf: String? = nil,
        isJSON: Bool
    ) throws(CommandFailure) {
        self.key = key
        self.account = account
        self.isJSON = isJSON
        switch (atVersion, asOf) {
        case (nil, nil):
            moment = .latest
        case (let version?, nil):
            guard version > 0 else { throw CommandFailure("Versions count from 1.") }
            moment = .version(version)
        case (nil, let text?):
            guard let instant = Timestamp(text) else {
                throw CommandFailure("'\(text)' is not an RFC 3339 date and time with an offset.")
            }
            moment = .recorded(by: instant)
        case (_?, _?):
            throw CommandFailure("Give --at-version or --as-of, one at a time.")
        }
    }
}

/// One outcome of a store that is open for reading.
struct OutcomeLookup {
    let store: any ReadableStore
    let key: OutcomeKey
    let account: AccountID
    let catalog: Catalog
    let reader: OutcomeReader

    /// Opens the store beside whatever server runs, finds account and key, and closes it afterwards.
    ///
    /// - Throws: `CommandFailure` when the store, the account or the key is not there.
    static func run(
        _ question: OutcomeQuestion,
        _ configuration: AssayConfiguration,
        _ work: (OutcomeLookup) async throws -> Void
    ) async throws {
        let store = try await StoreDesk.openForReading(configuration)
        do {
            try await work(try await OutcomeLookup(question, store))
            await store.close()
        } catch {
            await store.close()
            throw error
        }
    }

    private init(_ question: OutcomeQuestion, _ store: any ReadableStore) async throws {
        guard let key = OutcomeKey(Text(question.key)) else {
            throw CommandFailure(
                "'\(question.key.printable)' is not an outcome key: 8 to 255 characters."
            )
        }
        let account = try await store.account(named: question.account)
        let directory = CatalogDirectory(
            log: store,
            partitioning: store.partitioning,
            node: "reading",
            clock: SystemWallClock()
        )
        guard let catalog = try await directory.catalog(of: account) else {
            throw CommandFailure("There is no account \(account) in this store.")
        }
        self.store = store
        self.key = key
        self.account = account
        self.catalog = catalog
        reader = OutcomeReader(
            eventLog: store,
            ingestLog: store,
            partitioning: store.partitioning,
            keys: store
        )
    }

    var isSandbox: Bool { catalog.isSandbox }

    /// Why there is nothing to tell.
    func nothing(at moment: OutcomeMoment) -> CommandFailure {
        switch moment {
        case .latest:
            CommandFailure("There is no outcome '\(key.shown)' in account \(account).")
        case .version(let version):
            CommandFailure("'\(key.shown)' in account \(account) has no version \(version).")
        case .recorded(let instant):
            CommandFailure(
                "Nothing was known of '\(key.shown)' in account \(account) at \(instant)."
            )
        }
    }
}

extension OutcomeKey {
    /// The key, fit for a terminal.
    var shown: String { text.string.printable }
}

extension String {
    /// The text without what would move a terminal's cursor or colour it: control characters are
    /// told by their numbers.
    var printable: String {
        var shown = ""
        for scalar in unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator:
                shown += "\\u{\(String(scalar.value, radix: 16))}"
            default:
                shown.unicodeScalars.append(scalar)
            }
        }
        return shown
    }
}
