// SPDX-License-Identifier: Apache-2.0

import ExactValues
import HTTPTypes
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Testing

@testable import HTTPAPI

/// What only a server on a socket shows: what never reaches a route.
@Suite("On the wire", .serialized)
struct LiveTests {
    @Test("no banner comes back, and a refused body does not end the connection")
    func wholeServer() async throws {
        try await World.call { _, caller in
            let posted = try await caller.post("/v1/events", IntakeTests.event)
            #expect(posted.status == 202)
            #expect(posted.headers[.server] == nil)
            #expect(posted.headers[.date]?.hasSuffix(" GMT") == true)
            let large = String(repeating: "x", count: 262_145)
            let refused = try await caller.post("/v1/events", large)
            #expect(refused.status == 413)
            #expect(refused.headers[.connection] == nil)
            let next = try await caller.get("/healthz")
            #expect(next.status == 200)
        }
    }

    @Test("what is no HTTP, and heads that are too large, get the envelope and are cut")
    func heads() async throws {
        let huge = String(repeating: "x", count: 20_000)
        let many = (0..<200).map { "x-\($0): y\r\n" }.joined()
        for (sent, status, code) in [
            ("NONSENSE\r\n\r\n", "400", "VALIDATION_ERROR"),
            ("GET /healthz HTTP/1.1\r\nhost: x\r\nx: \(huge)\r\n\r\n", "431", "HEADERS_TOO_LARGE"),
            ("GET /healthz HTTP/1.1\r\nhost: x\r\n\(many)\r\n", "431", "HEADERS_TOO_LARGE"),
        ] {
            let answer = try await exchange(sent)
            #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
            #expect(answer.contains("\"code\":\"\(code)\""))
            #expect(answer.lowercased().contains("connection: close"))
        }
    }

    @Test("a method that HTTP does not know is not allowed where there is something")
    func unknownMethods() async throws {
        for (line, status, code) in [
            ("FOO /v1/events HTTP/1.1", "405", "METHOD_NOT_ALLOWED"),
            ("get /v1/agents/a?x=1 HTTP/1.1", "405", "METHOD_NOT_ALLOWED"),
            ("FOO /v1/nothing HTTP/1.1", "404", "NOT_FOUND"),
            ("FOO /v1/events", "400", "VALIDATION_ERROR"),
            ("F(O /v1/events HTTP/1.1", "400", "VALIDATION_ERROR"),
        ] {
            let answer = try await exchange("\(line)\r\nhost: x\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(line)")
            #expect(answer.contains("\"code\":\"\(code)\""))
            #expect(answer.contains("Allow: POST\r\n") == line.hasPrefix("FOO /v1/events HTTP"))
            #expect(answer.lowercased().contains("connection: close"))
        }
    }

    @Test("a body that does not come is REQUEST_TIMEOUT, a head that does not come is cut")
    func slowSenders() async throws {
        var limits = APILimits.patient
        limits.sendSeconds = 0
        let body = try await exchange(
            "POST /v1/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {ingest}\r\n"
                + "content-length: 10\r\n\r\n{",
            limits: limits
        )
        #expect(body.hasPrefix("HTTP/1.1 408 "))
        #expect(body.contains("REQUEST_TIMEOUT"))
        limits.headSeconds = 0
        #expect(try await exchange("GET /heal", limits: limits).isEmpty)
    }

    @Test("a client that asks first is told to go on only if its body is wanted")
    func continuation() async throws {
        let head = "POST /v1/tokens HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\n"
        let refused = try await exchange(head + "content-length: 2\r\n\r\n")
        #expect(refused.hasPrefix("HTTP/1.1 401 "))
        // Whether the body comes cannot be known, nor what the next byte belongs to.
        #expect(refused.contains("Connection: close\r\n"))
        try await World.run { world in
            try await world.serve { port in
                try await Wire.connect(to: port) { wire in
                    try await wire.send(
                        head + "authorization: Bearer \(world.live.admin)\r\n"
                            + "content-length: 2\r\nconnection: close\r\n\r\n"
                    )
                    let goOn = try await wire.read { $0.hasSuffix("\r\n\r\n") }
                    #expect(goOn == "HTTP/1.1 100 Continue\r\n\r\n")
                    try await wire.send("{}")
                    let answer = try await wire.read()
                    #expect(answer.hasPrefix("HTTP/1.1 400 "))
                }
            }
        }
    }

