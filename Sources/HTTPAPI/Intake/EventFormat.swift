// SPDX-License-Identifier: Apache-2.0

/// How events are written in a body, by its content type.
enum EventFormat: Sendable {
    /// The body of SPEC 3, or an array of them.
    case json
    /// The body of SPEC 3, one on each line.
    case lines
    /// CloudEvents 1.0 whose `data` is the body of SPEC 3.
    case cloudEvents

    /// The format of a single event.
    init(single headers: RequestHeaders) throws(APIError) {
        switch headers.mediaType {
        case nil, "application/json": self = .json
        case "application/cloudevents+json": self = .cloudEvents
        default:
            throw APIError(
                .unsupportedMediaType,
                "The content type must be application/json or application/cloudevents+json."
            )
        }
    }

    /// The format of many.
    init(batch headers: RequestHeaders) throws(APIError) {
        switch headers.mediaType {
        case nil, "application/json": self = .json
        case "application/x-ndjson", "application/ndjson": self = .lines
        case "application/cloudevents-batch+json": self = .cloudEvents
        default:
            throw APIError(
                .unsupportedMediaType,
                """
                The content type must be application/json, application/x-ndjson or \
                application/cloudevents-batch+json.
                """
            )
        }
    }
}
