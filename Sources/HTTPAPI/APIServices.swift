// SPDX-License-Identifier: Apache-2.0

public import BillingLedger
import CatalogDomain
public import Checkpoints
public import DeadLetters
public import EvidenceCollection
public import Identity
public import Journeys
public import Logging
public import OutcomeRuntime
public import OutcomesFeed
public import ProjectionKit
public import TrafficStudy

/// Everything the API needs to answer; the composition root puts it together.
public struct APIServices: Sendable {
    /// Catalogs and tokens.
    public let catalogs: CatalogDirectory
    /// Users and their sessions; nil where nobody can sign in.
    public let identities: IdentityDesk?
    /// The front door of the log.
    public let intake: Intake
    /// Questions answered from the log itself.
    public let outcomes: OutcomeReader
    /// The feed of outcomes.
    public let feed: any OutcomesFeedReader
    /// Sums over the feed.
    public let sums: any OutcomeSums
    /// The ledger.
    public let ledger: any BillingLedgerReader
    /// The outstanding dead letters.
    public let deadLetters: any DeadLettersReader
    /// Delivered value, and who may record it.
    public let values: ValueServices
    /// Where events have been.
    public let journeys: JourneyReader
    /// Checkpoints and proofs.
    public let trees: TreeReader
    /// What makes evidence bundles; nil where no checkpoints are made.
    public let evidence: EvidenceCollector?
    /// What has changed, for live streams.
    public let changes: OutcomeChanges
    /// How far everything has got; what `?after=` waits on.
    public let progress: ProgressBoard
    /// The server's clock.
    public let clock: any WallClock
    /// Why the service cannot do its work at the moment, safe to show; empty when it can.
    public let readiness: @Sendable () async -> [String]
    /// How the parts of this process are doing.
    public let health: @Sendable () -> ServiceHealth
    /// The nodes, and whose each partition is.
    public let cluster: @Sendable () async throws -> ClusterOverview
    /// The metrics in Prometheus' text form; no account and no key is in them.
    public let metrics: @Sendable () -> String
    /// What one client may ask.
    public let limits: APILimits
    /// How many proxies of one's own every request comes through.
    public let trustedProxies: Int
    /// Contracts tried on real traffic.
    public let simulations: SimulationDesk
    /// What signals there are.
    public let signals: ObservedSignals
    /// Contracts looked over before they are published.
    public let linter: ContractLinter
    /// For errors of the service's own; never sees a token or a payload.
    public let logger: Logger

    /// Puts the services together.
    public init(
        catalogs: CatalogDirectory,
        identities: IdentityDesk? = nil,
        intake: Intake,
        outcomes: OutcomeReader,
        feed: any OutcomesFeedReader,
        sums: any OutcomeSums,
        ledger: any BillingLedgerReader,
        deadLetters: any DeadLettersReader,
        values: ValueServices,
        journeys: JourneyReader,
        trees: TreeReader,
        evidence: EvidenceCollector?,
        changes: OutcomeChanges,
        progress: ProgressBoard,
        clock: any WallClock,
        readiness: @escaping @Sendable () async -> [String],
        health: @escaping @Sendable () -> ServiceHealth,
        cluster: @escaping @Sendable () async throws -> ClusterOverview,
        metrics: @escaping @Sendable () -> String,
        limits: APILimits = APILimits(),
        trustedProxies: Int = 0,
        logger: Logger
    ) {
        self.catalogs = catalogs
        self.identities = identities
        self.intake = intake
        self.outcomes = outcomes
        self.feed = feed
        self.sums = sums
        self.ledger = ledger
        self.deadLetters = deadLetters
        self.values = values
        self.journeys = journeys
        self.trees = trees
        self.evidence = evidence
        self.changes = changes
        self.progress = progress
        self.clock = clock
        self.readiness = readiness
        self.health = health
        self.cluster = cluster
        self.metrics = metrics
        self.limits = limits
        self.trustedProxies = trustedProxies
        self.logger = logger
        simulations = SimulationDesk(
            outcomes: outcomes,
            feed: feed,
            progress: progress,
            feedModel: ReadModels.outcomes,
            limits: limits.studies
        ) { principal in
            principal.catalog.isSandbox
                ? try await intake.testClock(of: principal) : clock.now()
        }
        signals = ObservedSignals(outcomes: outcomes, feed: feed, limits: limits.studies)
        linter = ContractLinter(signals: signals)
    }
}
