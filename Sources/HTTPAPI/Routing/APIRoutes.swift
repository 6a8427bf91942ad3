// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import NIOHTTP1
import ProjectionKit

/// Every call of the API: method, path, who may make it, and what answers it.
enum APIRoutes {
    static let all: [Route] =
        events + outcomes + ledger + deadLetters + proofs + catalog + studies + account + value
        + open

    private static let events: [Route] = [
        Route(.POST, "/v1/events", .scope(.ingest), isBrief: true, EventHandlers.post),
        Route(.POST, "/v1/events/batch", .scope(.ingest), EventBatch.post),
        .read("/v1/events/{event_id}", EventHandlers.fate),
        .read("/v1/events/{event_id}/trace", models: ReadModels.all, TraceHandlers.event),
        .read(
            "/v1/traces",
            models: ReadModels.all,
            query: TraceHandlers.query,
            TraceHandlers.list
        ),
    ]

    private static let outcomes: [Route] = [
        .read(
            "/v1/outcomes",
            models: [ReadModels.outcomes],
            query: OutcomeHandlers.listQuery,
            OutcomeHandlers.list
        ),
        .read(
            "/v1/outcomes/stream",
            models: [ReadModels.outcomes],
            query: OutcomeStreamHandlers.query,
            OutcomeStreamHandlers.open
        ),
        .read(
            "/v1/outcomes/{key}",
            models: [ReadModels.outcomes],
            query: OutcomeHandlers.momentQuery,
            OutcomeHandlers.get
        ),
        .read(
            "/v1/outcomes/{key}/history",
            query: OutcomeHandlers.historyQuery,
            OutcomeHandlers.history
        ),
        .read(
            "/v1/outcomes/{key}/evidence",
            query: EvidenceHandlers.query,
            EvidenceHandlers.get
        ),
        .read(
            "/v1/outcomes/{key}/explain",
            query: OutcomeHandlers.momentQuery,
            OutcomeHandlers.explain
        ),
    ]

    private static let ledger: [Route] = [
        .read(
            "/v1/ledger/postings",
            models: [ReadModels.ledger],
            query: LedgerHandlers.query(.postings),
            LedgerHandlers.postings
        ),
        .read(
            "/v1/ledger/postings.csv",
            models: [ReadModels.ledger],
            query: LedgerHandlers.filters,
            PostingsCSV.get
        ),
        .read(
            "/v1/ledger/balances",
            models: [ReadModels.ledger],
            query: LedgerHandlers.query(.balances),
            LedgerHandlers.balances
        ),
    ]

    private static let deadLetters: [Route] = [
        .read(
            "/v1/dead-letters",
            models: [ReadModels.deadLetters],
            query: DeadLetterHandlers.listQuery,
            DeadLetterHandlers.list
        ),
        .read(
            "/v1/dead-letters/groups",
            models: [ReadModels.deadLetters],
            query: DeadLetterGroupHandlers.listQuery,
            DeadLetterGroupHandlers.list
        ),
        Route(.POST, "/v1/dead-letters/redrive", .scope(.admin), RedriveHandlers.redrive),
        Route(.POST, "/v1/dead-letters/discard", .scope(.admin), RedriveHandlers.discard),
        .read("/v1/dead-letters/{id}", models: [ReadModels.deadLetters], DeadLetterHandlers.get),
    ]

    private static let proofs: [Route] = [
        .read(
            "/v1/events/{event_id}/inclusion",
            query: InclusionHandlers.query,
            InclusionHandlers.get
        ),
        .read("/v1/checkpoints", query: CheckpointHandlers.listQuery, CheckpointHandlers.list),
        .read(
            "/v1/checkpoints/consistency",
            query: CheckpointHandlers.consistencyQuery,
            CheckpointHandlers.consistency
        ),
        .read("/v1/signing-keys", CheckpointHandlers.keys),
    ]

