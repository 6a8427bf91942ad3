// SPDX-License-Identifier: Apache-2.0

import ExactValues
import Identity
import Logging
import OutcomeRuntime

/// Who calls `/api/outcomes`: an internal service with its key, or somebody who has signed in.
struct ValueCaller {
    /// Who it is, with the account's catalog at this moment.
    let principal: Principal
    /// What they are in the account; nil for an internal service.
    private let role: Role?

    /// Finds out who calls.
    ///
    /// Whoever shows a bearer token is judged by that alone.
    ///
    /// - Throws: `ValueError.unauthorized` for anybody else.
    init(_ call: APICall) async throws {
        let services = call.services
        guard call.headers.authorization == nil else {
            guard let key = services.values.internalKey, let token = call.headers.bearerToken,
                key.opens(with: token)
            else { throw ValueError.unauthorized }
            guard let catalog = try await services.catalogs.catalog(of: key.account) else {
                services.logger.error("the account of the internal key does not exist")
                throw APIError.internalError
            }
            principal = Principal(internalServiceOf: key.account, catalog: catalog)
            role = nil
            return
        }
        guard let secret = call.sessionSecret, let visitor = try await services.visitor(secret)
        else { throw ValueError.unauthorized }
        principal = visitor.principal
        role = visitor.signedIn.membership.role
    }

    /// The number of the user who has signed in; nil for an internal service.
    var user: Int64? { principal.user }

    /// Whether they may record: who may only read may not (SPEC 7 knows no roles).
    var mayRecord: Bool { role?.may(.price) ?? true }
}
