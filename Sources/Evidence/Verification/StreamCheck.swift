// SPDX-License-Identifier: Apache-2.0

import BillingLedger
import EventSchema
import EventStore
import ExactValues
import OutcomeDomain
import StreamReview

/// One stream of a bundle on its way through the verifier.
struct StreamCheck {
    let key: OutcomeKey
    let partition: Partition
    /// How many versions the stream line tells of.
    let versions: Int
    /// The number of the stream line.
    let line: Int
    /// The number of the last event's line; those of the versions before it stand just above.
    var lastLine = 0

    var review: OutcomeReview
    var position = LogPosition.start
    /// What the outcome was opened on.
    var opened: OutcomeTerms?
    /// What the ledger keeps of an open outcome.
    var terms: BillingTerms?
    /// What the settlement books, as the events say.
    var posting: Posting?
    /// The line with that posting has been read.
    var hasPostingLine = false

    init(
        key: OutcomeKey,
        account: AccountID,
        partition: Partition,
        versions: Int,
        line: Int
    ) {
        self.key = key
        self.partition = partition
        self.versions = versions
        self.line = line
        review = OutcomeReview(of: .outcome(account, key.text))
    }
}

extension ReviewFault {
    /// The member of the event line, or the field of its body, that the fault is in.
    var field: String {
        switch self {
        case .gap: "version"
        case .chainBroken: "previous"
        case .hashDiffers: "hash"
        case .unreadable(let error): error.part.rawValue
        case .notCanonical(let part): part.rawValue
        case .eventIDDiffers: "event_id"
        case .amountDiffers: "amount"
        case .termsDiffer(let field, _, _), .valueDiffers(let field, _, _): field
        case .verdictDiffers, .factMissing, .factSurplus, .outOfOrder, .settledEarly,
            .catalogVersionUnknown:
            "decision"
        }
    }
}
