// SPDX-License-Identifier: Apache-2.0

import BillingLedger
import ExactValues
import OutcomeDomain

// Streams that are checked beside each other.
extension EvidenceVerifier {
    /// A part goes on until it has this many bytes.
    public static let partBytes = 524_288

    /// Takes many lines at once, each with its line feed, and finds exactly what is found when they
    /// are taken one after the other: in less time where there is more than one processor.
    ///
    /// What is said of a stream depends on what stands before it in three ways only: on the lines of
    /// the bundle's beginning, on those of the catalog, and on the digest of the last line. The first
    /// are taken already, the second are read ahead, the third stands in that line. What goes from
    /// stream to stream beyond that (counts, totals, which streams there have to be) is put together
    /// in the order of the file.
    ///
    /// - Parameters:
    ///   - lines: Whole lines.
    ///   - partBytes: The least that is worth a part of its own.
    public mutating func take(lines: [UInt8], partBytes: Int = Self.partBytes) async {
        var start = 0
        while start < lines.count {
            let parts = parts(of: lines, from: start, partBytes: partBytes)
            if parts.count > 1 {
                for (index, checked) in await Self.check(parts, of: lines).enumerated() {
                    if index > 0 { closeStream() }
                    join(checked)
                }
            } else {
                for part in parts { takeEach(of: part.lines, in: lines) }
            }
            start = parts.last?.lines.upperBound ?? start
            guard let line = Self.line(at: start, of: lines) else { return }
            takeEach(of: line, in: lines)
            start = line.upperBound
        }
    }

    private mutating func takeEach(of range: Range<Int>, in lines: [UInt8]) {
        var start = range.lowerBound
        while start < range.upperBound, let line = Self.line(at: start, of: lines) {
            lines.withUnsafeBufferPointer {
                take(UnsafeBufferPointer(rebasing: $0[line].dropLast()))
            }
            start = line.upperBound
        }
    }

    /// The line that begins at a byte, with its line feed.
    private static func line(at start: Int, of lines: [UInt8]) -> Range<Int>? {
        let length = lines.withUnsafeBufferPointer {
            ByteRun.offset(of: 0x0A, in: UnsafeBufferPointer(rebasing: $0[start...]))
        }
        return length.map { start..<(start + $0 + 1) }
    }
}

// MARK: Cutting

/// Lines of streams, and the verifier as it stands before the first of them.
private struct BundlePart: Sendable {
    var lines: Range<Int>
    let verifier: EvidenceVerifier
}

extension EvidenceVerifier {
    /// The parts of the lines from a byte on, up to the first line that is of no stream and not of
    /// the catalog.
    ///
    /// A part but the first begins with a line that ends the stream before it, after one that has a
    /// digest: there it does not matter what a verifier has found so far. None after a line that
    /// stands behind all streams, where nothing is in order any more.
    private func parts(of lines: [UInt8], from start: Int, partBytes: Int) -> [BundlePart] {
        guard rank <= BundleSection.event.rank, !isSealed else { return [] }
        var parts: [BundlePart] = []
        var ahead = part(after: chain)
        var end = start
        var previous: Range<Int>?
        var count = chain.count
        while end < lines.count, let range = Self.line(at: end, of: lines) {
            lines.withUnsafeBufferPointer { bytes in
                let line = UnsafeBufferPointer(rebasing: bytes[range].dropLast())
                guard let section = BundleSection(of: line), section.isOfTheLog else { return }
                end = range.upperBound
                if parts.isEmpty {
                    var first = part(after: chain)
                    first.stream = stream
                    first.streamKey = streamKey
                    parts.append(BundlePart(lines: range, verifier: first))
                } else if parts[parts.count - 1].lines.count >= partBytes,
                    section == .stream || section == .catalog, LineChain.stated(by: line) != nil,
                    let previous,
                    let last = LineChain.stated(
                        by: UnsafeBufferPointer(rebasing: bytes[previous].dropLast())
                    )
                {
                    var next = part(after: LineChain(digest: last, count: count))
                    next.catalog = ahead.catalog
                    parts.append(BundlePart(lines: range, verifier: next))
                }
                parts[parts.count - 1].lines = parts[parts.count - 1].lines.lowerBound..<end
                if section == .catalog { ahead.take(line) }
                previous = range
                count += 1
            }
            guard end == range.upperBound else { break }
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

    private static func check(_ parts: [BundlePart], of lines: [UInt8]) async -> [EvidenceVerifier]
    {
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
