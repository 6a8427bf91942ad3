// SPDX-License-Identifier: Apache-2.0

/// Wakes a loop that waits for something to do.
///
/// Waking never blocks and never queues: several wakes are one if the loop has not looked in between.
public struct WakeSignal: Sendable {
    let wakes: AsyncStream<Void>
    private let waker: AsyncStream<Void>.Continuation

    /// A signal for one loop.
    public init() {
        (wakes, waker) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Wakes the loop.
    public func wake() { waker.yield() }
}
