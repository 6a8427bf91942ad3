// SPDX-License-Identifier: Apache-2.0

import Checkpoints
import EventStore
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

    static let query = [Query.keptSizes.rule]

    static func get(_ call: APICall) async throws -> APIAnswer {
        let kept = try keptTrees(call)
        guard let key = OutcomeKey(try call.name) else { throw APIError.notFound }
        let account = try call.principal.account
        guard let evidence = call.services.evidence else { throw APIError.checkpointPending }
        var bundle: [UInt8] = []
        do {
            try await evidence.collect(
                .outcomes([key]),
                of: account,
                at: call.services.clock.now(),
                after: kept,
                limits: limits
            ) { bundle += $0 }
        } catch let refusal as EvidenceRefusal {
            throw APIError(refusal)
        }
        return APIAnswer(body: bundle, contentType: "application/x-ndjson")
    }

    /// The trees that the client has kept, of any partitions of this log.
    private static func keptTrees(_ call: APICall) throws(APIError) -> [KeptTree] {
        guard let kept = call.query[Query.keptSizes] else { return [] }
        let partitions = Set(call.services.outcomes.partitions)
        return try kept.map { kept throws(APIError) in
            guard partitions.contains(kept.partition) else {
                throw .invalid(
                    Query.keptSizes.name,
                    "names partition \(kept.partition), which the log does not have"
                )
            }
            return KeptTree(
                origin: call.services.trees.origin(of: kept.partition),
                size: kept.size
            )
        }
    }
}

/// How many events a partition had when the client kept a checkpoint of it: `PARTITION:SIZE`.
struct KeptSize {
    /// So many may be named at once: a checkpoint of each of the usual 65 partitions from seven
    /// exports, and what a request line has room for.
    static let limitSizes = 500

    let partition: Partition
    let size: Int64

    /// Reads a pair; nil when it is none.
    init?(_ pair: Substring.UTF8View) {
        let parts = pair.split(separator: 0x3A, omittingEmptySubsequences: false).map { part in
            Text(String(Substring(part)))
        }
        guard parts.count == 2, let partition = Query.partition.read(parts[0]),
            let size = Query.fromSize.read(parts[1])
        else { return nil }
        self.partition = partition
        self.size = size
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
        case .shorter(let partition, let size):
            self = .invalid(
                Query.keptSizes.name,
                "names more events of partition \(partition) than its latest checkpoint has, "
                    + "which are \(size)"
            )
        case .contradiction: self = .internalError
        case .store(let error): self.init(error)
        }
    }
}