    private static let catalog: [Route] = [
        .read("/v1/agents", query: CatalogHandlers.query(.agents), CatalogHandlers.agents),
        .read("/v1/agents/{key}", CatalogHandlers.agent),
        .read(
            "/v1/agents/{key}/versions",
            query: CatalogHandlers.query(.contractVersions),
            CatalogHandlers.agentVersions
        ),
        Route(.PUT, "/v1/agents/{key}", .scope(.admin), CatalogHandlers.putAgent),
        Route(.DELETE, "/v1/agents/{key}", .scope(.admin), CatalogHandlers.archiveAgent),
        .read("/v1/customers", query: CatalogHandlers.query(.customers), CatalogHandlers.customers),
        .read("/v1/customers/{key}", CatalogHandlers.customer),
        Route(.PUT, "/v1/customers/{key}", .scope(.admin), CatalogHandlers.putCustomer),
        Route(.DELETE, "/v1/customers/{key}", .scope(.admin), CatalogHandlers.archiveCustomer),
        .read("/v1/customers/{key}/personal-data", PersonalDataHandlers.get),
        Route(
            .DELETE,
            "/v1/customers/{key}/personal-data",
            .scope(.admin),
            query: PersonalDataHandlers.eraseQuery,
            PersonalDataHandlers.erase
        ),
        .read(
            "/v1/rate-cards",
            query: CatalogHandlers.query(.rateCards),
            CatalogHandlers.rateCards
        ),
        .read("/v1/rate-cards/{key}", CatalogHandlers.rateCard),
        Route(.PUT, "/v1/rate-cards/{key}", .scope(.admin), CatalogHandlers.putRateCard),
        Route(.DELETE, "/v1/rate-cards/{key}", .scope(.admin), CatalogHandlers.archiveRateCard),
    ]

    private static let studies: [Route] = [
        Route(.POST, "/v1/simulations", .scope(.read), SimulationHandlers.post),
        Route(.POST, "/v1/contracts/lint", .scope(.read), LintHandlers.lint),
        .read(
            "/v1/signals/observed",
            models: [ReadModels.outcomes],
            query: LintHandlers.observedQuery,
            LintHandlers.observed
        ),
    ]

    private static let account: [Route] = [
        Route(.POST, "/v1/tokens", .scope(.admin), TokenHandlers.create),
        .read(
            "/v1/tokens",
            for: .admin,
            query: CatalogHandlers.query(.tokens),
            TokenHandlers.list
        ),
        .read("/v1/tokens/{id}", for: .admin, TokenHandlers.get),
        Route(.DELETE, "/v1/tokens/{id}", .scope(.admin), TokenHandlers.revoke),
        .read("/v1/test-clock", ClockHandlers.get),
        Route(.POST, "/v1/test-clock/advance", .scope(.admin), ClockHandlers.advance),
        .read("/v1/cluster", for: .admin, ClusterHandlers.get),
    ]

    private static let value: [Route] = [
        Route(.POST, "/api/outcomes", .own, query: nil, ValueHandlers.post),
        Route(.GET, "/api/outcomes", .own, query: nil, ValueHandlers.list),
    ]

    private static let open: [Route] = [
        Route(.GET, "/healthz", .open, query: nil, HealthHandlers.health),
        Route(.GET, "/readyz", .open, query: nil, HealthHandlers.readiness),
        Route(.GET, "/metrics", .open, query: nil, HealthHandlers.metrics),
        Route(.GET, "/openapi.yaml", .open, query: nil, HealthHandlers.openAPI),
    ]
}

/// The names under which the read models tell how far they have got.
package enum ReadModels {
    package static let outcomes = "outcomes_feed"
    package static let ledger = "billing_ledger"
    package static let deadLetters = "dead_letters"
    package static let journeys = "journeys"
    package static let value = "value_delivered"
    package static let all = [outcomes, ledger, deadLetters, journeys, value]
}
