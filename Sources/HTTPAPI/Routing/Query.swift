// SPDX-License-Identifier: Apache-2.0

import DeadLetters
import EventStore
import ExactValues
import OutcomeDomain
import ProjectionKit
import TrafficStudy

/// Every query parameter of the API: one name has one meaning on all calls.
enum Query {
    /// The size of a page: 1 to 500, 50 unless told otherwise.
    static let limit = QueryField("limit", "must be an integer from 1 to 500") { text -> Int? in
        guard let limit = Int(text.string), (1...500).contains(limit), text.utf8.first != 0x2B
        else { return nil }
        return limit
    }
    static let limitUnlessGiven = 50

    /// What has to be visible (SPEC 3).
    static let after = QueryField("after", "is not a position of this service") {
        ReadToken($0.string)
    }

    // MARK: Trees

    static let partition = QueryField("partition", "must be the number of a partition") { text in
        number(text).flatMap { $0 <= Partitioning.maximumCount ? Partition(Int($0)) : nil }
    }
    static let checkpointSize = size("checkpoint_size")
    static let fromSize = size("from_size")
    static let toSize = size("to_size")

    /// Trees that the client has kept.
    static let keptSizes = QueryField(
        "kept_sizes",
        "must be 1 to \(KeptSize.limitSizes) pairs PARTITION:SIZE with commas between them, "
            + "each size at least 1"
    ) { text -> [KeptSize]? in
        let pairs = text.utf8.split(separator: 0x2C, omittingEmptySubsequences: false)
        guard pairs.count <= KeptSize.limitSizes else { return nil }
        let sizes = pairs.compactMap(KeptSize.init)
        return sizes.count == pairs.count ? sizes : nil
    }

    private static func size(_ name: String) -> QueryField<Int64> {
        QueryField(name, "must be an integer of at least 1") { text in
            number(text).flatMap { $0 >= 1 ? $0 : nil }
        }
    }

    /// A whole number that is not negative, in its one spelling.
    static func number(_ text: Text) -> Int64? {
        guard let number = Int64(text.string), number >= 0, String(number) == text.string else {
            return nil
        }
        return number
    }

    // MARK: Samples

    static let sampleOutcomes = QueryField(
        "outcomes",
        "must be an integer from 1 to \(StudyLimits.maximumSampleOutcomes)"
    ) { text in
        number(text).map(Int.init).flatMap {
            (1...StudyLimits.maximumSampleOutcomes).contains($0) ? $0 : nil
        }
    }

    // MARK: Filters

    static let state = QueryField(
        "state",
        "must be OPEN, PENDING, CONFIRMED, FAILED or MISSED"
    ) { OutcomeState(rawValue: $0.string) }
    static let group = QueryField("group", "is not a group of dead letters") {
        DeadLetterGroupID($0)
    }
    static let code = QueryField("code", "is not a dead letter's code") {
        DeadLetterCode(rawValue: $0.string)
    }
    static let agent = QueryField("agent_key", "is not a key of an agent") { Slug($0) }
    static let customer = QueryField("customer_key", "is not a key of a customer") {
        CustomerKey($0)
    }
    static let action = QueryField("action", "must have 1 to 255 characters") { Action($0) }
    static let key = outcomeKey("key")
    static let outcome = outcomeKey("outcome_key")
    static let updatedAfter = instant("updated_after")
    static let updatedBefore = instant("updated_before")
    static let receivedFrom = instant("received_from")
    static let receivedBefore = instant("received_before")
    static let from = instant("from")
    static let to = instant("to")

    // MARK: Moments

    static let atVersion = QueryField("at_version", "must be an integer from 1 on") {
        text -> Int? in
        guard let version = Int(text.string), version > 0, text.utf8.first != 0x2B else {
            return nil
        }
        return version
    }
    static let asOf = instant("as_of")

    private static func outcomeKey(_ name: String) -> QueryField<OutcomeKey> {
        QueryField(name, "is not a key of an outcome") { OutcomeKey($0) }
    }

    private static func instant(_ name: String) -> QueryField<Timestamp> {
        QueryField(name, "must be an RFC 3339 date and time with an offset") { text in
            // A plus in a query stands for a space, and people forget to encode it.
            Timestamp(Text(text.string.replacingLastSpaceWithPlus))
        }
    }

    /// Why something is asked for.
    static let reason = QueryField("reason", "must have 1 to 1000 characters") { text -> Text? in
        (1...1000).contains(text.scalarCount) ? text : nil
    }

    // MARK: Cursors

    private static let noCursor = "is not a cursor of this list"

    static let historyCursor = QueryField("cursor", noCursor) { HistoryCursor.decode($0) }

    static let streamCursor = QueryField("cursor", "is not a place in the live stream") {
        ChangeCursor($0.string)
    }

    static let checkpointCursor = QueryField("cursor", noCursor) { CheckpointCursor.decode($0) }

    /// A cursor of a list of a read model; whose it is shows when it is used.
    static func cursor(of list: PageCursor.List) -> QueryRule {
        QueryRule(name: "cursor", requirement: noCursor) { PageCursor.isWellFormed($0, of: list) }
    }

    /// A cursor of a list of the catalog; whose it is shows when it is used.
    static func cursor(of list: CatalogCursor.List) -> QueryRule {
        QueryRule(name: "cursor", requirement: noCursor) {
            CatalogCursor.isWellFormed($0, of: list)
        }
    }
}

extension QueryParameters {
    /// The size of the page that is asked for.
    var limit: Int { self[Query.limit] ?? Query.limitUnlessGiven }
}

extension PageCursor {
    fileprivate static func isWellFormed(_ text: Text, of list: List) -> Bool {
        // Which account is asked for does not matter: of any other it is a good cursor, too.
        guard let anybody = AccountID("acct_anybody") else { return false }
        do throws(PageCursorError) {
            _ = try PageCursor(decoding: text.string, list: list, account: anybody)
            return true
        } catch {
            return error == .foreign
        }
    }
}

extension String {
    /// `2026-01-01T00:00:00 01:00` with the plus that a query lost.
    fileprivate var replacingLastSpaceWithPlus: String {
        guard let space = utf8.lastIndex(of: 0x20),
            utf8.distance(from: space, to: utf8.endIndex) == 6,
            utf8.distance(from: utf8.startIndex, to: space) > 10
        else { return self }
        return String(self[..<space]) + "+" + String(self[utf8.index(after: space)...])
    }
}
