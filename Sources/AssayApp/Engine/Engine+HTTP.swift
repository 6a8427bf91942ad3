// SPDX-License-Identifier: Apache-2.0

import Checkpoints
import Dashboard
import EventStore
import EvidenceCollection
import HTTPAPI
import HummingbirdCore
import Journeys
import NIOCore
import NIOPosix
import OutcomeRuntime
import ProjectionKit
import SQLiteStore
import Synchronization
import Telemetry
import TransparencyLog

extension Engine {
    /// The HTTP API over this engine.
    func application(
        _ configuration: AssayConfiguration,
        telemetry: TelemetrySetUp,
        whenRunning: @escaping @Sendable (any Channel) async -> Void
    ) throws -> APIApplication {
        let taken = TakenPort(configuration.port)
        let dashboard = try Dashboard(
            identities: identities,
            publicURL: { configuration.publicBase(port: taken.number) }
        )
        return APIApplication(
            services: services(configuration, telemetry),
            pages: dashboard.routes,
            missing: dashboard.missing,
            address: .hostname(configuration.host, port: configuration.port),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: telemetry.logger,
            whenRunning: { channel in
                if let port = channel.localAddress?.port { taken.number = port }
                await whenRunning(channel)
            }
        )
    }

    private func services(
        _ configuration: AssayConfiguration,
        _ telemetry: TelemetrySetUp
    ) -> APIServices {
        let engine = self
        let gauges = EngineGauges()
        return APIServices(
            catalogs: catalogs,
            identities: identities,
            intake: intake,
            outcomes: reader,
            feed: feed,
            sums: feed,
            ledger: ledger,
            deadLetters: deadLetters,
            values: ValueServices(
                records: views.valueDelivered,
                internalKey: configuration.internalKey
            ),
            journeys: JourneyReader(
                log: store,
                index: views.journeys,
                arrivals: views.arrivals,
                ledger: ledger
            ),
            trees: TreeReader(store),
            evidence: evidence(configuration),
            changes: changes,
            progress: board,
            clock: clock,
            readiness: { engine.troubles },
            health: { engine.health },
            cluster: { try await engine.overview(leaseSeconds: configuration.leaseSeconds) },
            metrics: {
                gauges.record(engine)
                return telemetry.metrics.exposition()
            },
            trustedProxies: configuration.trustedProxies,
            logger: telemetry.logger
        )
    }

    /// What makes evidence bundles: checkpoints are made at once where this node makes them.
    private func evidence(_ configuration: AssayConfiguration) -> EvidenceCollector? {
        guard let checkpoints, let file = try? configuration.signingKeyFile else { return nil }
        let keys = WatchedSigningKey(file: file, log: store.logName)
        return EvidenceCollector(
            eventLog: store,
            trees: TreeReader(store),
            partitioning: store.partitioning,
            ledger: ledger,
            covering: { position, partition throws(StoreError) in
                try await checkpoints.checkpoint(covering: position, in: partition)
            },
            signer: { try await keys.current().signer }
        )
    }

    /// How the parts of this process are doing.
    private var health: ServiceHealth {
        ServiceHealth(
            version: AssayVersion.current,
            projections: projections.map(\.health),
            lagSeconds: delays.lagSeconds,
            rebuilds: rebuilds.map(\.status),
            checkpointTroubles: checkpoints?.health.troubles
        )
    }

    /// Why the service cannot do its work at the moment; empty when it can.
    ///
    /// Safe to show.
    private var troubles: [String] {
        var troubles: [String] = []
        if let doubt = clock.doubt { troubles.append(doubt) }
        troubles += keeper?.troubles ?? []
        troubles += lanes.flatMap(\.troubles)
        troubles += checkpoints?.health.troubles ?? []
        troubles += views.rebuilding.map { "projection \($0) is being built anew" }
        for projection in projections {
            let health = projection.health
            if let failure = health.failure {
                troubles.append(
                    "projection \(health.projection) has stopped at partition "
                        + "\(failure.partition), position \(failure.position): \(failure.reason)"
                )
            } else if !health.isHealthy {
                troubles.append("projection \(health.projection) cannot reach the store")
            }
        }
        return troubles
    }
}

/// The port that is listened on: another than the setting's where that leaves it open.
private final class TakenPort: Sendable {
    private let taken: Atomic<Int>

    init(_ configured: Int) { taken = Atomic(configured) }

    var number: Int {
        get { taken.load(ordering: .relaxed) }
        set { taken.store(newValue, ordering: .relaxed) }
    }
}
