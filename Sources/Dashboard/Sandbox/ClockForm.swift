// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain

/// How far a test clock is to be moved.
struct ClockForm: Sendable {
    enum Unit: String, CaseIterable, Sendable {
        case seconds
        case minutes
        case hours
        case days

        var seconds: Int64 {
            switch self {
            case .seconds: 1
            case .minutes: 60
            case .hours: 3_600
            case .days: 86_400
            }
        }
    }

    let amount: String
    let unit: Unit
    let to: String
    private let isByAmount: Bool

    init() { (amount, unit, to, isByAmount) = ("1", .hours, "", true) }

    init(_ form: Form) {
        amount = form.text("amount")
        unit = Unit(rawValue: form.text("unit")) ?? .hours
        to = form.text("to")
        isByAmount = form["amount"] != nil
    }

    /// Where the clock goes to.
    ///
    /// - Throws: What is wrong with `by` or `to`.
    func target(from now: Timestamp) throws(ValidationFailure) -> Timestamp {
        guard isByAmount else {
            guard let target = Timestamp(to) else {
                throw ValidationFailure(field: "to", message: "must be a time of RFC 3339")
            }
            guard target >= now else {
                let message = "is before the clock, which never goes back"
                throw ValidationFailure(field: "to", message: message)
            }
            return target
        }
        let horizon = Timestamp.latest.microseconds(since: now) / 1_000_000 / unit.seconds
        guard let count = Int64(amount), count >= 0, count <= horizon else {
            let message = "must be a whole number, not negative, up to the year 9999"
            throw ValidationFailure(field: "by", message: message)
        }
        return now.adding(seconds: count * unit.seconds)
    }
}