    @Test("requests sent in one go are answered in their order, then what is no HTTP")
    func pipelined() async throws {
        let get = "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n"
        let answer = try await exchange(
            get + "POST /v1/events HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}"
                + "HEAD /healthz HTTP/1.1\r\nhost: x\r\n\r\n" + get + "NONSENSE\r\n\r\n"
        )
        let statuses = answer.split(separator: "HTTP/1.1 ").map { $0.prefix(3) }
        #expect(statuses == ["200", "401", "200", "200", "400"])
        #expect(answer.components("Connection: close\r\n") == 1)
        #expect(answer.components("\"status\":\"ok\"") == 2)
    }

    @Test("a client that has said all it has to say is answered")
    func halfClosed() async throws {
        let answer = try await exchange(
            "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n",
            isFinished: true
        )
        #expect(answer.hasPrefix("HTTP/1.1 200 "))
        let cut = try await exchange(
            "POST /v1/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {ingest}\r\n"
                + "content-length: 10\r\n\r\n{",
            isFinished: true
        )
        #expect(cut.isEmpty)
    }

    @Test(
        "a connection is kept or closed as the client wishes, also in HTTP/1.0",
        arguments: [
            ("HTTP/1.1", "", nil), ("HTTP/1.1", "connection: close\r\n", "close"),
            ("HTTP/1.1", "connection: x, Close\r\n", "close"), ("HTTP/1.0", "", "close"),
            ("HTTP/1.0", "connection: keep-alive\r\n", "keep-alive"),
        ]
    )
    func keepAlive(version: String, field: String, answered: String?) async throws {
        try await World.run { world in
            try await world.serve { port in
                try await Wire.connect(to: port) { wire in
                    try await wire.send("GET /healthz \(version)\r\nhost: x\r\n\(field)\r\n")
                    let answer = try await wire.read {
                        answered != "close" && $0.hasSuffix("\"ok\"}")
                    }
                    #expect(answer.hasPrefix("HTTP/1.1 200 "))
                    if let answered {
                        #expect(answer.contains("Connection: \(answered)\r\n"))
                    } else {
                        #expect(!answer.lowercased().contains("connection:"))
                    }
                }
            }
        }
    }

    @Test("a request to speak another protocol is answered in this one, and is the last")
    func upgrade() async throws {
        let answer = try await exchange(
            "GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n"
        )
        #expect(answer.hasPrefix("HTTP/1.1 200 "))
        #expect(answer.contains("Connection: close\r\n"))
    }

    @Test("no more requests wait on a connection than the limit says; those are answered")
    func flood() async throws {
        var limits = APILimits.patient
        limits.waitingRequests = 5
        let get = "GET /healthz HTTP/1.1\r\n\r\n"
        let answer = try await exchange(String(repeating: get, count: 400), limits: limits)
        let statuses = answer.split(separator: "HTTP/1.1 ").map { $0.prefix(3) }
        #expect((5...6).contains(statuses.count))
        #expect(statuses.allSatisfy { $0 == "200" })
        #expect(answer.components("Connection: close\r\n") == 1)
    }

    @Test("a refusal is not lost to what the client sends after it")
    func refusalIsLastWord() async throws {
        let more = String(repeating: "x", count: 300_000)
        let method = try await exchange(
            "FOO /v1/events HTTP/1.1\r\nhost: x\r\ncontent-length: 300000\r\n\r\n" + more
        )
        #expect(method.hasPrefix("HTTP/1.1 405 "))
        let head = try await exchange("GET /healthz HTTP/1.1\r\nx: " + more)
        #expect(head.hasPrefix("HTTP/1.1 431 "))
    }

