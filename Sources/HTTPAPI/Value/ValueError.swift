// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain

/// An error of `/api/outcomes`, which has a form of its own: `{"error":"Invalid outcome_type"}`
/// (SPEC 7).
struct ValueError: Error {
    let status: Int
    let message: String
    var retryAfterSeconds: Int?
    var isChallenge = false

    /// Neither the internal key nor a session.
    static let unauthorized = ValueError(status: 401, message: "Unauthorized", isChallenge: true)

    /// Signed in, with a role that changes nothing.
    static let forbidden = ValueError(status: 403, message: "Forbidden")

    /// A field that is not as it has to be, by its name in answers.
    static func invalid(_ field: String) -> ValueError {
        ValueError(status: 400, message: "Invalid \(field)")
    }

    /// Whatever else went wrong.
    ///
    /// `failure`: What is said of a fault that is not the client's.
    init(_ error: any Error, failure: String) {
        if let known = error as? ValueError {
            self = known
            return
        }
        let known = APIError(error)
        switch known.code {
        case .validationError:
            self = .invalid(Self.field(known.details.first?.field ?? "body"))
        case .tokenInvalid:
            self = .unauthorized
        case .payloadTooLarge:
            self.init(status: known.code.status, message: "Payload too large")
        case .unsupportedMediaType:
            self.init(status: known.code.status, message: "Unsupported media type")
        case .requestTimeout:
            self.init(status: known.code.status, message: "Request timeout")
        default:
            self.init(
                status: 500,
                message: failure,
                retryAfterSeconds: known.code.retryAfterSeconds
            )
        }
    }

    init(
        status: Int,
        message: String,
        retryAfterSeconds: Int? = nil,
        isChallenge: Bool = false
    ) {
        self.status = status
        self.message = message
        self.retryAfterSeconds = retryAfterSeconds
        self.isChallenge = isChallenge
    }

    /// What a field of the body, or a place in one, is called in answers.
    private static func field(_ path: String) -> String {
        let top = path.prefix { $0 != "." && $0 != "[" }
        return ValueBody.Field(rawValue: String(top))?.answered ?? String(top.prefix(64))
    }

    /// The answer.
    var answer: APIAnswer {
        var answer = APIAnswer.object(status: status) { $0.member("error", message) }
        if let retryAfterSeconds {
            answer.fields.append(("Retry-After", String(retryAfterSeconds)))
        }
        if isChallenge { answer.fields.append(("WWW-Authenticate", "Bearer realm=\"assay\"")) }
        return answer
    }
}
