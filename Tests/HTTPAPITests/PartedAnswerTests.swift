// SPDX-License-Identifier: Apache-2.0

import ExactValues
import NIOCore
import NIOHTTP1
import Synchronization
import Testing

@testable import HTTPAPI

/// Answers in parts, as they are on the wire.
@Suite("Answers in parts", .serialized)
struct PartedAnswerTests {
    private struct Broken: Error {}

    /// What the test's routes tell of what becomes of their answers.
    private final class Record: Sendable {
        let written = Mutex(0)
        /// What the answer without an end waits for between its parts.
        let (goes, go) = AsyncStream<Void>.makeStream()
        let (done, whenDone) = AsyncStream<Void>.makeStream()

        /// Waits until an answer is over.
        func finished() async {
            for await _ in done.prefix(1) {}
        }
    }

    private static func page(
        _ path: String,
        isEndless: Bool = false,
        _ record: Record,
        _ write: @escaping @Sendable (PartWriter) async throws -> Void
    ) -> Route {
        Route(.GET, path, .open, query: nil) { _ in
            APIAnswer(
                contentType: "text/plain",
                parts: PartedBody(
                    isEndless: isEndless,
                    whenDone: { record.whenDone.yield() },
                    write
                )
            )
        }
    }

    private static func text(_ text: String) -> [UInt8] { Array(text.utf8) }

    private static func pages(_ record: Record) -> [Route] {
        [
            page("/parts", record) { writer in
                try await writer.write(text("one"))
                try await writer.write([])
                try await writer.write(text("three"))
            },
            page("/large", record) { writer in
                for _ in 0..<64 {
                    try await writer.write([UInt8](repeating: 0x7E, count: 131_072))
                    record.written.withLock { $0 += 1 }
                }
            },
            page("/broken", record) { writer in
                try await writer.write(text("one"))
                throw Broken()
            },
            page("/endless", isEndless: true, record) { writer in
                try await writer.write(text("one"))
                for await _ in record.goes {
                    try await writer.write(text("two"))
                }
                try Task.checkCancellation()
            },
        ]
    }

    private func get(_ path: String, _ version: String = "HTTP/1.1", _ field: String = "") -> String
    {
        "GET \(path) \(version)\r\nhost: x\r\n\(field)\r\n"
    }

    /// Sends bytes to a server of its own and reads until it closes the connection, or `enough`.
    private func exchange(
        _ text: String,
        limits: APILimits = .patient,
        isFinished: Bool = false,
        receiveBuffer: Int? = nil,
        _ record: Record = Record(),
        until enough: @escaping @Sendable (String) -> Bool = { _ in false }
    ) async throws -> String {
        let (answers, answer) = AsyncStream<String>.makeStream()
        try await World.run(limits: limits) { world in
            try await world.serve(pages: Self.pages(record)) { port in
                try await Wire.connect(to: port, receiveBuffer: receiveBuffer) { wire in
                    try await wire.send(text)
                    if isFinished { wire.finish() }
                    answer.yield(try await wire.read(until: enough))
                }
            }
        }
        answer.finish()
        for await text in answers { return text }
        return ""
    }

    @Test("each part is a chunk, and the next request is answered after the last one")
    func chunks() async throws {
        let answer = try await exchange(
            get("/parts") + get("/healthz") + get("/parts", "HTTP/1.1", "connection: close\r\n")
        )
        let parts = "\r\n\r\n3\r\none\r\n5\r\nthree\r\n0\r\n\r\n"
        #expect(answer.contains(parts + "HTTP/1.1 200 "))
        #expect(answer.hasSuffix(parts))
        #expect(answer.ranges(of: "HTTP/1.1 200 ").count == 3)
        #expect(answer.ranges(of: "transfer-encoding: chunked").count == 2)
        #expect(answer.ranges(of: "Connection: close").count == 1)
    }

    @Test("HEAD gets the head and nothing that would be taken for the next answer")
    func head() async throws {
        let record = Record()
        let answer = try await exchange(
            "HEAD /parts HTTP/1.1\r\nhost: x\r\n\r\n"
                + get("/healthz", "HTTP/1.1", "connection: close\r\n"),
            record
        )
        let heads = answer.split(separator: "\r\n\r\n", omittingEmptySubsequences: false)
        #expect(heads.count == 3)
        #expect(heads.first?.hasPrefix("HTTP/1.1 200 ") == true)
        #expect(heads.dropFirst().first?.hasPrefix("HTTP/1.1 200 ") == true)
        await record.finished()
    }

    @Test("an HTTP/1.0 client gets no chunks, and the end of the connection as the end")
    func oldVersion() async throws {
        for field in ["", "connection: keep-alive\r\n"] {
            let answer = try await exchange(get("/parts", "HTTP/1.0", field))
            #expect(answer.hasPrefix("HTTP/1.0 200 "))
            #expect(!answer.lowercased().contains("transfer-encoding"))
            #expect(answer.contains("Connection: close\r\n"))
            #expect(answer.hasSuffix("\r\n\r\nonethree"))
        }
    }

