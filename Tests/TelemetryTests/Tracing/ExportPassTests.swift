// SPDX-License-Identifier: Apache-2.0

import Logging
import Synchronization
import Testing
import Tracing

@testable import Telemetry

@Suite("The export of spans")
struct ExportPassTests {
    /// A collector that answers as it is told, and then takes everything.
    private final class Collector: Sendable {
        private let state: Mutex<(answers: [ExportAnswer], bodies: [[UInt8]])>

        init(_ answers: [ExportAnswer]) {
            state = Mutex((answers, []))
        }

        var bodies: [[UInt8]] { state.withLock { $0.bodies } }

        var sender: SpanSender {
            SpanSender { body, _ in
                self.state.withLock { state in
                    state.bodies.append(body)
                    return state.answers.isEmpty
                        ? .accepted(rejectedSpans: 0) : state.answers.removeFirst()
                }
            }
        }
    }

    private let queue = SpanQueue(limit: 4, batchLimit: 2)

    private func fill(_ count: Int) {
        let tracer = ExportingTracer(queue: queue, sampling: .all)
        for number in 0..<count {
            tracer.startSpan("span \(number)", context: .topLevel, ofKind: .internal).end()
        }
    }

    private func pass(_ collector: Collector) -> ExportPass {
        ExportPass(
            queue,
            TraceResource(service: "assay", instance: "one", version: "1"),
            collector.sender,
            Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            // Half of the pause, which is what the flush does not wait for.
            pause: ExportPause { 1 }
        )
    }

    @Test("what finds no room is left out, and what waits is sent in batches, the oldest first")
    func batches() async {
        fill(6)
        #expect(queue.count == 4)
        let collector = Collector([])
        var pass = pass(collector)
        await pass.exportAll()
        #expect(queue.count == 0)
        let texts = collector.bodies.map { String(decoding: $0, as: UTF8.self) }
        #expect(texts.count == 2)
        #expect(texts[0].contains("span 0") && texts[0].contains("span 1"))
        #expect(texts[1].contains("span 2") && texts[1].contains("span 3"))
    }

    @Test("what is refused is not sent again")
    func refused() async {
        fill(3)
        let collector = Collector([.refused(status: 400), .accepted(rejectedSpans: 9)])
        var pass = pass(collector)
        await pass.exportAll()
        #expect(collector.bodies.count == 2)
        #expect(queue.count == 0)
    }

    @Test("what a collector did not take is sent again as it was")
    func again() async {
        fill(1)
        let collector = Collector([.failed(reason: "away", retryAfter: nil)])
        var pass = pass(collector)
        await pass.exportAll()
        #expect(collector.bodies.count == 2)
        #expect(Set(collector.bodies).count == 1)
    }

    @Test("at the end each batch is sent once, and a collector that is away is not waited for")
    func flush() async {
        fill(4)
        let collector = Collector([
            .accepted(rejectedSpans: 0), .failed(reason: "away", retryAfter: .seconds(60)),
        ])
        var pass = pass(collector)
        await pass.flush()
        #expect(collector.bodies.count == 2)
    }

    @Test("pauses double up to a bound, and a collector may ask for longer ones")
    func pauses() {
        var pause = ExportPause { 0 }
        let pauses = (0..<7).map { _ in pause.afterFailure(asked: nil) }
        let expected: [Duration] = [1, 2, 4, 8, 16, 30, 30].map { .seconds($0) }
        #expect(pauses == expected)
        #expect(pause.afterFailure(asked: .seconds(120)) == .seconds(120))
        #expect(pause.afterFailure(asked: .seconds(1)) == .seconds(30))
        #expect(pause.afterFailure(asked: .seconds(86_400)) == ExportPause.longestAsked)
        pause.reset()
        #expect(pause.afterFailure(asked: nil) == .seconds(1))
    }

    @Test("an answer means what OTLP says")
    func answers() {
        func answer(
            _ status: Int,
            _ retryAfter: String? = nil,
            _ body: [UInt8] = []
        )
            -> ExportAnswer
        {
            ExportAnswer(status: status, retryAfter: retryAfter, body: body)
        }
        #expect(answer(200) == .accepted(rejectedSpans: 0))
        // partial_success { rejected_spans: 300, error_message: "no" }
        let partly: [UInt8] = [0x0A, 7, 0x08, 0xAC, 0x02, 0x12, 2, 0x6E, 0x6F]
        #expect(answer(200, nil, partly) == .accepted(rejectedSpans: 300))
        #expect(answer(200, nil, [0x0A, 0xFF]) == .accepted(rejectedSpans: 0))
        #expect(answer(200, nil, Array("{}".utf8)) == .accepted(rejectedSpans: 0))
        #expect(answer(400) == .refused(status: 400))
        #expect(answer(302) == .refused(status: 302))
        #expect(answer(500) == .refused(status: 500))
        for status in [429, 502, 503, 504] {
            let reason = "status \(status)"
            #expect(
                answer(status, "7") == .failed(reason: reason, retryAfter: .seconds(7))
            )
            #expect(answer(status, "soon") == .failed(reason: reason, retryAfter: nil))
        }
    }
}
