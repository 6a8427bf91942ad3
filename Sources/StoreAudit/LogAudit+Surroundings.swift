// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import EventSchema
import EventStore
import ExactValues
import OutcomeDomain
import StreamReview

extension LogAudit {
    /// Compares with the log what a store keeps beside it: the directory of streams, timers, clocks
    /// and the records that wait.
    func surroundings(of walk: PartitionWalk, at standing: Standing) async throws -> AuditReport {
        var report = AuditReport()
        if account == nil {
            let listed = try await listStreams(of: walk.partition, into: &report.findings)
            if listed != walk.streams {
                try await nameStreams(of: walk.partition, into: &report.findings)
            }
            try await checkTimers(of: walk, into: &report)
        }
        try await checkClocks(of: walk, at: standing, into: &report.findings)
        report.waiting = try await checkWaiting(
            of: walk.partition,
            at: standing,
            into: &report.findings
        )
        return report
    }

    // MARK: Streams

    /// Reads the directory of streams; each has to be found by its own fingerprint.
    func listStreams(
        of partition: Partition,
        into findings: inout AuditFindings
    ) async throws -> SetMark {
        var mark = SetMark()
        try await forEachStream(of: partition, into: &findings) { listed in
            mark.add(listed.stream.markBytes)
            guard listed.fingerprint != listed.stream.fingerprint else { return nil }
            return AuditFinding(
                "fingerprint_differs",
                at: AuditPlace(partition: partition, stream: listed.stream),
                "the directory leads to it by another fingerprint than that of its key"
            )
        }
        return mark
    }

    /// Directory and log differ: names the streams that are in one of them only.
    func nameStreams(
        of partition: Partition,
        into findings: inout AuditFindings
    ) async throws {
        var without: [StreamID] = []
        var last: StreamID?
        var twice: [StreamID] = []
        var ignored = AuditFindings()
        try await forEachStream(of: partition, into: &ignored) { listed in
            if listed.stream == last { twice.append(listed.stream) }
            last = listed.stream
            without.append(listed.stream)
            return nil
        }
        for stream in without {
            let first = try? await store.events(in: partition, of: stream, after: 0, limit: 1)
            guard first?.isEmpty != false else { continue }
            findings.add(
                AuditFinding(
                    "stream_without_events",
                    at: AuditPlace(partition: partition, stream: stream),
                    "the directory has it, and the log has no event of it"
                )
            )
        }
        for stream in twice {
            findings.add(
                AuditFinding(
                    "stream_twice",
                    at: AuditPlace(partition: partition, stream: stream),
                    "the directory has it twice"
                )
            )
        }
        findings.add(
            AuditFinding(
                "directory_differs",
                at: AuditPlace(partition: partition),
                "the directory's streams are not those that begin in the log"
            )
        )
    }

    private func forEachStream(
        of partition: Partition,
        into findings: inout AuditFindings,
        _ body: (StoredStream) -> AuditFinding?
    ) async throws {
        var found = AuditFindings()
        _ = try await forEachPage(
            of: "the directory of streams",
            in: partition,
            into: &findings
        ) { (last: StoredStream?) async throws(StoreError) in
            try await store.streams(in: partition, after: last, limit: Self.pageLimitRows)
        } _: { page in
            for finding in page.compactMap(body) { found.add(finding) }
        }
        findings.add(found)
    }

    // MARK: Timers

    /// Each outcome whose window is open has a timer at or before its end, on its clock (ADR 0035).
    ///
    /// Others fire once, find nothing due, and go: they are counted and mean nothing.
    private func checkTimers(
        of walk: PartitionWalk,
        into report: inout AuditReport
    ) async throws {
        let open = walk.accounts.values.reduce(0) { $0 + $1.opened - $1.settled }
        var count = 0
        var armed: Set<StreamID> = []
        let isWhole = try await forEachPage(
            of: "the timers",
            in: walk.partition,
            unreadableFor: [.damaged, .conflict],
            into: &report.findings
        ) { (last: DueTimer?) async throws(StoreError) in
            try await store.timers(in: walk.partition, after: last, limit: Self.pageLimitRows)
        } _: { page in
            count += page.count
            try await check(page, of: walk, armed: &armed)
        }
        report.timers += count
        guard isWhole else { return }
        guard armed.count != open else { return }
        try await nameUnarmed(of: walk, armed: armed, into: &report.findings)
    }

    private func check(
        _ timers: [DueTimer],
        of walk: PartitionWalk,
        armed: inout Set<StreamID>
    ) async throws {
        let away = timers.map(\.stream).filter { !walk.shelf.holds($0) }
        let read = try await reviews(of: Array(Set(away)), as: walk)
        for timer in timers {
            let outcome = (walk.shelf[timer.stream] ?? read[timer.stream])?.outcome
            guard let end = outcome?.settlesAt, timer.due <= end else { continue }
            let isSandbox = walk.catalogs[timer.stream.account]?.isSandbox == true
            let clock: TimerClock = isSandbox ? .sandbox(timer.stream.account) : .live
            if timer.clock.clock == clock { armed.insert(timer.stream) }
        }
    }

