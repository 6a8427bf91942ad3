// SPDX-License-Identifier: Apache-2.0

/// Every error the API answers with: the one list of codes, statuses and types.
package enum ErrorCode: String, CaseIterable, Sendable {
    case validationError = "VALIDATION_ERROR"
    case tokenInvalid = "TOKEN_INVALID"
    case forbidden = "FORBIDDEN"
    case notFound = "NOT_FOUND"
    case checkpointPending = "CHECKPOINT_PENDING"
    case evidenceTooLarge = "EVIDENCE_TOO_LARGE"
    case simulationTooLarge = "SIMULATION_TOO_LARGE"
    case studiesBusy = "STUDIES_BUSY"
    case methodNotAllowed = "METHOD_NOT_ALLOWED"
    case requestTimeout = "REQUEST_TIMEOUT"
    case conflict = "CONFLICT"
    case payloadTooLarge = "PAYLOAD_TOO_LARGE"
    case unsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE"
    case headersTooLarge = "HEADERS_TOO_LARGE"
    case intakeFull = "INTAKE_FULL"
    case internalError = "INTERNAL_ERROR"
    case readBehind = "READ_BEHIND"
    case tooManyStreams = "TOO_MANY_STREAMS"
    case clockInDoubt = "CLOCK_IN_DOUBT"
    case storeUnavailable = "STORE_UNAVAILABLE"
    case storageFull = "STORAGE_FULL"
    case shuttingDown = "SHUTTING_DOWN"

    /// The HTTP status that goes with the code.
    package var status: Int {
        switch self {
        case .validationError: 400
        case .tokenInvalid: 401
        case .forbidden: 403
        case .notFound, .checkpointPending: 404
        case .methodNotAllowed: 405
        case .requestTimeout: 408
        case .conflict: 409
        case .payloadTooLarge: 413
        case .unsupportedMediaType: 415
        case .evidenceTooLarge, .simulationTooLarge: 422
        case .headersTooLarge: 431
        case .intakeFull, .tooManyStreams, .studiesBusy: 429
        case .internalError: 500
        case .readBehind, .clockInDoubt, .storeUnavailable, .storageFull, .shuttingDown: 503
        }
    }

    /// Where the code is explained: a JSON pointer into what is served at `/openapi.yaml`.
    var documentation: String { "/openapi.yaml#/components/x-errors/\(rawValue)" }

    /// The family of the error, by which a client decides what to do.
    var type: String {
        switch self {
        case .tokenInvalid: "authentication_error"
        case .forbidden: "permission_error"
        case .notFound, .checkpointPending: "not_found_error"
        case .conflict: "conflict_error"
        case .intakeFull, .tooManyStreams, .studiesBusy: "rate_limit_error"
        case .internalError, .readBehind, .clockInDoubt, .storeUnavailable, .storageFull,
            .shuttingDown:
            "api_error"
        case .validationError, .methodNotAllowed, .requestTimeout, .payloadTooLarge,
            .unsupportedMediaType, .headersTooLarge, .evidenceTooLarge,
            .simulationTooLarge:
            "invalid_request_error"
        }
    }

    /// What `Retry-After` says, in seconds; nil when trying again the same way cannot help.
    package var retryAfterSeconds: Int? {
        switch self {
        case .intakeFull, .studiesBusy, .readBehind: 1
        case .storeUnavailable, .shuttingDown, .checkpointPending, .tooManyStreams: 5
        case .clockInDoubt, .storageFull: 30
        default: nil
        }
    }
}
