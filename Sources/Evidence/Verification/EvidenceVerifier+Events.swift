// SPDX-License-Identifier: Apache-2.0

import BillingLedger
import CatalogDomain
import EventSchema
import EventStore
import ExactValues
import OutcomeDomain
import ProjectionKit
import StreamReview

// Streams with their events, what they depend on in the catalog, and what they book.
extension EvidenceVerifier {
    // MARK: Catalog

    mutating func takeCatalog(_ reader: inout LineReader) throws(LineFault) {
        guard let head else { return }
        let line = try EventLine(
            &reader,
            stream: .catalog(head.account),
            partition: Partition(head.partitions)
        )
        let event = line.event
        if event.computedHash != event.hash {
            found("hash", "is not that of the stored bytes", version: event.version)
        }
        if event.version == 1, event.previous != .zero {
            found("previous", "is not zero", version: event.version)
        }
        holdInTree(line)
        report.catalogEvents += 1
        do throws(SchemaError) {
            let reform = try CatalogEventSchema.reform(event, previous: event.previous)
            if reform.formed != event {
                found("body", "is not what is written for what it says", version: event.version)
            }
            if let what = catalog.take(reform.fact) { found("body", what, version: event.version) }
        } catch {
            found(error.part.rawValue, error.description, version: event.version)
        }
    }

    /// Holds an event against the checkpoint of its partition.
    private mutating func holdInTree(_ line: EventLine) {
        let event = line.event
        let partition = event.partition.number
        let isHeld = trees[partition]?.holds(
            event.hash,
            at: event.position.value,
            proof: line.proof
        )
        switch isHeld {
        case nil:
            found("proof", "partition \(partition) has no checkpoint", version: event.version)
        case false:
            found("proof", "does not lead to the checkpoint's root", version: event.version)
        default:
            return
        }
    }

    // MARK: Streams

    mutating func takeStream(_ reader: inout LineReader) throws(LineFault) {
        guard let head else { return }
        try reader.name("key")
        guard let key = OutcomeKey(try reader.text()) else { throw reader.fault() }
        try reader.name("partition")
        let partition = Partition(try reader.integer())
        try reader.name("versions")
        let versions = try reader.integer()
        report.streams += 1
        streamKey = key.text
        stream = StreamCheck(
            key: key,
            account: head.account,
            partition: partition,
            versions: versions,
            line: chain.count
        )
        guard let account = catalog.account else {
            return found("key", "comes before the account's creation")
        }
        guard account.account == head.account else {
            return found("key", "is of another account than the one that was created")
        }
        guard let partitioning = Partitioning(count: head.partitions) else { return }
        let place = partitioning.partition(
            of: key.text,
            account: head.account,
            isSandbox: account.isSandbox
        )
        if partition != place { found("partition", "is \(place) for this key") }
    }

    mutating func takeEvent(_ reader: inout LineReader) throws(LineFault) {
        // Taken out while it is changed, so that nothing is copied.
        guard let head, var stream = stream.take() else {
            return found(nil, "stands outside of a stream")
        }
        defer { self.stream = stream }
        let line = try EventLine(
            &reader,
            stream: .outcome(head.account, stream.key.text),
            partition: stream.partition
        )
        let event = line.event
        report.events += 1
        stream.lastLine = chain.count
        if stream.hasPostingLine {
            found("section", "stands after the posting", version: event.version)
        }
        if event.position <= stream.position {
            found("position", "is not after that of the version before", version: event.version)
        }
        stream.position = event.position
        holdInTree(line)
        var findings: [ReviewFinding] = []
        let recorded = stream.review.take(event, by: &factReader, into: &findings)
        if !stream.review.isBlind { report.decisions += 1 }
        tell(findings, of: stream)
        guard let recorded else { return }
        check(recorded, in: &stream)
        book(recorded, in: &stream)
    }

    /// Holds an outcome's terms against the catalog, and its signals against the terms.
    private mutating func check(_ recorded: RecordedFact, in stream: inout StreamCheck) {
        switch recorded.fact.event {
        case .opened(let opened):
            stream.opened = opened.terms
            guard let fault = catalog.fault(in: opened.terms) else { return }
            found(fault.field, fault.what, version: recorded.version)
        case .signalApplied(let applied):
            guard let terms = stream.opened else { return }
            if applied.signal.customer != terms.customer {
                found("customer_key", "is not the outcome's", version: recorded.version)
            }
            if let agent = applied.signal.agent, agent != terms.agent {
                found("agent_key", "is not the outcome's", version: recorded.version)
            }
        case .signalDeadLettered, .signalRedriven, .signalDiscarded, .settled:
            return
        }
    }

    private mutating func book(_ recorded: RecordedFact, in stream: inout StreamCheck) {
        do throws(ProjectionFailure) {
            guard let posting = try BillingTerms.fold(&stream.terms, recorded) else { return }
            stream.posting = posting
        } catch {
            found("body", error.reason, version: recorded.version)
        }
    }

    /// Tells what the review has found, at the lines it is about.
    private mutating func tell(_ findings: [ReviewFinding], of stream: StreamCheck) {
        for finding in findings {
            let version = finding.place.version
            report.add(
                EvidenceProblem(
                    line: max(stream.line, stream.lastLine - (stream.review.version - version)),
                    section: BundleSection.event.rawValue,
                    stream: stream.key.text,
                    version: version,
                    field: finding.fault.field,
                    what: finding.fault.description
                )
            )
        }
    }

    /// Ends the stream that has been read, if there is one.
    mutating func closeStream() {
        streamKey = nil
        guard var stream = stream.take() else { return }
        var findings: [ReviewFinding] = []
        stream.review.finish(into: &findings)
        tell(findings, of: stream)
        if stream.review.version != stream.versions {
            foundAfter(
                stream.line,
                stream.key,
                "versions",
                "are not the \(stream.review.version) that are here"
            )
        }
        if case .live = stream.review.outcome.phase { report.unsettled += 1 }
        if stream.posting != nil, !stream.hasPostingLine {
            foundAfter(stream.line, stream.key, "posting", "is missing: the outcome was confirmed")
        }
        if let posting = stream.posting { totals.add(posting) }
        let closing = StreamClosing(
            line: stream.line,
            key: stream.key,
            posting: stream.posting,
            problems: report.problems.count
        )
        if closings == nil { holdSubject(closing) } else { closings?.append(closing) }
    }

    /// Holds a stream against what the bundle says it is about.
    mutating func holdSubject(_ closing: StreamClosing) {
        guard let what = subject?.take(closing.key, closing.posting) else { return }
        foundAfter(closing.line, closing.key, "key", what)
    }

    /// Something is wrong with a stream as a whole, which is told at its first line.
    private mutating func foundAfter(
        _ line: Int,
        _ key: OutcomeKey,
        _ field: String,
        _ what: String
    ) {
        report.add(
            EvidenceProblem(
                line: line,
                section: BundleSection.stream.rawValue,
                stream: key.text,
                version: nil,
                field: field,
                what: what
            )
        )
    }

    // MARK: Postings

    mutating func takePosting(_ content: UnsafeBufferPointer<UInt8>) {
        report.postings += 1
        guard let posting = stream?.posting, stream?.hasPostingLine == false else {
            return found(nil, "books what no event before it does")
        }
        stream?.hasPostingLine = true
        let awaited = BundleWriter.opened(.posting) { PostingLine.write(posting, to: &$0) }
        hold(content, against: awaited, "the events book")
    }
}
