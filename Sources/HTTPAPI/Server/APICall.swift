// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
package import ExactValues
package import NIOCore
import OutcomeRuntime

/// One request on its way to a handler: who asks, for what, with which parameters.
package struct APICall: Sendable {
    package let services: APIServices
    let request: IncomingRequest
    let headers: RequestHeaders
    package let requestID: String
    /// The parts of the path that the client chose, in order.
    package let parameters: [Text]
    let query: QueryParameters
    /// Who asks; nil only on routes without a token.
    let caller: Principal?
    /// The W3C trace context to store with what is accepted.
    package let trace: String?

    /// Who asks, on a route that needs a token.
    var principal: Principal {
        get throws(APIError) {
            guard let caller else { throw .tokenInvalid }
            return caller
        }
    }

    /// Who asks, by the catalog as it is now and not as it was when the head of the request came:
    /// what is accepted or changed carries that version, and a token revoked meanwhile does nothing.
    func principalNow() async throws -> Principal {
        guard let renewed = try await services.catalogs.renewed(try principal) else {
            throw APIError.tokenInvalid
        }
        return renewed
    }

    /// The body, collected.
    ///
    /// - Throws: `APIError` when it is larger than `limit`, encoded or too slow; `RequestAborted`
    ///   when the client went away in the middle of it.
    package func body(limit: Int) async throws -> ByteBuffer {
        if let encoding = headers.contentEncoding, encoding.lowercased() != "identity" {
            throw APIError(
                .unsupportedMediaType,
                "Compressed bodies are not taken: send it as it is."
            )
        }
        if let length = headers.contentLength, length > limit {
            throw APIError.bodyTooLarge(limit: limit)
        }
        return try await request.body(limit: limit)
    }

    /// Does work that takes long, and cancels it when the client says no more: then it has most
    /// likely gone.
    ///
    /// - Throws: `RequestAborted` when it has, and what `work` throws.
    package func unlessGone<Value: Sendable>(
        _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await request.link.unlessGone(work)
    }

    /// The body as one JSON object.
    func object() async throws -> JSONObject {
        switch headers.mediaType {
        case nil, "application/json": break
        default: throw APIError(.unsupportedMediaType, "The content type must be application/json.")
        }
        let body = try await body(limit: services.limits.bodyBytes)
        guard case .object(let object) = try body.json(maximumDepth: services.limits.depth) else {
            throw APIError.invalid("body", "must be a JSON object")
        }
        return object
    }
}

extension ByteBuffer {
    /// The whole content as one JSON value.
    func json(maximumDepth: Int) throws(APIError) -> JSONValue {
        let result = withUnsafeReadableBytes { bytes -> Result<JSONValue, APIError> in
            do throws(JSONError) {
                return .success(try JSONReader.read(bytes, maximumDepth: maximumDepth))
            } catch {
                return .failure(APIError(error, in: bytes))
            }
        }
        return try result.get()
    }
}
