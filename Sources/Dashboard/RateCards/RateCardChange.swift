// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import ExactValues
import OutcomeDomain

/// One line of the difference between two versions of a rate card.
struct RateCardChange: Sendable, Equatable {
    /// The class of its badge.
    let tone: String
    /// Added, removed, changed.
    let kind: String
    /// The agent; `currency` when that was changed.
    let subject: String
    let before: String?
    let after: String?

    /// What a version changed; everything of a first one is added.
    static func between(_ old: RateCard?, _ new: RateCard) -> [RateCardChange] {
        var changes: [RateCardChange] = []
        if let old, old.currency != new.currency {
            changes.append(
                RateCardChange(
                    tone: "wait",
                    kind: "Changed",
                    subject: "currency",
                    before: old.currency.code,
                    after: new.currency.code
                )
            )
        }
        let before = old?.entries ?? []
        var keys = Set(before.map(\.agent))
        keys.formUnion(new.entries.map(\.agent))
        for key in keys.sorted() {
            let (past, present) = (old?.price(of: key), new.price(of: key))
            guard past != present else { continue }
            changes.append(RateCardChange(key, past, present))
        }
        return changes
    }

    private init(_ agent: Slug, _ past: Decimal?, _ present: Decimal?) {
        subject = agent.text.string
        before = past?.description
        after = present?.description
        switch (past, present) {
        case (nil, _): (tone, kind) = ("good", "Added")
        case (_, nil): (tone, kind) = ("bad", "Removed")
        default: (tone, kind) = ("wait", "Changed")
        }
    }

    private init(tone: String, kind: String, subject: String, before: String?, after: String?) {
        self.tone = tone
        self.kind = kind
        self.subject = subject
        self.before = before
        self.after = after
    }
}
