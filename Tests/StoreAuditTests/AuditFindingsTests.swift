// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import StreamReview
import Testing

@testable import StoreAudit

@Suite("What an audit keeps of what it finds")
struct AuditFindingsTests {
    private let account: AccountID

    init() throws { account = try #require(AccountID("acct_0123456789abcdef")) }

    private func stream(_ number: Int) -> StreamID {
        .outcome(account, Text("ticket-\(number)"))
    }

    @Test("a hundred are shown and all are counted")
    func bounded() {
        var findings = LogAudit.emptyFindings
        for number in 1...250 {
            findings.add(
                AuditFinding("hash_differs", at: AuditPlace(stream: stream(number)), "text")
            )
        }
        #expect(findings.shown.count == AuditFindings.shownLimitFindings)
        #expect(findings.total == 250)
        #expect(findings.counts == ["hash_differs": 250])
    }

    @Test("one stream with many faults does not crowd out the others")
    func crowded() {
        var findings = LogAudit.emptyFindings
        for _ in 1...50 {
            findings.add(AuditFinding("value_differs", at: AuditPlace(stream: stream(1)), "text"))
        }
        findings.add(AuditFinding("value_differs", at: AuditPlace(stream: stream(2)), "text"))
        #expect(findings.shown.count == AuditFindings.shownLimitOfStreamFindings + 1)
        #expect(findings.shown.last?.place.stream == stream(2))
        #expect(findings.total == 51)
    }

    @Test("a place is one line, whatever the key is, and the store when nothing is known")
    func places() {
        let place = AuditPlace(
            partition: Partition(3),
            position: LogPosition(9),
            stream: .outcome(account, "a\nkey-1"),
            version: 2
        )
        #expect(
            place.description
                == #"partition 3, position 9, outcome "a\nkey-1" of acct_0123456789abcdef, "#
                + "version 2"
        )
        #expect(AuditPlace().description == "the store")
        #expect(AuditPlace(account: account).description == "account acct_0123456789abcdef")
    }

    @Test("a set of things is the same in any order, and another one with one thing less or more")
    func setMarks() {
        var one = SetMark()
        var other = SetMark()
        for number in 1...20 { one.add(Array("thing \(number)".utf8)) }
        for number in (1...20).reversed() { other.add(Array("thing \(number)".utf8)) }
        #expect(one == other)
        other.add(Array("thing 1".utf8))
        #expect(one != other)
        #expect(other.count == 21)
    }

    @Test("reviews not used lately are put away, those in use stay")
    func shelf() {
        var shelf = ReviewShelf(generationLimit: 2)
        for number in 1...2 { shelf.put(OutcomeReview(of: stream(number))) }
        #expect(shelf.makeRoom().isEmpty)
        let isHere = shelf.update(stream(1)) { _ in }
        #expect(isHere)
        shelf.put(OutcomeReview(of: stream(3)))
        #expect(shelf.makeRoom().map(\.stream) == [stream(2)])
        #expect(shelf.holds(stream(1)))
        #expect(!shelf.holds(stream(2)))
    }
}
