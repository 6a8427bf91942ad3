// SPDX-License-Identifier: Apache-2.0

import HTTPAPI
import HummingbirdCore
import NIOCore
import NIOPosix
import ServiceLifecycle
import Testing

extension World {
    /// Runs the HTTP server on a free port while `body` runs.
    func serve(
        pages: [Route] = [],
        _ body: @escaping @Sendable (_ port: Int) async throws -> Void
    ) async throws {
        let (ports, port) = AsyncStream<Int>.makeStream()
        let server = APIApplication(
            services: services,
            pages: pages,
            address: .hostname("127.0.0.1", port: 0),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: services.logger,
            whenRunning: { port.yield($0.localAddress?.port ?? 0) }
        )
        let group = ServiceGroup(services: [server], logger: services.logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            do {
                for await port in ports.prefix(1) {
                    try await body(port)
                }
            } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }
}

/// A client that sends bytes as they are and reads what comes back.
struct Wire {
    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    /// Whether the server has cut the connection, and not ended it.
    private(set) var wasReset = false

    private init(
        inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator,
        outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) {
        self.inbound = inbound
        self.outbound = outbound
    }

    static func connect(
        to port: Int,
        receiveBuffer: Int? = nil,
        _ body: @escaping @Sendable (inout Wire) async throws -> Void
    ) async throws {
        var client = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(ChannelOptions.allowRemoteHalfClosure, value: true)
        if let receiveBuffer {
            let option = ChannelOptions.socketOption(.so_rcvbuf)
            client = client.channelOption(option, value: SocketOptionValue(receiveBuffer))
        }
        let channel =
            try await client
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(isOutboundHalfClosureEnabled: true)
                    )
                }
            }
        try await channel.executeThenClose { inbound, outbound in
            var wire = Wire(inbound: inbound.makeAsyncIterator(), outbound: outbound)
            try await body(&wire)
        }
    }

    /// Whether somebody takes connections.
    static func isListening(_ port: Int) async -> Bool {
        let client = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        guard let channel = try? await client.connect(host: "127.0.0.1", port: port).get() else {
            return false
        }
        try? await channel.close()
        return true
    }

    func send(_ text: String) async throws {
        try await outbound.write(ByteBuffer(string: text))
    }

    /// Says that nothing more is sent.
    func finish() { outbound.finish() }

    /// Reads until `enough` says so of all that has come, or until the server closes.
    mutating func read(
        until enough: (String) -> Bool = { _ in false }
    ) async throws -> String {
        var answer = ""
        do {
            while !enough(answer), let buffer = try await inbound.next() {
                answer += String(buffer: buffer)
            }
        } catch let error where error is IOError || error is ChannelError {
            // A reset cuts as well as an end does: what was answered before it is what counts.
            wasReset = true
        }
        return answer
    }
}
