// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import Testing

@testable import AssayApp

@Suite("Pages of a copy are bounded by bytes and by rows")
struct PageSizeTests {
    private let stream: StreamID

    init() throws { stream = .catalog(try #require(AccountID("acct_one"))) }

    private func page(_ count: Int, bytes: Int) -> [StoredEvent] {
        let event = StoredEvent(
            partition: Partition(0),
            position: LogPosition(1),
            stream: stream,
            version: 1,
            eventID: nil,
            header: [UInt8](repeating: 0, count: bytes),
            body: [],
            metadata: .empty,
            envelope: [],
            previous: .zero,
            hash: .zero
        )
        return Array(repeating: event, count: count)
    }

    @Test("they grow to the limit of rows while events are small")
    func small() {
        var size = PageSize(limitRows: 1_000)
        var sizes: [Int] = []
        for _ in 0..<7 {
            sizes.append(size.rows)
            size.had(page(size.rows, bytes: 100))
        }
        #expect(sizes == [32, 64, 128, 256, 512, 1_000, 1_000])
        #expect(PageSize(limitRows: 2).rows == 2)
    }

    @Test("they shrink when events are large, and never to nothing")
    func large() {
        var size = PageSize(limitRows: 1_000)
        size.had(page(32, bytes: 100_000))
        #expect(size.rows == 64)
        size.had(page(64, bytes: 262_144))
        #expect(size.rows == 32)
        size.had(page(32, bytes: 262_144))
        #expect(size.rows == 32)
        for _ in 0..<9 { size.had(page(size.rows, bytes: 3_000_000)) }
        #expect((1...2).contains(size.rows))
    }
}
