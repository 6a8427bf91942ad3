// SPDX-License-Identifier: Apache-2.0

public import CatalogDomain
public import EventSchema
public import EventStore
public import ExactValues
public import OutcomeDomain

/// Reads the stream of one outcome from its first event on, checks its chain and its form, and
/// decides everything on it again with this program's rules.
///
/// A value that is fed with the stored events in order. The signals are in the facts, so the ingest
/// records are put together from them, in the order of their causes; each is carried out, and the
/// facts it brings about are held against the stored ones. Pure: no clock, no store.
///
/// Memory is that of the outcome's state, and of the facts of one record while an outcome opens.
public struct OutcomeReview: Sendable {
    /// The stream.
    public let stream: StreamID
    private(set) var basis: ReviewBasis

    /// The last version that was taken; 0 before the first.
    public private(set) var version = 0
    /// Its hash; 32 zero bytes before the first.
    public private(set) var hash = Digest.zero
    /// What the stored facts come to.
    public private(set) var outcome = Outcome()
    /// Whether decisions are made no more, because a part of the stream is missing or unreadable.
    public private(set) var isBlind = false

    /// What this program makes of the records so far.
    var decided = Outcome()
    /// What has to follow of the record that was carried out last, from `next` on.
    var expected: [OutcomeFact] = []
    var next = 0
    /// The place of that record; nil for a settlement by time alone.
    var record: IngestPosition?
    /// The latest record, and its time.
    var lastRecord = IngestPosition.start
    var lastTime = Timestamp.earliest
    /// The facts of a record that opens the outcome, until its own signal or terms are among them.
    var opening: [PlacedFact] = []
    /// The stored facts went another way: the next record is judged from where they led.
    var isAstray = false
    private var lastPlace: ReviewPlace?

    /// Begins before the first event of a stream.
    public init(of stream: StreamID, by basis: ReviewBasis = .recorded) {
        self.stream = stream
        self.basis = basis
    }

    /// What follows is judged by this catalog: a later state of the one before.
    public mutating func judge(by catalog: Catalog) { basis = .catalog(catalog) }

    /// Takes the next event of the stream.
    ///
    /// - Parameters:
    ///   - event: The event as stored; that it is of this stream is the caller's duty.
    ///   - reader: What facts are read with, one for many streams.
    ///   - findings: What is found is added here; about some events only once later ones are taken.
    /// - Returns: What the event says; nil when it cannot be read.
    @discardableResult
    public mutating func take(
        _ event: StoredEvent,
        by reader: inout OutcomeFactReader,
        into findings: inout [ReviewFinding]
    ) -> RecordedFact? {
        let place = ReviewPlace(event)
        lastPlace = place
        if event.version != version + 1 {
            findings.append(
                ReviewFinding(.gap(after: version, found: event.version), at: place)
            )
            hash = event.previous
            isBlind = true
        }
        let recorded = check(event, at: place, by: &reader, into: &findings)
        version = event.version
        hash = event.hash
        guard let recorded else { return nil }
        let fact = PlacedFact(fact: recorded.fact, place: place)
        if !isBlind { judge(fact, into: &findings) }
        outcome.evolve(recorded.fact)
        return recorded
    }

    /// Takes the next event of the stream, read by itself.
    ///
    /// - Parameters:
    ///   - event: The event as stored; that it is of this stream is the caller's duty.
    ///   - findings: What is found is added here; about some events only once later ones are taken.
    /// - Returns: What the event says; nil when it cannot be read.
    @discardableResult
    public mutating func take(
        _ event: StoredEvent,
        into findings: inout [ReviewFinding]
    ) -> RecordedFact? {
        var reader = OutcomeFactReader(remembersNames: false)
        return take(event, by: &reader, into: &findings)
    }

    /// Says that there are no more events.
    ///
    /// `findings`: What has to follow and has not is added here.
    public mutating func finish(into findings: inout [ReviewFinding]) {
        guard let lastPlace, !isBlind else { return }
        giveUpOpening(at: lastPlace, into: &findings)
        giveUpExpected(at: lastPlace, into: &findings)
    }
}

// MARK: Chain and form

extension OutcomeReview {
    private mutating func check(
        _ event: StoredEvent,
        at place: ReviewPlace,
        by reader: inout OutcomeFactReader,
        into findings: inout [ReviewFinding]
    ) -> RecordedFact? {
        let reform: EventReform<RecordedFact>
        do throws(SchemaError) {
            reform = try reader.reform(event, previous: hash)
        } catch {
            event.checkChain(after: hash, at: place, into: &findings)
            findings.append(ReviewFinding(.unreadable(error), at: place))
            isBlind = true
            return nil
        }
        event.check(against: reform.formed, at: place, into: &findings)
        return reform.fact
    }
}

/// A fact with its place.
struct PlacedFact: Sendable {
    let fact: OutcomeFact
    let place: ReviewPlace
}
