// SPDX-License-Identifier: Apache-2.0

import BillingLedger
import ExactValues
import OutcomeDomain

/// Whether the streams of a bundle are those that it says it is about, each once.
struct SubjectCheck {
    private let subject: BundleSubject
    private var streams = 0
    private var last: (recordedAt: Timestamp, id: PostingID)?

    init(_ subject: BundleSubject) { self.subject = subject }

    /// Takes a stream that has been read; says what is wrong when it has no place here.
    mutating func take(_ key: OutcomeKey, _ posting: Posting?) -> String? {
        streams += 1
        switch subject {
        case .outcomes(let keys):
            guard streams <= keys.count, keys[streams - 1] == key else {
                return "is not the outcome that the bundle names here"
            }
        case .posting(let id):
            guard streams == 1, posting?.id == id else {
                return "is not the outcome of the posting that the bundle names"
            }
        case .period(let customer, let from, let to):
            guard let posting, posting.customer == customer, posting.recordedAt >= from,
                posting.recordedAt < to
            else { return "books nothing for the customer in the period" }
            if let last, (last.recordedAt, last.id) <= (posting.recordedAt, posting.id) {
                return "stands here twice, or before an older one"
            }
            last = (posting.recordedAt, posting.id)
        }
        return nil
    }

    /// What is missing at the end; nil when nothing is.
    var fault: String? {
        switch subject {
        case .outcomes(let keys) where streams < keys.count:
            "holds \(streams) of the \(keys.count) outcomes it names"
        case .posting where streams == 0: "does not hold the posting it names"
        default: nil
        }
    }
}
