// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import EventSchema
import EventStore
import ExactValues
import OutcomeDomain
import TransparencyLog

/// A value a test needs could not be made: the test itself is wrong.
struct Unmakeable: Error {}

func need<Value>(_ value: Value?) throws -> Value {
    guard let value else { throw Unmakeable() }
    return value
}

/// A log in memory: one account's catalog and outcomes as a node would have written them, and the
/// trees over them.
struct Archive {
    static let log = "golden.assay.test"
    static let partitions = 4

    /// Writes other facts than those that were decided, as a forger would who knows the form.
    typealias Forgery = (_ key: Text, _ version: Int, OutcomeFact) -> [OutcomeFact]

    let account: AccountID
    private(set) var catalog = Catalog()
    private(set) var changes: [StoredEvent] = []
    private(set) var streams: [Text: [StoredEvent]] = [:]
    /// The stored hashes of each partition, in order; the last one is that of the catalogs.
    private(set) var leaves = [[Digest]](repeating: [], count: partitions + 1)
    private var outcomes: [Text: Outcome] = [:]
    private var records: Int64 = 0
    private let forgery: Forgery
    /// Writes another body than that of a fact, as nothing of ours would.
    private let rewrite: Rewrite

    typealias Rewrite = (_ key: Text, _ body: [UInt8]) -> [UInt8]

    init(
        forgery: @escaping Forgery = { [$2] },
        rewrite: @escaping Rewrite = { $1 }
    ) throws {
        self.rewrite = rewrite
        account = try need(AccountID("acct_0123456789abcdef"))
        self.forgery = forgery
        try change(
            .createAccount(AccountCreated(account: account, name: "Acme AI", isSandbox: false))
        )
    }

    // MARK: Catalog

    mutating func change(_ command: CatalogCommand) throws {
        for event in try catalog.decide(command) {
            let version = changes.count + 1
            leaves[Self.partitions].append(filler(version))
            let time = instant(version)
            let stored = CatalogEventSchema.store(
                event: event,
                time: time,
                author: .commandLine,
                account: account,
                version: version,
                partition: Partition(Self.partitions),
                position: LogPosition(Int64(leaves[Self.partitions].count) + 1),
                context: EnvelopeContext(node: "a", batch: 1, recordedAt: time, trace: nil),
                previous: changes.last?.hash ?? .zero
            )
            changes.append(stored)
            leaves[Self.partitions].append(stored.hash)
            catalog.evolve(try CatalogEventSchema.fact(from: stored))
        }
    }

    mutating func putAgent(_ key: Text, _ contract: Text) throws {
        let json = try JSONReader.read(Array(contract.utf8))
        let body = AgentBody(name: key, contract: try Contract(json: json))
        try change(.putAgent(try need(Slug(key)), body))
    }

    mutating func putCard(_ key: Text, _ currency: String, _ prices: [(Text, String)]) throws {
        let entries = try prices.map { agent, price in
            RateCardEntry(agent: try need(Slug(agent)), price: try need(Decimal(price)))
        }
        let body = RateCardBody(
            name: key,
            currency: try need(Currency(currency)),
            entries: entries
        )
        try change(.putRateCard(try need(Slug(key)), body))
    }

    mutating func putCustomer(_ key: Text, card: Text) throws {
        let body = CustomerBody(name: key, rateCard: try need(Slug(card)))
        try change(.putCustomer(try need(CustomerKey(key)), body))
    }

    // MARK: Records

    @discardableResult
    mutating func signal(
        _ key: Text,
        _ action: Text,
        at second: Int,
        customer: Text = "acme",
        agent: Text? = nil,
        value: SignalValue? = nil,
        attribution: String? = nil,
        metadata: MetadataSlot = .empty
    ) throws -> EventID {
        records += 1
        let signal = Signal(
            eventID: eventID(records, key),
            position: IngestPosition(records),
            receivedAt: instant(second),
            action: try need(Action(action)),
            customer: try need(CustomerKey(customer)),
            agent: try agent.map { try need(Slug($0)) },
            value: value,
            attribution: try attribution.map { try need(Decimal($0)) },
            idempotencyKey: Text("retry \"\(records)\"")
        )
        execute(.submit(signal), key, metadata)
        return signal.eventID
    }

    mutating func redrive(_ letter: EventID, _ key: Text, at second: Int) {
        records += 1
        let cause = Cause(
            position: IngestPosition(records),
            eventID: eventID(records, key),
            author: "tok_1"
        )
        let redrive = Redrive(eventID: letter, at: instant(second), cause: cause, reason: "now")
        execute(.redrive(redrive), key)
    }

