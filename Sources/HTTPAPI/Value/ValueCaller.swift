// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import ExactValues
import Logging
import OutcomeRuntime

/// Who calls `/api/outcomes`: an internal service with its key, or somebody who has signed in.
enum ValueCaller {
    case internalService(AccountID)
    case user(SessionUser)

    /// Finds out who calls.
    ///
    /// Whoever shows a bearer token is judged by that alone.
    ///
    /// - Throws: `ValueError.unauthorized` for anybody else.
    init(_ call: APICall) async throws {
        let services = call.services.values
        if call.headers.authorization != nil {
            guard let key = services.internalKey, let token = call.headers.bearerToken,
                key.opens(with: token)
            else { throw ValueError.unauthorized }
            self = .internalService(key.account)
            return
        }
        guard let cookies = call.headers.cookie,
            let user = try await services.users.sessionUser(cookies)
        else { throw ValueError.unauthorized }
        self = .user(user)
    }

    var account: AccountID {
        switch self {
        case .internalService(let account): account
        case .user(let user): user.account
        }
    }

    /// How the log names the caller.
    var author: Author {
        switch self {
        case .internalService: Author(text: "internal")
        case .user(let user): Author(text: Text("user:\(user.number)"))
        }
    }

    /// The caller with the account's catalog at this moment.
    func principal(in call: APICall) async throws -> Principal {
        guard let catalog = try await call.services.catalogs.catalog(of: account) else {
            call.services.logger.error("the account of the internal key does not exist")
            throw APIError.internalError
        }
        return Principal(account: account, author: author, scopes: [], catalog: catalog)
    }
}
