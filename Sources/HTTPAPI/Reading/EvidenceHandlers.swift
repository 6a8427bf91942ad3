// SPDX-License-Identifier: Apache-2.0

import Evidence
import EvidenceCollection
import ExactValues
import OutcomeDomain
import OutcomeRuntime

/// `GET /v1/outcomes/{key}/evidence`: one file that proves an outcome to somebody who does not
/// trust us.
enum EvidenceHandlers {
    /// What one answer may hold; the command line has no such bound.
    static let limits = EvidenceLimits(events: 2_000, bytes: 16_777_216)

    static func get(_ call: APICall) async throws -> APIAnswer {
        guard let key = OutcomeKey(try call.name) else { throw APIError.notFound }
        let account = try call.principal.account
        guard let evidence = call.services.evidence else { throw APIError.checkpointPending }
        var bundle: [UInt8] = []
        do {
            try await evidence.collect(
                .outcomes([key]),
                of: account,
                at: call.services.clock.now(),
                limits: limits
            ) { bundle += $0 }
        } catch let refusal as EvidenceRefusal {
            throw APIError(refusal)
        }
        return APIAnswer(body: bundle, contentType: "application/x-ndjson")
    }
}

extension APIError {
    fileprivate init(_ refusal: EvidenceRefusal) {
        switch refusal {
        case .unknown: self = .notFound
        case .tooLarge(let limits):
            self.init(
                .evidenceTooLarge,
                "The outcome has more than \(limits.events) events, or they have more than "
                    + "\(limits.bytes) bytes: have the operator run 'assay evidence'."
            )
        case .pending, .behind: self = .checkpointPending
        case .contradiction: self = .internalError
        case .store(let error): self.init(error)
        }
    }
}
