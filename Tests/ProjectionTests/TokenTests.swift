// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import ProjectionKit
import Testing

@Suite("Read tokens and cursors")
struct TokenTests {
    @Test(
        "a token reads what it wrote",
        arguments: [
            ReadToken(),
            ReadToken(places: [partition(0): IngestPosition(1)]),
            ReadToken(places: [partition(4_095): IngestPosition(Int64.max >> 1)]),
            ReadToken(
                places: [partition(3): IngestPosition(300), partition(4): IngestPosition(127)],
                catalogVersion: 0
            ),
            ReadToken(catalogVersion: 41),
        ]
    )
    func roundTrip(_ token: ReadToken) {
        #expect(ReadToken(token.text) == token)
    }

    @Test("a token over 64 partitions stays within a few hundred bytes")
    func staysShort() {
        let places = (0..<64).map { (partition($0), IngestPosition(1_000_000)) }
        let token = ReadToken(places: Dictionary(uniqueKeysWithValues: places))
        #expect(token.text.utf8.count < 400)
        #expect(ReadToken(token.text) == token)
    }

    @Test(
        "what is not exactly a token is none",
        arguments: ["", "A", "AQ", "!!", "AgA", "AQAA", "AQCAAA", "AQAAgAA", "AQD_____________"]
    )
    func strict(_ text: String) {
        #expect(ReadToken(text) == nil)
    }

    @Test("tokens of a batch cover the last place of each partition")
    func covers() {
        func receipt(_ number: Int, _ place: Int64) -> IngestReceipt {
            IngestReceipt(
                eventID: EventID(partition: 0, fingerprint: 0, unique: 0, salt: 0),
                partition: partition(number),
                position: IngestPosition(place),
                receivedAt: instant(0)
            )
        }
        var token = ReadToken([receipt(1, 5), receipt(2, 9), receipt(1, 7)])
        #expect(token.places == [partition(1): IngestPosition(7), partition(2): IngestPosition(9)])
        token.merge(ReadToken(places: [partition(2): IngestPosition(3)], catalogVersion: 2))
        #expect(token.places[partition(2)] == IngestPosition(9))
        #expect(token.catalogVersion == 2)
    }

    @Test("a cursor reads what it wrote, for its list and account only")
    func cursors() throws {
        let cursor = PageCursor(
            list: .outcomes,
            account: account(),
            time: instant(5),
            tie: [0, 255, 7]
        )
        #expect(
            try PageCursor(decoding: cursor.text, list: .outcomes, account: account()) == cursor
        )
        #expect(throws: PageCursorError.malformed) {
            try PageCursor(decoding: cursor.text, list: .postings, account: account())
        }
        #expect(throws: PageCursorError.foreign) {
            try PageCursor(decoding: cursor.text, list: .outcomes, account: account("acct_beta"))
        }
        for text in ["", "AAAA", cursor.text + "=", String(cursor.text.dropLast(5))] {
            #expect(throws: PageCursorError.malformed) {
                _ = try PageCursor(decoding: text, list: .deadLetters, account: account())
            }
        }
    }
}
