// SPDX-License-Identifier: Apache-2.0

package import HummingbirdCore
package import Logging
package import NIOCore
public import ServiceLifecycle

/// The API as an HTTP server: Hummingbird's, with connections of our own (ADR 0019).
public struct APIApplication: Service {
    let responder: APIResponder
    private let configuration: ServerConfiguration
    private let eventLoopGroup: any EventLoopGroup
    let logger: Logger
    private let whenRunning: @Sendable (any Channel) async -> Void

    /// Puts the server together.
    ///
    /// - Parameters:
    ///   - services: What answers.
    ///   - pages: Routes beside those of the API.
    ///   - missing: Answers a browser that asks for a page there is not.
    ///   - address: Where to listen; port 0 for any free one.
    ///   - eventLoopGroup: The loops that serve connections; apart from those that run lanes.
    ///   - logger: For the server itself.
    ///   - whenRunning: Told of the listening channel, and so of the port.
    package init(
        services: APIServices,
        pages: [Route] = [],
        missing: Route.Handler? = nil,
        address: BindAddress,
        eventLoopGroup: any EventLoopGroup,
        logger: Logger,
        whenRunning: @escaping @Sendable (any Channel) async -> Void = { _ in }
    ) {
        responder = APIResponder(services: services, pages: pages, missing: missing)
        configuration = ServerConfiguration(
            address: address,
            backlog: 1024,
            reuseAddress: true,
            availableConnectionsDelegate: MaximumAvailableConnections(services.limits.connections)
        )
        self.eventLoopGroup = eventLoopGroup
        self.logger = logger
        self.whenRunning = whenRunning
    }

    /// Serves until graceful shutdown: requests that have begun are answered first.
    public func run() async throws {
        let server = Server(
            childChannelSetup: ConnectionChannel(responder: responder),
            configuration: configuration,
            onServerRunning: whenRunning,
            eventLoopGroup: eventLoopGroup,
            logger: logger
        )
        try await server.run()
    }
}
