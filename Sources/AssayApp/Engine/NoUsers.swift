// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import HTTPAPI

/// The users of a store that has none: nobody signs in, and no record names one.
struct NoUsers: UserRegistry {
    func isMember(_ user: Int64, of account: AccountID) async throws(StoreError) -> Bool { false }

    func sessionUser(_ cookies: String) async throws(StoreError) -> SessionUser? { nil }
}
