// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues

extension ReadableStore {
    /// The account that a command is about: the one that is named, else the store's only one.
    ///
    /// - Throws: `CommandFailure` when the name is none, or several could be meant.
    func account(named name: String?) async throws -> AccountID {
        if let name {
            guard let id = AccountID(name) else {
                throw CommandFailure("'\(name)' is not an account id: acct_...")
            }
            return id
        }
        let accounts = try await accounts()
        guard let only = accounts.first else {
            throw CommandFailure("This store has no account yet.")
        }
        guard accounts.count == 1 else {
            let names = accounts.map(\.description).joined(separator: ", ")
            throw CommandFailure("Name the account with --account; this store has \(names).")
        }
        return only
    }
}
