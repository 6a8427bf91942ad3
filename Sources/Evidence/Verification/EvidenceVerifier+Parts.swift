// SPDX-License-Identifier: Apache-2.0

import BillingLedger
import ExactValues
import OutcomeDomain

// Streams that are checked beside each other.
extension EvidenceVerifier {
    /// A part goes on until it has this many bytes.
    public static let partBytes = 262_144

    /// Takes many lines at once, and finds exactly what is found when they are taken one after the
    /// other: in less time where there is more than one processor.
    ///
    /// What is said of a stream depends on what stands before it in three ways only: on the lines of
    /// the bundle's beginning, on those of the catalog, and on the digest of the last line. The first
    /// are taken already, the second are read ahead, the third stands in that line. What goes from
    /// stream to stream beyond that (counts, totals, which streams there have to be) is put together
    /// in the order of the file.
    ///
    /// - Parameters:
    ///   - lines: The lines.
    ///   - partBytes: The least that is worth a part of its own.
    public mutating func take(
        lines: BundleLines,
        partBytes: Int = Self.partBytes
    ) async {
        var next = 0
        while next < lines.count {
            let parts = parts(of: lines, from: next, partBytes: partBytes)
            if parts.count > 1 {
                for (index, checked) in await Self.check(parts, of: lines).enumerated() {
                    if index > 0 { closeStream() }
                    join(checked)
                }
            } else {
                for part in parts { takeEach(of: part.lines, in: lines) }
            }
            next = parts.last?.lines.upperBound ?? next
            guard next < lines.count else { return }
            takeEach(of: next..<(next + 1), in: lines)
            next += 1
        }
    }

    private mutating func takeEach(of range: Range<Int>, in lines: BundleLines) {
        for index in range {
            lines.withLine(index) { take($0) }
        }
    }
}

// MARK: Cutting

/// Lines of streams, and the verifier as it stands before the first of them.
private struct BundlePart: Sendable {
    var lines: Range<Int>
    let verifier: EvidenceVerifier
}

extension EvidenceVerifier {
    /// The parts of the lines from one on, up to the first line that is of no stream and not of the
    /// catalog.
    ///
    /// A part but the first begins with a line that ends the stream before it, after one that has a
    /// digest: there it does not matter what a verifier has found so far. None after a line that
    /// stands behind all streams, where nothing is in order any more.
    private func parts(
        of lines: BundleLines,
        from start: Int,
        partBytes: Int
    ) -> [BundlePart] {
        guard rank <= BundleSection.event.rank, !isSealed else { return [] }
        var parts: [BundlePart] = []
        var ahead = part(after: chain)
        var first = start
        for index in start..<lines.count {
            guard let section = lines.section(index), section.isOfTheLog else { break }
            if parts.isEmpty {
                var own = part(after: chain)
                own.stream = stream
                own.streamKey = streamKey
                parts.append(BundlePart(lines: start..<start, verifier: own))
            } else if section == .stream || section == .catalog,
                lines.byteCount(first..<index) >= partBytes,
                lines.withLine(index, { LineChain.stated(by: $0) }) != nil,
                let last = lines.withLine(index - 1, { LineChain.stated(by: $0) })
            {
                let before = LineChain(digest: last, count: chain.count + index - start)
                var next = part(after: before)
                next.catalog = ahead.catalog
                parts.append(BundlePart(lines: index..<index, verifier: next))
                first = index
            }
            parts[parts.count - 1].lines = first..<(index + 1)
            if section == .catalog { lines.withLine(index) { ahead.take($0) } }
        }
        return parts
    }

    /// A verifier that goes on from here, and tells only what it finds itself.
    private func part(after chain: LineChain) -> EvidenceVerifier {
        var part = self
        part.chain = chain
        part.report = EvidenceReport()
        part.totals = BundleTotals()
        part.subject = nil
        part.stream = nil
        part.streamKey = nil
        part.closings = []
        return part
    }

    private static func check(
        _ parts: [BundlePart],
        of lines: BundleLines
    ) async -> [EvidenceVerifier] {
        await withTaskGroup(of: (Int, EvidenceVerifier).self) { group in
            for (index, part) in parts.enumerated() {
                group.addTask {
                    var verifier = part.verifier
                    verifier.takeEach(of: part.lines, in: lines)
                    return (index, verifier)
                }
            }
            var checked = parts.map(\.verifier)
            for await (index, verifier) in group { checked[index] = verifier }
            return checked
        }
    }
}

// MARK: Joining

/// A stream that a part has read to its end, for whoever knows which streams there have to be.
struct StreamClosing {
    /// The number of the stream line.
    let line: Int
    let key: OutcomeKey
    let posting: Posting?
    /// How many problems had been named by then.
    let problems: Int
}

extension EvidenceVerifier {
    /// Takes in what a part has found, which went on from where this one stands.
    private mutating func join(_ part: EvidenceVerifier) {
        var problems = part.report.problems[...]
        for closing in part.closings ?? [] {
            let named = problems.prefix(max(0, closing.problems - problems.startIndex))
            for problem in named { report.add(problem) }
            problems = problems.dropFirst(named.count)
            holdSubject(closing)
        }
        for problem in problems { report.add(problem) }
        report.join(part.report)
        totals.add(part.totals)
        chain = part.chain
        rank = part.rank
        section = part.section
        catalog = part.catalog
        stream = part.stream
        streamKey = part.streamKey
    }
}

extension EvidenceReport {
    /// Adds what was counted elsewhere; the problems that are named are added one by one.
    fileprivate mutating func join(_ part: EvidenceReport) {
        lines = part.lines
        catalogEvents += part.catalogEvents
        streams += part.streams
        events += part.events
        decisions += part.decisions
        postings += part.postings
        unsettled += part.unsettled
        problemCount += part.problemCount - part.problems.count
    }
}
