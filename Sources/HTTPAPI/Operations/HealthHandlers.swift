// SPDX-License-Identifier: Apache-2.0

import ExactValues

/// What operators' machines ask; no token.
enum HealthHandlers {
    /// The process lives and answers.
    static func health(_ call: APICall) async throws -> APIAnswer {
        .object { $0.member("status", "ok") }
    }

    /// The service can do its work: 200, or 503 with the reasons.
    static func readiness(_ call: APICall) async throws -> APIAnswer {
        let reasons = await call.services.readiness()
        return .object(status: reasons.isEmpty ? 200 : 503) { writer in
            writer.member("status", reasons.isEmpty ? "ready" : "not_ready")
            writer.name("reasons")
            writer.beginArray()
            for reason in reasons {
                writer.string(reason)
            }
            writer.endArray()
        }
    }

    static func metrics(_ call: APICall) async throws -> APIAnswer {
        APIAnswer(
            body: Array(call.services.metrics().utf8),
            contentType: "text/plain; version=0.0.4; charset=utf-8"
        )
    }

    static func openAPI(_ call: APICall) async throws -> APIAnswer {
        APIAnswer(body: OpenAPIDocument.bytes, contentType: "application/yaml; charset=utf-8")
    }
}
