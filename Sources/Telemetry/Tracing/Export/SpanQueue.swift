// SPDX-License-Identifier: Apache-2.0

import DequeModule
import Metrics
import Synchronization

/// The spans that wait to be exported: bounded, and never in anybody's way.
public final class SpanQueue: Sendable {
    /// At most so many wait, unless set otherwise.
    public static let defaultLimitSpans = 8192

    /// Yields when a whole batch waits, or when told to; at most one yield waits.
    let wakes: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation
    private let spans = Mutex(Deque<FinishedSpan>())
    private let limit: Int
    private let batchLimit: Int
    private let meters: ExportMeters

    /// Metrics have to be set up before.
    ///
    /// `limitSpans`: At most so many wait; of further ones nothing is kept but their number.
    public convenience init(limitSpans: Int = defaultLimitSpans) {
        self.init(limit: limitSpans, batchLimit: OTLPExporter.batchLimitSpans)
    }

    init(limit: Int, batchLimit: Int) {
        self.limit = limit
        self.batchLimit = batchLimit
        meters = ExportMeters()
        (wakes, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Takes a span, or counts it when there is no room.
    @Sendable
    func add(_ span: FinishedSpan) {
        let count = spans.withLock { spans -> Int? in
            guard spans.count < limit else { return nil }
            spans.append(span)
            return spans.count
        }
        guard let count else {
            meters.count(1, dropped: .queueIsFull)
            return
        }
        if count == min(limit, batchLimit) { wake() }
    }

    /// The oldest spans, at most a batch of them; they wait no more.
    func takeBatch() -> [FinishedSpan] {
        spans.withLock { spans in
            let batch = Array(spans.prefix(batchLimit))
            spans.removeFirst(batch.count)
            return batch
        }
    }

    /// How many wait.
    var count: Int { spans.withLock { $0.count } }

    func wake() { continuation.yield() }
}
