// SPDX-License-Identifier: Apache-2.0

import Configuration
import ExactValues
import HTTPAPI

extension ConfigReader {
    /// The key of internal services, with its account; nil when neither is set, or both are empty.
    ///
    /// - Throws: When only one of them is set, or one is not as it has to be. What is said never
    ///   holds the key.
    func internalKey() throws(CommandFailure) -> InternalKey? {
        // An empty one is none: a compose file can only set it.
        let key = string(forKey: ["internal", "api", "key"], isSecret: true) ?? ""
        let name = string(forKey: ["internal", "api", "account"]) ?? ""
        guard !key.isEmpty || !name.isEmpty else { return nil }
        guard !key.isEmpty, !name.isEmpty else {
            throw CommandFailure(
                "The internal API key and its account are set together (internal.api.key, "
                    + "ASSAY_INTERNAL_API_KEY; internal.api.account, ASSAY_INTERNAL_API_ACCOUNT)."
            )
        }
        guard let account = AccountID(name) else {
            throw CommandFailure(
                "'\(name)' is not the id of an account (internal.api.account, "
                    + "ASSAY_INTERNAL_API_ACCOUNT)."
            )
        }
        guard let internalKey = InternalKey(key, account: account) else {
            throw CommandFailure(
                "The internal API key has not \(InternalKey.leastCharacters) to "
                    + "\(InternalKey.mostCharacters) visible ASCII characters (internal.api.key, "
                    + "ASSAY_INTERNAL_API_KEY)."
            )
        }
        return internalKey
    }
}
