// SPDX-License-Identifier: Apache-2.0

import EventStore
import OutcomeDomain

/// States, resolutions and methods are small numbers in the table; a number keeps its meaning for ever.
extension OutcomeState {
    var column: Int64 {
        switch self {
        case .open: 0
        case .pending: 1
        case .confirmed: 2
        case .failed: 3
        case .missed: 4
        }
    }

    init(column: Int64) throws(StoreError) {
        switch column {
        case 0: self = .open
        case 1: self = .pending
        case 2: self = .confirmed
        case 3: self = .failed
        case 4: self = .missed
        default: throw StoreError(.damaged, detail: "a state is none")
        }
    }
}

extension Resolution {
    var column: Int64 {
        switch self {
        case .confirmed: 0
        case .failed: 1
        }
    }

    init(column: Int64) throws(StoreError) {
        switch column {
        case 0: self = .confirmed
        case 1: self = .failed
        default: throw StoreError(.damaged, detail: "a resolution is none")
        }
    }
}

extension AttributionMethod {
    var column: Int64 {
        switch self {
        case .first: 0
        case .last: 1
        case .min: 2
        case .max: 3
        case .sum: 4
        }
    }

    init(column: Int64) throws(StoreError) {
        switch column {
        case 0: self = .first
        case 1: self = .last
        case 2: self = .min
        case 3: self = .max
        case 4: self = .sum
        default: throw StoreError(.damaged, detail: "a method of attribution is none")
        }
    }
}
