// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import EventStore
import ExactValues
import OutcomeDomain
import OutcomeRuntime
import ProjectionKit

/// The metadata of one customer, made unreadable for ever.
enum PersonalDataHandlers {
    static let eraseQuery = [Query.reason.rule]

    /// Asks for the erasure and waits until it is done, or for as long as a read may.
    ///
    /// The customer need not be in the catalog: signals that are parked for want of it may carry
    /// metadata, too.
    static func erase(_ call: APICall) async throws -> APIAnswer {
        let customer = try customer(call)
        let receipt = try await call.services.intake.erase(
            customer,
            reason: call.query[Query.reason],
            as: try await call.principalNow(),
            trace: call.trace,
            request: call.requestID
        )
        let token = ReadToken(receipt)
        let isDone = await isProcessed(token, call)
        return .object(status: 202) { writer in
            writer.member("customer_key", customer.text)
            writer.member("status", isDone ? "erased" : "pending")
            writer.member("event_id", receipt.eventID.description)
            writer.member("received_at", receipt.receivedAt)
            writer.member("position", token.text)
        }
    }

    /// What was erased, as far as the catalog knows.
    static func get(_ call: APICall) async throws -> APIAnswer {
        let customer = try customer(call)
        // By the catalog as it is after what was waited for.
        let erasures = try await call.principalNow().catalog.erasures(of: customer)
        return .object { writer in
            writer.member("customer_key", customer.text)
            writer.member("erasures", erasures.count)
            writer.name("last_erasure")
            if let last = erasures.last { writer.erasure(last) } else { writer.null() }
        }
    }

    private static func customer(_ call: APICall) throws(APIError) -> CustomerKey {
        guard let key = CustomerKey(try call.name) else { throw .notFound }
        return key
    }

    private static func isProcessed(_ token: ReadToken, _ call: APICall) async -> Bool {
        do {
            try await call.services.progress.wait(
                for: token,
                reach: .decided,
                models: [],
                timeout: .seconds(call.services.limits.readSeconds)
            )
            return true
        } catch {
            // It is durable and will be done; the answer says that it is not yet.
            return false
        }
    }
}

extension JSONWriter {
    fileprivate mutating func erasure(_ erasure: RecordedErasure) {
        beginObject()
        member("event_id", erasure.request.eventID.description)
        member("requested_at", erasure.request.requestedAt)
        member("author", erasure.stamp.author.text)
        member("request_id", erasure.stamp.request)
        member("reason", erasure.request.reason)
        member("catalog_version", erasure.stamp.version)
        endObject()
    }
}