    /// Fewer timers than open windows: names the outcomes that have none in time.
    private func nameUnarmed(
        of walk: PartitionWalk,
        armed: Set<StreamID>,
        into findings: inout AuditFindings
    ) async throws {
        var streams: [StreamID] = []
        var ignored = AuditFindings()
        try await forEachStream(of: walk.partition, into: &ignored) { listed in
            let mayBeOpen = listed.stream.kind == .outcome && !armed.contains(listed.stream)
            if mayBeOpen { streams.append(listed.stream) }
            return nil
        }
        for start in stride(from: 0, to: streams.count, by: Self.pageLimitRows) {
            let part = Array(streams[start..<min(start + Self.pageLimitRows, streams.count)])
            let read = try await reviews(of: part.filter { !walk.shelf.holds($0) }, as: walk)
            for stream in part {
                let outcome = (walk.shelf[stream] ?? read[stream])?.outcome
                guard let end = outcome?.settlesAt else { continue }
                findings.add(
                    AuditFinding(
                        "timer_missing",
                        at: AuditPlace(partition: walk.partition, stream: stream),
                        "its window ends at \(end), and no timer of its clock is due by then"
                    )
                )
            }
        }
    }

    // MARK: Clocks and records

    /// No clock is before a record that was accepted by it; no record that has left a fact lies
    /// behind the cursor.
    private func checkClocks(
        of walk: PartitionWalk,
        at standing: Standing,
        into findings: inout AuditFindings
    ) async throws {
        let place = AuditPlace(partition: walk.partition)
        if standing.liveClock < walk.liveClock {
            findings.add(
                AuditFinding(
                    "clock_behind",
                    at: place,
                    "the live clock says \(standing.liveClock), and a record was accepted at "
                        + "\(walk.liveClock)"
                )
            )
        }
        if standing.state.cursor < walk.lastRecord {
            findings.add(
                AuditFinding(
                    "cursor_behind",
                    at: place,
                    "the cursor stands at \(standing.state.cursor), and record "
                        + "\(walk.lastRecord) has left facts"
                )
            )
        }
        if standing.state.cursor > standing.ingestHead
            || standing.state.drained > standing.state.cursor
        {
            findings.add(
                AuditFinding("heads_differ", at: place, "the heads are not in their order")
            )
        }
        guard !walk.testClocks.isEmpty else { return }
        let clocks = try await store.sandboxClocks(in: walk.partition).clocks
        for (account, latest) in walk.testClocks where clocks[account] ?? .earliest < latest {
            findings.add(
                AuditFinding(
                    "clock_behind",
                    at: AuditPlace(partition: walk.partition, account: account),
                    "the test clock is behind a record that was accepted at \(latest)"
                )
            )
        }
    }

    /// Every record from the cursor to the head is there and can be read.
    private func checkWaiting(
        of partition: Partition,
        at standing: Standing,
        into findings: inout AuditFindings
    ) async throws -> Int {
        var position = standing.state.cursor
        while position < standing.ingestHead {
            let page: [IngestRecord]
            do throws(StoreError) {
                page = try await store.records(
                    after: [partition: position],
                    limit: Self.pageLimitRows,
                    limitBytes: PageSize.limitBytes
                )[partition, default: []]
            } catch {
                guard error.reason == .damaged else { throw error }
                let place = AuditPlace(partition: partition)
                findings.add(.unreadable("the records after \(position)", at: place, error.detail))
                break
            }
            guard !page.isEmpty else { break }
            for record in page {
                check(record, after: position, in: partition, into: &findings)
                position = record.receipt.position
            }
        }
        if position < standing.ingestHead {
            findings.add(
                AuditFinding(
                    "record_missing",
                    at: AuditPlace(partition: partition),
                    "records from \(position.value + 1) to \(standing.ingestHead) were accepted "
                        + "and are not there"
                )
            )
        }
        return Int(standing.ingestHead.value - standing.state.cursor.value)
    }

    private func check(
        _ record: IngestRecord,
        after position: IngestPosition,
        in partition: Partition,
        into findings: inout AuditFindings
    ) {
        let place = AuditPlace(partition: partition, account: record.account)
        if record.receipt.position.value != position.value + 1 {
            findings.add(
                AuditFinding(
                    "record_missing",
                    at: place,
                    "record \(position.value + 1) was accepted and is not there"
                )
            )
        }
        do throws(SchemaError) {
            _ = try IngestPayload(decoding: record.payload)
        } catch {
            let what = "record \(record.receipt.position)"
            findings.add(.unreadable(what, at: place, "\(error)"))
        }
    }
}