    @Test(
        "what has no end goes on though no further request is taken on the connection",
        arguments: [("HTTP/1.0", ""), ("HTTP/1.1", "connection: upgrade\r\nupgrade: h2c\r\n")]
    )
    func endlessIsNotCut(version: String, field: String) async throws {
        let record = Record()
        try await World.run { world in
            try await world.serve(pages: Self.pages(record)) { port in
                try await Wire.connect(to: port) { wire in
                    try await wire.send(get("/endless", version, field))
                    let first = try await wire.read { $0.contains("one") }
                    #expect(first.contains("one"))
                    record.go.yield()
                    let second = try await wire.read { $0.contains("two") }
                    #expect(second.contains("two"))
                }
            }
        }
    }

    @Test("a client that has said all it has to say gets an answer that has an end, to its end")
    func halfClosed() async throws {
        let answer = try await exchange(get("/parts"), isFinished: true)
        #expect(answer.hasSuffix("5\r\nthree\r\n0\r\n\r\n"))
        let endless = try await exchange(get("/endless"), isFinished: true)
        #expect(endless.hasPrefix("HTTP/1.1 200 "))
    }

    @Test("a large answer comes whole to a client with little room")
    func backPressure() async throws {
        let answer = try await exchange(
            get("/large", "HTTP/1.1", "connection: close\r\n"),
            receiveBuffer: 4_096
        )
        #expect(answer.utf8.count { $0 == 0x7E } == 64 * 131_072)
        #expect(answer.hasSuffix("\r\n0\r\n\r\n"))
    }

    @Test("a client that does not read is not written to for long")
    func doesNotRead() async throws {
        var limits = APILimits.patient
        limits.sendSeconds = 0
        let record = Record()
        try await World.run(limits: limits) { world in
            try await world.serve(pages: Self.pages(record)) { port in
                try await Wire.connect(to: port, receiveBuffer: 4_096) { wire in
                    try await wire.send(get("/large"))
                    await record.finished()
                    #expect(record.written.withLock { $0 } < 64)
                    let answer = try await wire.read()
                    #expect(!answer.hasSuffix("\r\n0\r\n\r\n"))
                }
            }
        }
    }

    @Test("an answer that breaks off is cut, so that nobody takes it for whole")
    func broken() async throws {
        let answer = try await exchange(get("/broken"))
        #expect(answer.hasSuffix("3\r\none\r\n"))
    }

    @Test(
        "a client that knows no end but the connection's is told by a reset that it was none",
        arguments: ["/broken", "/large"]
    )
    func brokenForOldVersion(path: String) async throws {
        var limits = APILimits.patient
        limits.sendSeconds = 0
        let record = Record()
        try await World.run(limits: limits) { world in
            try await world.serve(pages: Self.pages(record)) { port in
                try await Wire.connect(to: port, receiveBuffer: 4_096) { wire in
                    try await wire.send(get(path, "HTTP/1.0"))
                    await record.finished()
                    _ = try await wire.read()
                    #expect(wire.wasReset)
                }
                try await Wire.connect(to: port) { wire in
                    try await wire.send(get("/parts", "HTTP/1.0"))
                    _ = try await wire.read()
                    #expect(!wire.wasReset)
                }
            }
        }
    }

    @Test("when the client goes, what writes is cancelled")
    func clientGone() async throws {
        let record = Record()
        try await World.run { world in
            try await world.serve(pages: Self.pages(record)) { port in
                try await Wire.connect(to: port) { wire in
                    try await wire.send(get("/endless"))
                    _ = try await wire.read { $0.contains("one") }
                }
                await record.finished()
            }
        }
    }

    @Test("shutting down ends what has no end, as an answer that is whole")
    func shutDown() async throws {
        let record = Record()
        let (answers, answer) = AsyncStream<String>.makeStream()
        let (ports, port) = AsyncStream<Int>.makeStream()
        let (starts, start) = AsyncStream<Void>.makeStream()
        try await World.run { world in
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask {
                    for await port in ports.prefix(1) {
                        try await Wire.connect(to: port) { wire in
                            try await wire.send(get("/endless"))
                            _ = try await wire.read { $0.contains("one") }
                            start.yield()
                            answer.yield(try await wire.read())
                            answer.finish()
                        }
                    }
                }
                try await world.serve(pages: Self.pages(record)) {
                    port.yield($0)
                    for await _ in starts.prefix(1) {}
                }
                try await tasks.waitForAll()
            }
        }
        var text = ""
        for await answer in answers { text += answer }
        #expect(text == "\r\n0\r\n\r\n" || text == "0\r\n\r\n")
        await record.finished()
    }
}
