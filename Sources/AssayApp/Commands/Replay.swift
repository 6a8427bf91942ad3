// SPDX-License-Identifier: Apache-2.0

import EventSchema
import EventStore
import ExactValues
import HTTPAPI
import OutcomeDomain
import OutcomeRuntime

/// `assay replay KEY`: an outcome's history as a story, from the log itself.
///
/// The hash chain is followed on the way.
public enum Replay {
    /// Events are read in pages of at most this many, and of some megabytes.
    static let pageLimitEvents = 500

    /// Prints every fact of a key, in order, and what it comes to.
    ///
    /// As JSON a line for each fact, as the API has them, and a last line with the state.
    ///
    /// `say`: Takes each line.
    /// - Throws: `CommandFailure` when the key or the account is not there, or several are, and when
    ///   the chain is broken: then what comes before the break has been printed.
    public static func run(
        _ question: OutcomeQuestion,
        configuration: AssayConfiguration,
        say: (String) -> Void
    ) async throws {
        try await OutcomeLookup.run(question, configuration) { lookup in
            try await tell(question, lookup, say)
        }
    }

    private static func tell(
        _ question: OutcomeQuestion,
        _ lookup: OutcomeLookup,
        _ say: (String) -> Void
    ) async throws {
        // Told before anything is: a version that is not there.
        if case .version(let wanted) = question.moment,
            try await lookup.page(after: wanted - 1, limit: 1).isEmpty
        {
            throw lookup.nothing(at: question.moment)
        }
        var replayed = ReplayedOutcome(key: lookup.key)
        var stop: ReplayedOutcome.Stop?
        while stop == nil {
            let events = try await lookup.page(
                after: replayed.chain.version,
                limit: pageLimitEvents
            )
            var facts: [RecordedFact] = []
            do throws(ReplayedOutcome.Stop) {
                for event in events {
                    facts.append(try replayed.fact(event, until: question.moment))
                }
                if events.isEmpty { stop = .after }
            } catch {
                stop = error
            }
            try await tell(facts, question, lookup, &replayed, say)
        }
        if case .broken(let sentence)? = stop {
            if question.isJSON { say(replayed.json(lookup.account, broken: sentence)) }
            throw CommandFailure("The chain of '\(lookup.key.shown)' is broken: \(sentence).")
        }
        guard replayed.chain.version > 0 else { throw lookup.nothing(at: question.moment) }
        if question.isJSON {
            say(replayed.json(lookup.account, broken: nil))
        } else {
            for line in replayed.story.ending(replayed.chain) { say(line) }
        }
    }

    private static func tell(
        _ facts: [RecordedFact],
        _ question: OutcomeQuestion,
        _ lookup: OutcomeLookup,
        _ replayed: inout ReplayedOutcome,
        _ say: (String) -> Void
    ) async throws {
        for fact in facts {
            try replayed.take(fact)
            guard !question.isJSON else { continue }
            for line in replayed.story.lines(for: fact) { say(line) }
        }
        guard question.isJSON else { return }
        let metadata = try await lookup.reader.metadata(of: facts, by: lookup.catalog)
        for (fact, metadata) in zip(facts, metadata) {
            say(String(decoding: OutcomeDocuments.fact(fact, metadata), as: UTF8.self))
        }
    }
}

extension OutcomeLookup {
    fileprivate func page(
        after version: Int,
        limit: Int
    ) async throws(StoreError) -> [StoredEvent] {
        try await store.events(
            in: reader.partition(of: key, account: account, isSandbox: isSandbox),
            of: .outcome(account, key.text),
            after: version,
            limit: limit,
            limitBytes: PageSize.limitBytes
        )
    }
}

/// What a replay has come to.
private struct ReplayedOutcome {
    let key: OutcomeKey
    var story: OutcomeStory
    private(set) var chain = StreamChain()
    private var fold = OutcomeViewFold()

    /// Why a replay does not go on.
    enum Stop: Error {
        /// What comes next was not asked for.
        case after
        /// What comes next is not what was written.
        case broken(String)
    }

    init(key: OutcomeKey) {
        self.key = key
        story = OutcomeStory(key: key)
    }

    /// The next fact, when it is what was written and belongs to the moment.
    mutating func fact(
        _ event: StoredEvent,
        until moment: OutcomeMoment
    ) throws(Stop) -> RecordedFact {
        var next = chain
        do throws(StreamChain.Break) {
            try next.follow(event)
        } catch {
            throw .broken(error.description)
        }
        let fact: RecordedFact
        do throws(SchemaError) {
            fact = try OutcomeEventSchema.recorded(from: event)
        } catch {
            throw .broken("version \(event.version) cannot be read (\(error))")
        }
        guard moment.includes(fact) else { throw .after }
        chain = next
        return fact
    }

    mutating func take(_ fact: RecordedFact) throws(StoreError) {
        try fold.follow(fact)
    }

    /// The last line for programs.
    func json(_ account: AccountID, broken: String?) -> String {
        var writer = JSONWriter(reserving: 1024)
        writer.beginObject()
        writer.member("key", key.text)
        writer.member("account_id", account.text)
        writer.member("versions", chain.version)
        writer.name("chain")
        writer.beginObject()
        writer.member("intact", broken == nil)
        writer.member("problem", broken)
        writer.member("hash", chain.hash.hex)
        writer.endObject()
        writer.name("outcome")
        if let view = fold.view {
            writer.raw(OutcomeDocuments.outcome(view))
        } else {
            writer.null()
        }
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
