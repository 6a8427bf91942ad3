// SPDX-License-Identifier: Apache-2.0

import HTTPAPI
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Telemetry
import UnixSignals

/// `assay serve`: the engine behind the HTTP API, until SIGTERM or SIGINT.
public enum Serve {
    /// When the server ends.
    public enum Ending: Sendable {
        /// On SIGTERM or SIGINT.
        case whenTold
        /// When what runs beside it has returned, or on a signal.
        case withCompanion
    }

    /// Serves until told to stop; then requests end, lanes finish, projections catch up.
    ///
    /// - Parameters:
    ///   - configuration: What to serve and where.
    ///   - ending: Whether the server goes on when `whenListening` has returned.
    ///   - sayOnce: Takes what a store without users offers: a link that makes the first one. It is a
    ///     secret, and goes into no log.
    ///   - whenListening: Told the port once requests are answered; runs beside the server.
    /// - Throws: `CommandFailure` when the store cannot be opened or the port is taken.
    public static func run(
        _ configuration: AssayConfiguration,
        ends ending: Ending = .whenTold,
        sayOnce: (@Sendable (String) -> Void)? = nil,
        whenListening: @escaping @Sendable (Int) async throws -> Void
    ) async throws {
        let telemetry = TelemetrySetUp.shared(configuration)
        let logger = telemetry.logger
        let engine = try await Engine.open(configuration, logger: logger)
        let shutdown = ShutdownLog(engine: engine, logger: logger)
        do {
            try await engine.checkInternalKey(configuration)
            try await serve(engine, configuration, telemetry, shutdown, ending) { port in
                try await whenListening(port)
                guard let sayOnce, let code = await engine.setUpCode(logger) else { return }
                sayOnce("Nobody can sign in yet. Within a day, once, this makes the first user:")
                sayOnce(configuration.welcomeLink(code, port: port))
            }
        } catch {
            await engine.close()
            throw sentence(for: error, configuration)
        }
        await engine.close()
        shutdown.tellEnd()
    }

    /// After this long a shutdown is cut short; what was answered 202 is durable all the same.
    static let shutdownLimit: Duration = .seconds(30)

    private static func serve(
        _ engine: Engine,
        _ configuration: AssayConfiguration,
        _ telemetry: TelemetrySetUp,
        _ shutdown: ShutdownLog,
        _ ending: Ending,
        _ whenListening: @escaping @Sendable (Int) async throws -> Void
    ) async throws {
        let (ports, port) = AsyncStream<Int>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let application = try engine.application(configuration, telemetry: telemetry) { channel in
            port.yield(channel.localAddress?.port ?? configuration.port)
            port.finish()
        }
        let companion = Companion(ports: ports, work: whenListening)
        // What is started first ends last: it sends the spans of all others' end as well.
        let exporter = telemetry.exporter.map {
            [(name: "span exporter", service: $0 as any Service)]
        }
        let services: [(name: String, service: any Service)] =
            (exporter ?? []) + engine.services
            + [
                ("control", try engine.controlServer(configuration, logger: telemetry.logger)),
                ("http", application),
            ]
            // The companion ends when it likes: told to stop before all others, it never ends while
            // another one is waited for, which would count as a fault.
            + engine.leaseServices + [("shutdown log", shutdown), ("companion", companion)]
        var settings = ServiceGroupConfiguration(
            services: services.map { name, service in
                // Named, because else its whole content would be its name in the log.
                ServiceGroupConfiguration.ServiceConfiguration(
                    service: service,
                    successTerminationBehavior: service is Companion && ending == .whenTold
                        ? .ignore : .gracefullyShutdownGroup,
                    failureTerminationBehavior: .gracefullyShutdownGroup,
                    serviceName: name
                )
            },
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: telemetry.logger
        )
        settings.maximumGracefulShutdownDuration = shutdownLimit
        let group = ServiceGroup(configuration: settings)
        try await group.run()
    }

    private static func sentence(
        for error: any Error,
        _ configuration: AssayConfiguration
    ) -> any Error {
        guard let error = error as? IOError, error.errnoCode == EADDRINUSE else { return error }
        return CommandFailure(
            "Port \(configuration.port) is taken. Stop what listens there or choose another with "
                + "--port."
        )
    }
}

/// What runs beside the server once it listens: a message, the demo, an import.
private struct Companion: Service {
    let ports: AsyncStream<Int>
    let work: @Sendable (Int) async throws -> Void

    func run() async throws {
        for await port in ports.cancelOnGracefulShutdown() {
            try await work(port)
        }
    }
}
