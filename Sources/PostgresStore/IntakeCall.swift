// SPDX-License-Identifier: Apache-2.0

import EventStore
import Synchronization

/// A caller of the intake that waits for its drafts, which go to several partitions.
final class IntakeCall: Sendable {
    private struct State {
        var results: [IngestResult?]
        var left: Int
    }

    private let state: Mutex<State>
    private let answer: @Sendable (Result<[IngestResult], StoreError>) -> Void

    init(
        count: Int,
        answer: @escaping @Sendable (Result<[IngestResult], StoreError>) -> Void
    ) {
        state = Mutex(State(results: Array(repeating: nil, count: count), left: count))
        self.answer = answer
    }

    /// One draft has its result; the last one answers the caller.
    ///
    /// When all have failed that is the answer to the whole call.
    /// - Returns: Whether it was the last.
    func give(_ result: IngestResult, at index: Int) -> Bool {
        let results = state.withLock { state -> [IngestResult]? in
            state.results[index] = result
            state.left -= 1
            return state.left == 0 ? state.results.compactMap(\.self) : nil
        }
        guard let results else { return false }
        if let failure = Self.failure(of: results) {
            answer(.failure(failure))
        } else {
            answer(.success(results))
        }
        return true
    }

    private static func failure(of results: [IngestResult]) -> StoreError? {
        var first: StoreError?
        for result in results {
            guard case .failed(let error) = result else { return nil }
            first = first ?? error
        }
        return first
    }

    /// The caller is answered now: nothing of the call was taken.
    func refuse(_ error: StoreError) { answer(.failure(error)) }
}
