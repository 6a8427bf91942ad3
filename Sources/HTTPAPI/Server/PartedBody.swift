// SPDX-License-Identifier: Apache-2.0

import ExactValues
import NIOCore

/// A body that is written in parts as they come, since it has no end or is too large to be held.
package struct PartedBody: Sendable {
    /// Whether it goes on until the client or a shutdown ends it.
    let isEndless: Bool
    /// Told once, when the answer is over, however it ended.
    let whenDone: @Sendable () -> Void
    /// Writes the parts; cancelled when nobody wants them any more.
    let write: @Sendable (PartWriter) async throws -> Void

    package init(
        isEndless: Bool,
        whenDone: @escaping @Sendable () -> Void = {},
        _ write: @escaping @Sendable (PartWriter) async throws -> Void
    ) {
        self.isEndless = isEndless
        self.whenDone = whenDone
        self.write = write
    }
}

/// Takes the parts of an answer.
package struct PartWriter: Sendable {
    /// Sends one part; returns when there is room for another one.
    let send: @Sendable (ByteBuffer) async throws -> Void

    /// Writes a part, and waits while the client has no room for more.
    ///
    /// A part without a byte is not sent; whether anybody wants more is looked at all the same.
    ///
    /// - Throws: `CancellationError` or `RequestAborted` when nobody wants it.
    package func write(_ bytes: [UInt8]) async throws {
        try Task.checkCancellation()
        guard !bytes.isEmpty else { return }
        try await send(ByteBuffer(bytes: bytes))
    }
}
