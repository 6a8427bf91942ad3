// SPDX-License-Identifier: Apache-2.0

import AsyncAlgorithms
import AsyncHTTPClient
public import Logging
import NIOCore
public import ServiceLifecycle

/// Sends the spans that have ended to an OpenTelemetry collector, over OTLP/HTTP.
///
/// It is in nobody's way: spans wait in a bounded queue, and of what finds no room only the number
/// is kept, as a metric. A collector that is away, hangs or refuses costs spans and nothing else.
public struct OTLPExporter: Service {
    /// At most so many spans are sent in one request.
    public static let batchLimitSpans = 512
    /// What waits is sent after this long at the latest.
    static let interval: Duration = .seconds(1)
    /// One request may take so long.
    static let requestLimit: Duration = .seconds(5)
    /// A batch is sent so often before it is given up.
    static let attemptLimit = 5
    /// At the end what is left is sent for so long.
    static let shutdownLimit: Duration = .seconds(3)
    private static let connectLimit: TimeAmount = .seconds(2)

    private let endpoint: String
    private let resource: TraceResource
    private let queue: SpanQueue
    private let logger: Logger

    /// `endpoint`: The URL that takes traces, such as `http://127.0.0.1:4318/v1/traces`.
    public init(endpoint: String, resource: TraceResource, queue: SpanQueue, logger: Logger) {
        self.endpoint = endpoint
        self.resource = resource
        self.queue = queue
        self.logger = logger
    }

    /// Exports until graceful shutdown, then what is left, for three seconds at most.
    public func run() async {
        do {
            try await HTTPClient.withHTTPClient(configuration: Self.configuration) { client in
                await run(with: SpanSender(client: client, endpoint: endpoint))
            }
        } catch {
            // What is over must not end the others badly.
            logger.warning("the exporter's client ended badly", metadata: ["error": "\(error)"])
        }
    }

    private func run(with sender: SpanSender) async {
        var pass = ExportPass(queue, resource, sender, logger)
        let ticks = AsyncTimerSequence(interval: Self.interval, clock: .continuous).map { _ in () }
        for await _ in merge(queue.wakes, ticks).cancelOnGracefulShutdown() {
            await pass.exportAll()
        }
        await pass.flush()
    }

    private static var configuration: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: HTTPClient.Configuration.Timeout(connect: connectLimit)
        )
        configuration.connectionPool.retryConnectionEstablishment = false
        // An export that made a span would never end.
        configuration.tracing.tracer = nil
        return configuration
    }
}
