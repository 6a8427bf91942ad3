// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain
import Testing

@testable import HTTPAPI

@Suite("Request targets")
struct RequestTargetTests {
    @Test(
        "the path ends at the question mark, the query at the hash",
        arguments: [
            ("/v1/events", "/v1/events", nil),
            ("/v1/events?after=x", "/v1/events", "after=x"),
            ("/v1/events?", "/v1/events", ""),
            ("/v1/events?a=1?2#f", "/v1/events", "a=1?2"),
            ("/v1/events#f?x", "/v1/events", nil),
            ("http://host:80/v1/events?x", "/v1/events", "x"),
            ("HTTPS://host/v1", "/v1", nil),
            ("http://host", "/", nil),
        ] as [(String, String, String?)]
    )
    func cutting(target: String, path: String, query: String?) {
        let read = RequestTarget(target)
        #expect(read.path == path)
        #expect(read.query.map(String.init) == query)
    }

    @Test("segments are decoded one by one, so an encoded slash is part of its segment")
    func encodedSlash() {
        #expect(
            RequestTarget("/v1/outcomes/a%2Fb%20c+d/history").segments
                == ["v1", "outcomes", "a/b c+d", "history"]
        )
    }

    @Test("a trailing slash makes another path")
    func trailingSlash() {
        #expect(RequestTarget("/v1/events/").segments == ["v1", "events", ""])
    }

    @Test(
        "a broken escape and bytes that are no UTF-8 are no path",
        arguments: ["/v1/%", "/v1/%4", "/v1/%zz", "/v1/%FF", "/v1/%C3%28", "*", "", "v1"]
    )
    func broken(target: String) {
        #expect(RequestTarget(target).segments == nil)
    }

    @Test("whatever is encoded is decoded to the same bytes, normalised or not")
    func roundTrip() {
        let composed = Text("caf\u{E9}/🂡 %25+&?#=\"<>\\^`{|}~")
        let decomposed = Text("cafe\u{301}/🂡 %25+&?#=\"<>\\^`{|}~")
        for text in [composed, decomposed] {
            let encoded = PercentCoding.encode(text)
            #expect(encoded.utf8.allSatisfy { $0 < 0x80 && $0 != 0x2F })
            #expect(PercentCoding.decode(encoded.utf8) == text)
        }
        #expect(PercentCoding.encode(composed) != PercentCoding.encode(decomposed))
    }
}

@Suite("Query parameters")
struct QueryParametersTests {
    @Test("values are decoded as forms are")
    func decoding() throws {
        let query = try QueryParameters(
            "customer_key=a%2Bb+c%26d&limit=5",
            known: [Query.customer.rule, Query.limit.rule]
        )
        #expect(query["customer_key"] == "a+b c&d")
        #expect(query["limit"] == "5")
        #expect(query["cursor"] == nil)
    }

    @Test("every unknown, repeated and broken parameter is named at once")
    func wrongParameters() {
        let error = #expect(throws: APIError.self) {
            try QueryParameters(
                "limt=5&key=12345678&key=2&after=%zz&key2&limit=x",
                known: [Query.key.rule, Query.after.rule, Query.limit.rule]
            )
        }
        #expect(error?.code == .validationError)
        #expect(error?.details.map(\.field) == ["limt", "key", "after", "key2", "limit"])
    }

    @Test(
        "a page has 1 to 500 elements",
        arguments: [
            ("1", 1), ("500", 500), ("0", nil), ("501", nil), ("-1", nil), ("+5", nil),
            ("5.0", nil), ("", nil), ("99999999999999999999", nil),
        ] as [(String, Int?)]
    )
    func limits(text: String, limit: Int?) throws {
        let rules = [Query.limit.rule]
        if let limit {
            #expect(try QueryParameters("limit=\(text)", known: rules).limit == limit)
        } else {
            let error = #expect(throws: APIError.self) {
                try QueryParameters("limit=\(text)", known: rules)
            }
            // A plus in a query is a space, and no number either.
            #expect(error?.details.map(\.field) == ["limit"])
        }
    }

    @Test("an instant whose plus was not encoded is read all the same")
    func lostPlus() throws {
        let query = try QueryParameters(
            "from=2026-01-01T01:00:00+01:00",
            known: [Query.from.rule]
        )
        #expect(query[Query.from] == Timestamp("2026-01-01T00:00:00Z"))
    }
}
