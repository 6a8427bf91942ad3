// SPDX-License-Identifier: Apache-2.0

import EventStore
import Identity

/// Takes the users of one store over into another: numbers, addresses, password hashes and memberships.
///
/// Sessions and links are not copied: people sign in again.
enum UserCopy {
    static let pageLimitUsers = 500

    /// Copies all users.
    ///
    /// - Returns: How many there are.
    static func run(
        from source: any IdentityStore,
        to target: any IdentityStore
    ) async throws(StoreError) -> Int {
        var (count, last) = (0, UserID?.none)
        while true {
            let page = try await source.users(after: last, limit: pageLimitUsers)
            for (user, password) in page {
                try await target.copyUser(
                    user,
                    password: password,
                    memberships: try await source.memberships(of: user.id)
                )
            }
            count += page.count
            guard page.count == pageLimitUsers else { return count }
            last = page.last?.user.id
        }
    }
}
