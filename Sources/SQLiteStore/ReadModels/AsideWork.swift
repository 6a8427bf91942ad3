// SPDX-License-Identifier: Apache-2.0

import Dispatch
import EventStore

/// Runs work that blocks, and that nobody else waits for, away from the cooperative pool.
enum AsideWork {
    private static let queue = DispatchQueue(
        label: "assay-aside",
        qos: .utility,
        attributes: .concurrent
    )

    static func run<Value: Sendable>(
        _ work: @escaping @Sendable () throws -> Value
    ) async throws(StoreError) -> Value {
        let result: Result<Value, StoreError> = await withCheckedContinuation { waiting in
            queue.async {
                let result = Result { try work() }
                waiting.resume(
                    returning: result.mapError { StoreError(sqlite: $0, phase: .working) }
                )
            }
        }
        return try result.get()
    }
}
