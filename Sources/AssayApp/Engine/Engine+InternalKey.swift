// SPDX-License-Identifier: Apache-2.0

import EventStore
import HTTPAPI
import OutcomeRuntime

extension Engine {
    /// Looks whether the account that the internal key records for is there.
    ///
    /// - Throws: `CommandFailure` when it is not, or cannot be looked up.
    func checkInternalKey(_ configuration: AssayConfiguration) async throws(CommandFailure) {
        guard let key = configuration.internalKey else { return }
        do throws(StoreError) {
            guard try await catalogs.catalog(of: key.account) == nil else { return }
        } catch {
            throw CommandFailure(
                "The account of the internal API key cannot be looked up: \(error)."
            )
        }
        throw CommandFailure(
            "There is no account \(key.account), for which the internal API key is to record "
                + "(internal.api.account, ASSAY_INTERNAL_API_ACCOUNT)."
        )
    }
}
