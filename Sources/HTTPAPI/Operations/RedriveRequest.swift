// SPDX-License-Identifier: Apache-2.0

import DeadLetters
import ExactValues
import OutcomeDomain

/// Which dead letters are meant, and what is to be done: `{"ids":[..]}` or `{"filter":{..}}` with
/// the `cursor` of the call before; `dry_run` and `reason`.
struct RedriveRequest {
    enum Selection {
        case ids([EventID])
        case filter(DeadLetterFilter)
    }

    let selection: Selection
    /// Where a filter's letters go on; the next call's begin there.
    let cursor: Text?
    let isDryRun: Bool
    let reason: Text?

    /// Reads a request; a discard has to say why (SPEC 4), its dry run need not.
    ///
    /// - Throws: Every wrong field, unknown ones included.
    init(
        json object: JSONObject,
        needsReason: Bool,
        lettersLimit: Int
    ) throws(ValidationFailure) {
        var reader = ObjectReader(object, known: ["ids", "filter", "cursor", "dry_run", "reason"])
        isDryRun = reader.flag("dry_run")
        reason = reader.text("reason", "must have 1 to 1000 characters") { text in
            (1...1000).contains(text.scalarCount) ? text : nil
        }
        if needsReason, !isDryRun, reader.value("reason") == nil {
            reader.fail("reason", "is required")
        }
        let hasIDs = reader.value("ids") != nil
        let hasFilter = reader.value("filter") != nil
        if hasIDs == hasFilter {
            reader.fail("ids", "is required, or else filter, and not both")
        }
        cursor = reader.text("cursor", "is not a cursor of this list") { $0 }
        if hasIDs, cursor != nil {
            reader.fail("cursor", "goes with a filter and not with ids")
        }
        if hasIDs {
            selection = .ids(Self.ids(&reader, limit: lettersLimit))
        } else {
            selection = .filter(Self.filter(&reader))
        }
        try reader.finish()
    }

    private static func ids(_ reader: inout ObjectReader, limit: Int) -> [EventID] {
        let items = reader.array("ids", isRequired: true)
        guard items.count <= limit else {
            reader.fail("ids", "must not be more than \(limit)")
            return []
        }
        var ids: [EventID] = []
        var seen: Set<EventID> = []
        for (index, item) in items.enumerated() {
            guard case .string(let text) = item, let id = EventID(text.string) else {
                reader.fail("ids[\(index)]", "is not an event id")
                continue
            }
            if seen.insert(id).inserted { ids.append(id) }
        }
        return ids
    }

    private static func filter(_ reader: inout ObjectReader) -> DeadLetterFilter {
        guard case .object(let object)? = reader.value("filter") else {
            if reader.value("filter") != nil { reader.fail("filter", "must be an object") }
            return DeadLetterFilter()
        }
        var fields = ObjectReader(
            object,
            known: [
                "group", "code", "key", "customer_key", "agent_key", "action", "received_from",
                "received_before",
            ],
            prefix: "filter."
        )
        let filter = DeadLetterFilter(
            group: fields.text("group", "is not a group of dead letters") {
                DeadLetterGroupID($0)
            },
            code: fields.text("code", "is not a dead letter's code") {
                DeadLetterCode(rawValue: $0.string)
            },
            key: fields.text("key", "is not a key of an outcome") { OutcomeKey($0) },
            customer: fields.text("customer_key", "is not a key of a customer") {
                CustomerKey($0)
            },
            agent: fields.text("agent_key", "is not a key of an agent") { Slug($0) },
            action: fields.text("action", "must have 1 to 255 characters") { Action($0) },
            receivedFrom: fields.instant("received_from"),
            receivedBefore: fields.instant("received_before")
        )
        reader.add(fields.errors)
        return filter
    }
}
