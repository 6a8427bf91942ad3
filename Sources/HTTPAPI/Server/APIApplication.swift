// SPDX-License-Identifier: Apache-2.0

public import Hummingbird
import HummingbirdCore
public import Logging
public import NIOCore
import NIOHTTPTypes
import ServiceLifecycle

/// The API as an HTTP server: Hummingbird's, with our limits, and without its per-request layers.
public struct APIApplication: ApplicationProtocol {
    /// What answers.
    public typealias Responder = APIResponder

    /// What answers.
    public let responder: APIResponder
    /// Where it listens, and how many connections it takes.
    public let configuration: ApplicationConfiguration
    /// The event loops that serve connections; apart from those that run lanes.
    public let eventLoopGroup: any EventLoopGroup
    /// The server's own log.
    public let logger: Logger
    private let whenRunning: @Sendable (any Channel) async -> Void

    /// Puts the server together.
    ///
    /// - Parameters:
    ///   - services: What answers.
    ///   - address: Where to listen; port 0 for any free one.
    ///   - eventLoopGroup: The loops that serve connections.
    ///   - logger: For the server itself.
    ///   - whenRunning: Told of the listening channel, and so of the port.
    public init(
        services: APIServices,
        address: BindAddress,
        eventLoopGroup: any EventLoopGroup,
        logger: Logger,
        whenRunning: @escaping @Sendable (any Channel) async -> Void = { _ in }
    ) {
        responder = APIResponder(services: services)
        configuration = ApplicationConfiguration(
            address: address,
            serverName: nil,
            backlog: 1024,
            reuseAddress: true,
            availableConnectionsDelegate: MaximumAvailableConnections(services.limits.connections)
        )
        self.eventLoopGroup = eventLoopGroup
        self.logger = logger
        self.whenRunning = whenRunning
    }

    /// The limits of a connection: header sizes, idle time, and what `RequestGuard` watches.
    public var server: HTTPServerBuilder {
        let limits = responder.services.limits
        let requestIDs = responder.requestIDs
        let configuration = HTTP1Channel.Configuration(
            additionalChannelHandlers: [RequestGuard(limits: limits, requestIDs: requestIDs)],
            idleTimeout: .seconds(Int64(limits.idleSeconds)),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: limits.headerFieldBytes,
                maxHeaderListSize: limits.headerListBytes,
                maxHeaderFieldCount: limits.headerFields
            )
        )
        return HTTPServerBuilder { responder in
            EventLoopChannel(base: HTTP1Channel(responder: responder, configuration: configuration))
        }
    }

    /// Told of the listening channel.
    public func onServerRunning(_ channel: any Channel) async { await whenRunning(channel) }

    /// Serves until graceful shutdown: requests that have begun are answered first.
    public func run() async throws {
        let responder = responder
        let server = try server.buildServer(
            configuration: ServerConfiguration(
                address: configuration.address,
                backlog: configuration.backlog,
                reuseAddress: configuration.reuseAddress,
                availableConnectionsDelegate: configuration.availableConnectionsDelegate
            ),
            eventLoopGroup: eventLoopGroup,
            logger: logger,
            responder: { request, writer, _ in
                let response = try await responder.respond(to: request)
                try await writer.write(response: response.head, body: response.body)
            },
            onServerRunning: { await onServerRunning($0) }
        )
        try await server.run()
    }
}
