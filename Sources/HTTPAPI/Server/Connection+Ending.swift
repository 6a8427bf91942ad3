// SPDX-License-Identifier: Apache-2.0

import DequeModule
import NIOCore
import NIOHTTP1

extension Connection {
    /// How long a connection stays half open after its last answer is sent, so that the client can
    /// read it before a reset throws it away.
    private static let lingerSeconds = 1

    /// Finishes `departure` when the client says no more or goes: most likely it has gone.
    func watch(_ departure: AsyncStream<Never>.Continuation) {
        guard !hasSaidAll, current != nil else { return departure.finish() }
        self.departure = departure
        goOnReading()
    }

    /// The client's going ends nothing any more.
    func stopWatching() { departure = nil }

    /// Sends what is written, lets the client read it, then closes.
    func end() {
        guard let context else { return }
        switch phase {
        case .serving, .draining: phase = .ending
        case .ending, .closed: return
        }
        current = nil
        waiting = []
        collected()
        deadline?.set(seconds: limits.sendSeconds, .ending)
        let sent = context.eventLoop.makePromise(of: Void.self)
        context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer()))), promise: sent)
        sent.futureResult.assumeIsolated().whenComplete { _ in self.letRead() }
        goOnReading()
        handOver()
    }

    private func letRead() {
        guard case .ending = phase, let context else { return }
        context.close(mode: .output, promise: nil)
        deadline?.set(seconds: Self.lingerSeconds, .lingering)
    }
}
