// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// Takes an operator's commands: `POST /NAME/WORD/WORD`, answered by what has that name.
///
/// HTTP over a Unix domain socket. There is no token: who may open the socket may remove the store
/// as well. A server that cannot listen there serves all the same, and says so in its log.
struct ControlServer: Service {
    /// Carries a command out; it is given the words after its name.
    typealias Command = @Sendable ([String]) async -> ControlAnswer

    /// At most so many commands are connected at a time.
    static let connectionsLimit = 16
    /// A connection that says nothing for so long is closed.
    static let idleLimit = TimeAmount.seconds(60)
    /// No command has more words.
    static let wordsLimit = 8

    let path: String
    let commands: [String: Command]
    let logger: Logger

    func run() async throws {
        if let complaint = ControlSocket.complaint(about: path) {
            logger.warning("no control socket", metadata: ["reason": "\(complaint)"])
            try? await gracefulShutdown()
            return
        }
        // From its first moment on the socket is its owner's alone; so are all of our files.
        umask(0o077)
        var quiet = logger
        quiet.logLevel = .error
        let path = path
        let isBound = Mutex(false)
        let server = Server(
            childChannelSetup: HTTP1Channel(
                responder: { [self] request, writer, _ in
                    try await respond(to: request, writer)
                },
                configuration: HTTP1Channel.Configuration(idleTimeout: Self.idleLimit)
            ),
            configuration: ServerConfiguration(
                address: .unixDomainSocket(path: path),
                availableConnectionsDelegate: MaximumAvailableConnections(Self.connectionsLimit)
            ),
            onServerRunning: { _ in
                isBound.withLock { $0 = true }
                _ = chmod(path, 0o600)
            },
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: quiet
        )
        do {
            try await server.run()
        } catch {
            logger.warning("no control socket", metadata: ["reason": "\(error)"])
            try? await gracefulShutdown()
        }
        // What another one has put there is not ours to remove.
        if isBound.withLock({ $0 }) { _ = unlink(path) }
    }

    private func respond(to request: Request, _ writer: consuming ResponseWriter) async throws {
        let answer = await answer(to: request)
        try await writer.write(
            response: HTTPResponse(
                status: HTTPResponse.Status(code: answer.status),
                headerFields: [
                    .contentType: "application/json", .contentLength: "\(answer.body.count)",
                ]
            ),
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body))
        )
    }

    private func answer(to request: Request) async -> ControlAnswer {
        let words = request.uri.path.split(separator: "/").map(String.init)
        guard request.method == .post, let name = words.first, words.count <= Self.wordsLimit,
            let command = commands[name]
        else {
            return .refused("This server does not know the command.", status: 404)
        }
        return await command(Array(words.dropFirst()))
    }
}
