// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues

// MARK: Test clocks

extension Intake {
    /// An advance that meets others through other nodes is made anew so often.
    static let advanceLimitAttempts = 32

    /// Moves a sandbox account's test clock to where `target` leads from what the clock says.
    ///
    /// Calls for one account take turns on a node, and each instant is left by one call only, through
    /// whichever node: two advances by an hour are two hours.
    ///
    /// `cause`: The request behind it; what settles by the advance records its id.
    /// - Throws: What `target` throws, or `IntakeError`.
    public func advanceClock(
        of principal: Principal,
        cause: ChangeCause = .none,
        to target: (Timestamp) throws -> Timestamp
    ) async throws -> IngestReceipt {
        try await clockTurns.take(principal.account) {
            for _ in 0..<Self.advanceLimitAttempts {
                let now = try await testClock(of: principal)
                let instant = try target(now)
                // One that moves nothing leaves nothing.
                let claim = instant > now ? claim(of: now, account: principal.account) : nil
                let results = try await advanceClock(
                    to: instant,
                    claim: claim,
                    as: principal,
                    cause
                )
                if case .duplicate? = results.first { continue }
                guard let receipt = try receipts(results).first else { break }
                return receipt
            }
            throw IntakeError.store(StoreError(.unavailable, detail: "the clock moves too often"))
        }
    }

    /// Who leaves an instant of a test clock claims it, on the outcome key that no outcome has.
    private func claim(of now: Timestamp, account: AccountID) -> IdempotencyClaim {
        IdempotencyClaim(
            scope: IdempotencyClaim.scope(of: Text("leaves \(now)"), on: "", account: account),
            body: .zero
        )
    }
}
