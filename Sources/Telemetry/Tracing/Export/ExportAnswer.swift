// SPDX-License-Identifier: Apache-2.0

/// What became of one attempt to export.
enum ExportAnswer: Hashable, Sendable {
    /// The collector has the spans, but for some that it left out.
    case accepted(rejectedSpans: Int)
    /// It will not take them, however often they are sent.
    case refused(status: Int)
    /// It may take them later; not before the time it named.
    case failed(reason: String, retryAfter: Duration?)
}

extension ExportAnswer {
    /// What a collector means by a status (OTLP 1, OTLP/HTTP response).
    ///
    /// `retryAfter`: The value of that header; a date is passed over, and the pause is ours then.
    init(status: Int, retryAfter: String?, body: [UInt8]) {
        switch status {
        case 200..<300:
            self = .accepted(rejectedSpans: max(0, PartialSuccess.rejectedSpans(in: body)))
        case 429, 502, 503, 504:
            let seconds = retryAfter.flatMap(Int.init).flatMap { $0 >= 0 ? $0 : nil }
            self = .failed(reason: "status \(status)", retryAfter: seconds.map { .seconds($0) })
        default:
            self = .refused(status: status)
        }
    }
}
