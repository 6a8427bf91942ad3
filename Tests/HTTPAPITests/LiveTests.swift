// SPDX-License-Identifier: Apache-2.0

import ExactValues
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Testing

@testable import HTTPAPI

/// What only a server on a socket shows: what never reaches a route.
@Suite("On the wire", .serialized)
struct LiveTests {
    @Test("a request goes through the whole server, and no banner comes back")
    func wholeServer() async throws {
        try await World.run { world in
            try await world.application.test(.live) { client in
                let caller = Caller(client: client, token: world.live.admin)
                let posted = try await caller.post("/v1/events", IntakeTests.event)
                #expect(posted.status == 202)
                #expect(posted.headers[.server] == nil)
                #expect(posted.headers[.date]?.hasSuffix(" GMT") == true)
                let large = String(repeating: "x", count: 262_145)
                let refused = try await caller.post("/v1/events", large)
                #expect(refused.status == 413)
                let next = try await caller.get("/healthz")
                #expect(next.status == 200)
            }
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
        var limits = APILimits()
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

    @Test("a client that asks first is told to go on")
    func continuation() async throws {
        let answer = try await exchange(
            "POST /v1/tokens HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\nconnection: close\r\n"
                + "content-length: 2\r\n\r\n{}"
        )
        #expect(answer.hasPrefix("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 401 "))
    }

    /// Sends bytes to a server of its own and reads until it closes the connection.
    private func exchange(_ text: String, limits: APILimits = APILimits()) async throws -> String {
        let (answers, answer) = AsyncStream<String>.makeStream()
        try await World.run(limits: limits) { world in
            let (ports, port) = AsyncStream<Int>.makeStream()
            let server = APIApplication(
                services: world.application.responder.services,
                address: .hostname("127.0.0.1", port: 0),
                eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
                logger: world.application.logger,
                whenRunning: { port.yield($0.localAddress?.port ?? 0) }
            )
            let group = ServiceGroup(services: [server], logger: world.application.logger)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                for await port in ports.prefix(1) {
                    let sent = text.replacing("{ingest}", with: world.live.ingest)
                    answer.yield(try await Self.talk(sent, to: port))
                }
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
            }
        }
        answer.finish()
        for await text in answers { return text }
        return ""
    }

    private static func talk(_ text: String, to port: Int) async throws -> String {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel
                    )
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var answer = ""
            do {
                try await outbound.write(ByteBuffer(string: text))
                for try await buffer in inbound {
                    answer += String(buffer: buffer)
                }
            } catch let error where error is IOError || error is ChannelError {
                // A reset cuts as well as an end does: what was answered before it is what counts.
            }
            return answer
        }
    }
}