    mutating func discard(_ letter: EventID, _ key: Text, at second: Int) {
        records += 1
        let cause = Cause(
            position: IngestPosition(records),
            eventID: eventID(records, key),
            author: "tok_1"
        )
        let discard = Discard(eventID: letter, at: instant(second), cause: cause, reason: "no")
        execute(.discard(discard), key)
    }

    mutating func settle(_ key: Text, through second: Int) {
        execute(.settle(through: instant(second)), key)
    }

    private mutating func execute(
        _ command: OutcomeCommand,
        _ key: Text,
        _ metadata: MetadataSlot = .empty
    ) {
        let catalog = catalog
        let facts = outcomes[key, default: Outcome()].execute(command) {
            catalog.routing(for: $0, at: catalog.version)
        }
        for fact in facts {
            let version = streams[key, default: []].count + 1
            for fact in forgery(key, version, fact) {
                write(fact, key, metadata)
            }
        }
    }

    private mutating func write(_ fact: OutcomeFact, _ key: Text, _ metadata: MetadataSlot) {
        let partition = partition(of: key)
        // Other streams lie between.
        leaves[partition].append(filler(leaves[partition].count))
        let version = streams[key, default: []].count + 1
        let event = OutcomeEventSchema.store(
            fact,
            stream: .outcome(account, key),
            version: version,
            partition: Partition(partition),
            position: LogPosition(Int64(leaves[partition].count) + 1),
            metadata: metadata,
            context: EnvelopeContext(node: "a", batch: 7, recordedAt: fact.time, trace: nil),
            previous: streams[key]?.last?.hash ?? .zero
        ).with(body: rewrite)
        streams[key, default: []].append(event)
        leaves[partition].append(event.hash)
    }

    // MARK: Places and proofs

    func partition(of key: Text) -> Int {
        let fingerprint = Partitioning.fingerprint(account: account, key: key)
        return Int(fingerprint % UInt64(Self.partitions))
    }

    func checkpoint(_ partition: Int, size: Int? = nil) -> Checkpoint {
        let size = size ?? leaves[partition].count
        var frontier = MerkleFrontier()
        for leaf in leaves[partition].prefix(size) {
            frontier.append(leaf)
        }
        return Checkpoint(
            origin: TreeOrigin(log: Self.log, partition: partition),
            size: Int64(size),
            root: frontier.root,
            time: instant(10_000)
        )
    }

    func inclusion(of position: Int64, in partition: Int) throws -> [Digest] {
        let size = Int64(leaves[partition].count)
        let proof = InclusionProof(of: position - 1, in: size) { root(of: $0, in: partition) }
        return try need(proof).hashes
    }

    func consistency(from first: Int, in partition: Int) throws -> ConsistencyProof {
        let size = Int64(leaves[partition].count)
        let proof = ConsistencyProof(from: Int64(first), to: size) { root(of: $0, in: partition) }
        return try need(proof)
    }

    private func root(of subtree: Subtree, in partition: Int) -> Digest {
        guard subtree.level > 0 else { return TreeHash.leaf(leaves[partition][Int(subtree.index)]) }
        let (level, index) = (subtree.level - 1, 2 * subtree.index)
        return TreeHash.node(
            root(of: Subtree(level: level, index: index), in: partition),
            root(of: Subtree(level: level, index: index + 1), in: partition)
        )
    }

    private func filler(_ number: Int) -> Digest { Digest.sha256(Array("other \(number)".utf8)) }

    private func eventID(_ number: Int64, _ key: Text) -> EventID {
        EventID(
            partition: UInt16(partition(of: key)),
            fingerprint: Partitioning.fingerprint(account: account, key: key),
            unique: UInt64(number),
            salt: 3
        )
    }
}

extension StoredEvent {
    fileprivate func with(body rewrite: Archive.Rewrite) -> StoredEvent {
        let body = rewrite(stream.key, body)
        return StoredEvent(
            partition: partition,
            position: position,
            stream: stream,
            version: version,
            eventID: eventID,
            header: header,
            body: body,
            metadata: metadata,
            envelope: envelope,
            previous: previous,
            hash: StoredEvent.hash(
                previous: previous,
                header: header,
                body: body,
                metadata: metadata,
                envelope: envelope
            )
        )
    }
}

/// So many seconds after 2026-03-01.
func instant(_ seconds: Int) -> Timestamp {
    Timestamp.earliest.adding(seconds: 1_772_323_200 + Int64(seconds))
}