    @Test("the last answer reaches a client that reads slowly, also one that has said all it has")
    func slowReader() async throws {
        let get = "GET /openapi.yaml HTTP/1.1\r\nhost: x\r\n\r\n"
        let last = "GET /openapi.yaml HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
        for (sent, isFinished) in [(get + get + get + last, false), (get + get, true)] {
            let answer = try await exchange(
                sent,
                isFinished: isFinished,
                pause: .milliseconds(1_300),
                receiveBuffer: 4_096
            )
            let count = isFinished ? 2 : 4
            #expect(answer.components("HTTP/1.1 200 ") == count)
            #expect(answer.components(OpenAPIDocument.text) == count)
        }
    }

    @Test("padding around a field's value is no part of it, and HTTP/1.0 knows no 100")
    func fields() async throws {
        let padded = try await exchange(
            "POST /v1/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {ingest} \t\r\n"
                + "connection: close\r\ncontent-length: 2\r\n\r\n{}"
        )
        #expect(padded.hasPrefix("HTTP/1.1 400 "))
        let old = try await exchange(
            "POST /v1/events HTTP/1.0\r\nauthorization: Bearer {ingest}\r\n"
                + "expect: 100-continue\r\ncontent-length: 2\r\n\r\n{}"
        )
        #expect(old.hasPrefix("HTTP/1.1 400 "))
    }

    @Test("shutting down, a server answers what has begun to arrive, and closes what is idle")
    func quiescing() async throws {
        try await World.run { world in
            let (answers, answer) = AsyncStream<String>.makeStream()
            let (ports, port) = AsyncStream<Int>.makeStream()
            let (starts, start) = AsyncStream<Void>.makeStream()
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask {
                    for await port in ports.prefix(1) {
                        try await Wire.connect(to: port) { wire in
                            try await wire.send(
                                "POST /v1/events HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\n"
                                    + "authorization: Bearer \(world.live.ingest)\r\n"
                                    + "content-length: \(IntakeTests.event.utf8.count)\r\n\r\n"
                            )
                            _ = try await wire.read { $0.hasSuffix("\r\n\r\n") }
                            start.yield()
                            // A server that shuts down takes no more connections.
                            while await Wire.isListening(port) { await Task.yield() }
                            try await wire.send(IntakeTests.event)
                            answer.yield(try await wire.read())
                            answer.finish()
                        }
                    }
                }
                try await world.serve {
                    port.yield($0)
                    for await _ in starts.prefix(1) {}
                }
                try await tasks.waitForAll()
            }
            var text = ""
            for await answer in answers { text += answer }
            #expect(text.hasPrefix("HTTP/1.1 202 "))
            #expect(text.contains("Connection: close\r\n"))
        }
    }

    /// Sends bytes to a server of its own and reads until it closes the connection.
    private func exchange(
        _ text: String,
        limits: APILimits = .patient,
        isFinished: Bool = false,
        pause: Duration = .zero,
        receiveBuffer: Int? = nil
    ) async throws -> String {
        let (answers, answer) = AsyncStream<String>.makeStream()
        try await World.run(limits: limits) { world in
            try await world.serve { port in
                try await Wire.connect(to: port, receiveBuffer: receiveBuffer) { wire in
                    try await wire.send(text.replacing("{ingest}", with: world.live.ingest))
                    if isFinished { wire.finish() }
                    try await Task.sleep(for: pause)
                    answer.yield(try await wire.read())
                }
            }
        }
        answer.finish()
        for await text in answers { return text }
        return ""
    }
}

extension String {
    fileprivate func components(_ part: String) -> Int { ranges(of: part).count }
}
