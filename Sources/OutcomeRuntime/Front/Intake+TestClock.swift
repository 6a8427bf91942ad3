// SPDX-License-Identifier: Apache-2.0

public import EventStore
public import ExactValues

// MARK: Test clocks

extension Intake {
    /// Moves a sandbox account's test clock to where `target` leads from what the clock says.
    ///
    /// Calls for one account take turns, so that each starts from where the one before has left the
    /// clock: two advances by an hour are two hours.
    /// - Throws: What `target` throws, or `IntakeError`.
    public func advanceClock(
        of principal: Principal,
        to target: (Timestamp) throws -> Timestamp
    ) async throws -> IngestReceipt {
        try await clockTurns.take(principal.account) {
            let now = try await testClock(of: principal)
            return try await advanceClock(to: try target(now), as: principal)
        }
    }
}
