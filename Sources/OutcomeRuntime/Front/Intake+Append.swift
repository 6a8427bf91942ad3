// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import Tracing

extension Intake {
    /// Drafts whose catalog has moved on are made anew so often in one call.
    static let outdatedLimitAttempts = 8

    /// Appends records, each made by the account's catalog as it is when the record is accepted.
    ///
    /// Another node may have changed the catalog, and answered: the store refuses what was made by
    /// an older one, and it is made anew. A token that was revoked meanwhile does nothing more.
    ///
    /// `make`: The draft of the record at an index, by a principal, at an instant.
    /// - Returns: A result for each, in order; none is `outdated`.
    /// - Throws: When nothing was accepted, and for all of them for the same reason.
    func append(
        _ count: Int,
        as principal: Principal,
        _ make: (_ index: Int, _ principal: Principal, _ now: Timestamp) -> IngestDraft
    ) async throws(IntakeError) -> [IngestResult] {
        try await append(count, as: principal) { principal in
            ((), principal)
        } make: { index, _, principal, now in
            make(index, principal, now)
        }
    }

    /// The same for drafts that need something made ready by the principal's catalog.
    ///
    /// `prepare`: Makes it ready, and answers the principal it is right for.
    func append<Ready>(
        _ count: Int,
        as principal: Principal,
        prepare: (Principal) async throws(IntakeError) -> (Ready, Principal),
        make: (
            _ index: Int, _ ready: Ready, _ principal: Principal, _ now: Timestamp
        ) throws(IntakeError) -> IngestDraft
    ) async throws(IntakeError) -> [IngestResult] {
        let span = tracing.intake(events: count)
        defer { span?.end() }
        let now = try admit()
        do throws(IntakeError) {
            var (ready, principal) = try await prepare(principal)
            var drafts: [IngestDraft] = []
            drafts.reserveCapacity(count)
            for index in 0..<count {
                drafts.append(try make(index, ready, principal, now))
            }
            var results = try await write(drafts)
            for _ in 1..<Self.outdatedLimitAttempts {
                let outdated = Outdated(in: results)
                guard outdated.version > 0 else { return results }
                do throws(IntakeError) {
                    principal = try await renewed(principal, by: outdated.version)
                    (ready, principal) = try await prepare(principal)
                    drafts.removeAll(keepingCapacity: true)
                    for index in outdated.indexes {
                        drafts.append(try make(index, ready, principal, now))
                    }
                    let again = try await write(drafts)
                    for (index, result) in zip(outdated.indexes, again) {
                        results[index] = result
                    }
                } catch {
                    // What the others came to is known and has to be told.
                    guard results.contains(where: \.isSettled) else { throw error }
                    return fail(outdated, in: results, error)
                }
            }
            let outdated = Outdated(in: results)
            guard outdated.version > 0 else { return results }
            let error = StoreError(.unavailable, detail: "the catalog changes too fast")
            guard results.contains(where: \.isSettled) else { throw .store(error) }
            return fail(outdated, in: results, .store(error))
        } catch {
            span?.fail(error)
            throw error
        }
    }

    /// Which results say that the catalog has moved on, and how far; version 0 for none.
    private struct Outdated {
        var indexes: [Int] = []
        var version = 0

        init(in results: [IngestResult]) {
            for (index, result) in results.enumerated() {
                guard case .outdated(let newer) = result else { continue }
                indexes.append(index)
                version = max(version, newer)
            }
        }
    }

    private func write(_ drafts: [IngestDraft]) async throws(IntakeError) -> [IngestResult] {
        do {
            let results = try await log.append(drafts)
            onAccepted(drafts.map(\.partition))
            return results
        } catch {
            throw .store(error)
        }
    }

    private func renewed(
        _ principal: Principal,
        by version: Int
    ) async throws(IntakeError) -> Principal {
        let renewed: Principal?
        do {
            _ = try await catalogs.catalog(of: principal.account, atLeast: version)
            renewed = try await catalogs.renewed(principal)
        } catch {
            throw .store(error)
        }
        guard let renewed else { throw .tokenRevoked }
        return renewed
    }

    /// Those records were not accepted and may be sent again; a revoked token is told then.
    private func fail(
        _ outdated: Outdated,
        in results: [IngestResult],
        _ error: IntakeError
    ) -> [IngestResult] {
        let reason: StoreError
        if case .store(let known) = error {
            reason = known
        } else {
            reason = StoreError(.unavailable, detail: "the token was revoked meanwhile")
        }
        var results = results
        for index in outdated.indexes {
            results[index] = .failed(reason)
        }
        return results
    }
}

extension IngestResult {
    /// Whether it is known what became of the draft.
    fileprivate var isSettled: Bool {
        switch self {
        case .accepted, .duplicate, .refused: true
        case .outdated, .failed: false
        }
    }
}
