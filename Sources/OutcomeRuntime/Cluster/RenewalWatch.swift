// SPDX-License-Identifier: Apache-2.0

import ExactValues

/// Notices that nobody could renew for a while: the store was away, its clock was moved, or this
/// node slept.
///
/// Who comes back first would see all others dead. So it takes nothing over before they have had the
/// time of one lease to say that they live.
struct RenewalWatch {
    private var last: Timestamp?
    private var claimsFrom: Timestamp?

    /// The lease was renewed at this moment of the store's clock.
    mutating func renewed(at now: Timestamp, leaseSeconds: Int) {
        defer { last = now }
        guard let last else { return }
        let gap = now.microseconds(since: last)
        let lease = Int64(leaseSeconds) * 1_000_000
        guard gap < 0 || gap > lease / 3 else { return }
        claimsFrom = now.adding(seconds: Int64(leaseSeconds))
    }

    /// Whether others that do not renew are dead.
    func mayClaim(at now: Timestamp) -> Bool {
        guard let claimsFrom else { return true }
        return now >= claimsFrom
    }
}
