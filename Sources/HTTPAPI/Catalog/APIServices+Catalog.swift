// SPDX-License-Identifier: Apache-2.0

package import CatalogDomain
package import ExactValues
import Logging
package import OutcomeRuntime

extension APIServices {
    /// Changes a catalog for a request, whose id the change records; durable and visible when it
    /// returns.
    package func change(
        _ account: AccountID,
        _ command: CatalogCommand,
        by author: Author,
        for call: APICall
    ) async throws -> CatalogChange {
        let change = try await catalogs.change(account, command, by: author, cause: call.cause)
        if !change.events.isEmpty {
            logger.info(
                "a catalog was changed",
                metadata: [
                    "request_id": "\(call.requestID)", "account": "\(account)",
                    "catalog_version": "\(change.version)", "author": "\(author)",
                ]
            )
        }
        return change
    }

    /// Takes note of an advance of a test clock.
    package func noteAdvance(of account: AccountID, by author: Author, for call: APICall) {
        logger.info(
            "a test clock was advanced",
            metadata: [
                "request_id": "\(call.requestID)", "account": "\(account)", "author": "\(author)",
            ]
        )
    }
}

extension APICall {
    /// What a change that this call brings about records of it.
    package var cause: ChangeCause { ChangeCause(request: requestID, trace: trace) }
}
