// SPDX-License-Identifier: Apache-2.0

import EventStore
import Identity
import Logging

extension Engine {
    /// The code with which the very first user makes themselves; nil when there is a user.
    ///
    /// A store that cannot be reached is no reason to end: it is told, and the next start offers it.
    func setUpCode(_ logger: Logger) async -> String? {
        do throws(StoreError) {
            return try await identities.hasUsers() ? nil : identities.issueLink(.setUp)
        } catch {
            logger.warning(
                "whether there are users is not known",
                metadata: ["reason": "\(error.debugDescription)"]
            )
            return nil
        }
    }
}
