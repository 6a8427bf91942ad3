// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import EventStore
public import ExactValues
import OutcomeDomain
public import OutcomeRuntime
public import OutcomesFeed
public import ProjectionKit
import Simulation

/// Decides an account's outcomes again by a contract that is not published (ADR 0039).
///
/// Nothing is written. It reads the feed and the log a page at a time; memory is bounded by a page,
/// the states of its outcomes and the changes that are told.
public struct SimulationDesk: Sendable {
    private let outcomes: OutcomeReader
    private let feed: any OutcomesFeedReader
    private let progress: ProgressBoard
    private let feedModel: String
    private let limits: StudyLimits
    private let now: @Sendable (Principal) async throws -> Timestamp
    private let meters: SimulationMeters
    private let gate: StudyGate

    /// Puts the desk together.
    ///
    /// - Parameters:
    ///   - outcomes: The log.
    ///   - feed: Which outcomes there are.
    ///   - progress: How far the feed has come.
    ///   - feedModel: The feed's name on that board.
    ///   - limits: What one simulation may cost.
    ///   - now: An account's time: its test clock in a sandbox.
    public init(
        outcomes: OutcomeReader,
        feed: any OutcomesFeedReader,
        progress: ProgressBoard,
        feedModel: String,
        limits: StudyLimits = StudyLimits(),
        now: @escaping @Sendable (Principal) async throws -> Timestamp
    ) {
        self.outcomes = outcomes
        self.feed = feed
        self.progress = progress
        self.feedModel = feedModel
        self.limits = limits
        self.now = now
        let meters = SimulationMeters()
        self.meters = meters
        gate = StudyGate(
            ofAccount: limits.simulationsOfAccount,
            inAll: limits.simulations
        ) { meters.running($0) }
    }

    /// Answers a request; stops when its task is cancelled.
    ///
    /// - Parameters:
    ///   - request: What to decide again, and by what.
    ///   - principal: Who asks; it has to have the right to read.
    ///   - told: Learns how far it has come; what it throws stops the work.
    /// - Returns: The same result for the same request at the same position.
    /// - Throws: `ValidationFailure` for an agent or rate card that is not there, `StudyError`,
    ///   `StoreError`, `CancellationError`, and what `told` throws.
    public func simulate(
        _ request: SimulationRequest,
        as principal: Principal,
        progress told: (SimulationProgress) async throws -> Void = { _ in }
    ) async throws -> SimulationResult {
        try await begin(request, as: principal).run(progress: told)
    }

    /// Takes a place and finds out what is to be read, so that a request that cannot be answered is
    /// refused before there is an answer.
    ///
    /// The place is held until the work is run, ended or let go of.
    ///
    /// - Throws: `ValidationFailure`, `StudyError`, `StoreError`.
    public func begin(
        _ request: SimulationRequest,
        as principal: Principal
    ) async throws -> SimulationWork {
        let place = try place(for: principal.account)
        let position = try await position(of: request, principal)
        let terms = try terms(of: request, principal.catalog, at: position.catalogVersion)
        return SimulationWork(
            request: request,
            account: principal.account,
            position: position,
            seconds: limits.simulationSeconds,
            feed: feed,
            folds: StreamFolds(
                outcomes: outcomes,
                account: principal.account,
                isSandbox: principal.catalog.isSandbox,
                initial: SimulatedOutcome(terms)
            ) { (state, followed) throws(StoreError) in
                guard position.covers(followed) else { return false }
                state.follow(followed.fact)
                return true
            },
            place: place,
            meters: meters
        )
    }

    private func place(for account: AccountID) throws(StudyError) -> StudyPlace {
        do throws(StudyError) {
            return try gate.enter(account)
        } catch {
            meters.countRefused()
            throw error
        }
    }

    // MARK: Where it is read

    private func position(
        of request: SimulationRequest,
        _ principal: Principal
    ) async throws -> SimulationPosition {
        let reached = progress.checkpoints(of: feedModel)
        if let position = request.position {
            let isReached = position.places.allSatisfy { $0.value <= reached[$0.key] ?? .start }
            guard isReached, position.catalogVersion <= principal.catalog.version else {
                throw StudyError.behind
            }
            return position
        }
        // Right after a start the feed has not told yet how far it is.
        let known = progress.partitions.filter { $0.value.head > .start }.keys
        guard known.allSatisfy({ reached[$0] != nil }) else { throw StudyError.behind }
        let own = principal.catalog.isSandbox ? outcomes.partition(sandbox: principal.account) : nil
        return SimulationPosition(
            places: reached.filter { own == nil || $0.key == own },
            now: try await now(principal),
            catalogVersion: principal.catalog.version
        )
    }

    private func terms(
        of request: SimulationRequest,
        _ catalog: Catalog,
        at version: Int
    ) throws(ValidationFailure) -> CandidateTerms {
        guard catalog.agent(request.agent, at: version) != nil else {
            throw ValidationFailure(field: "agent_key", message: "does not name an agent")
        }
        switch request.price {
        case .own:
            return CandidateTerms(contract: request.contract)
        case .fixed(let price):
            return CandidateTerms(contract: request.contract, price: price)
        case .rateCard(let key):
            guard let card = catalog.rateCard(key, at: version) else {
                throw ValidationFailure(
                    field: "rate_card.key",
                    message: "does not name a rate card"
                )
            }
            guard let price = card.price(of: request.agent) else {
                throw ValidationFailure(
                    field: "rate_card.key",
                    message: "names a rate card without an entry for the agent"
                )
            }
            let found = CandidatePrice(perUnit: price, currency: card.currency)
            return CandidateTerms(contract: request.contract, price: found)
        }
    }
}
