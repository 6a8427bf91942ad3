// SPDX-License-Identifier: Apache-2.0

import Synchronization
import Tracing

/// What a span holds until it ends.
final class SpanRecorder: Sendable {
    private struct State {
        var span: FinishedSpan
        var isSampled: Bool
        var hasEnded = false
    }

    private let state: Mutex<State>
    /// Whether the links that are still to come may choose it, too.
    private let isChosenByLinks: Bool
    private let onEnd: @Sendable (FinishedSpan) -> Void

    init(
        _ span: FinishedSpan,
        isSampled: Bool,
        isChosenByLinks: Bool,
        onEnd: @escaping @Sendable (FinishedSpan) -> Void
    ) {
        state = Mutex(State(span: span, isSampled: isSampled))
        self.isChosenByLinks = isChosenByLinks
        self.onEnd = onEnd
    }

    var isSampled: Bool { state.withLock { $0.isSampled } }

    var isRecording: Bool { state.withLock { !$0.hasEnded } }

    var name: String { state.withLock { $0.span.name } }

    var attributes: SpanAttributes { state.withLock { $0.span.attributes } }

    /// Changes the span, unless it has ended.
    func change(_ change: (inout FinishedSpan) -> Void) {
        state.withLock { state in
            guard !state.hasEnded else { return }
            change(&state.span)
        }
    }

    /// Adds a link; a batch is recorded when one of those that are in it is.
    func add(_ link: FinishedSpan.Link) {
        state.withLock { state in
            guard !state.hasEnded else { return }
            state.span.add(link)
            if isChosenByLinks, link.place.isSampled { state.isSampled = true }
        }
    }

    /// Ends the span, once; from here on nothing changes it.
    func end(atNanoseconds end: UInt64) {
        let ended = state.withLock { state -> FinishedSpan? in
            guard !state.hasEnded else { return nil }
            state.hasEnded = true
            // The machine's clock may have been set back meanwhile.
            state.span.endNanoseconds = max(end, state.span.startNanoseconds)
            guard state.isSampled else { return nil }
            // Its links may have chosen it after it began.
            state.span.place = state.span.place.with(isSampled: true)
            return state.span
        }
        if let ended { onEnd(ended) }
    }
}
