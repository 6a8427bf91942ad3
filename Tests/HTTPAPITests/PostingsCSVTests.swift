// SPDX-License-Identifier: Apache-2.0

import ExactValues
import HTTPTypes
import Testing

@testable import HTTPAPI

@Suite("Postings as comma-separated values")
struct PostingsCSVTests {
    private func cell(_ text: Text, isText: Bool = true) -> String {
        var row: [UInt8] = []
        PostingsCSV.append(text, isText: isText, to: &row)
        return String(decoding: row, as: UTF8.self)
    }

    @Test("cells are quoted where they have to be")
    func quotes() {
        #expect(cell("plain") == "plain")
        #expect(cell("a,b") == "\"a,b\"")
        #expect(cell("say \"so\"") == "\"say \"\"so\"\"\"")
        #expect(cell("two\r\nlines") == "\"two\r\nlines\"")
        #expect(cell("") == "")
    }

    @Test(
        "no text is a formula",
        arguments: [
            "=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\r=1", "=\"x\"", "  =1+1", "＝1+1", "＋1", "－1",
            " ＠SUM(A1)",
        ]
    )
    func formulas(_ text: String) {
        #expect(cell(Text(text)).hasPrefix("\"'"))
    }

    @Test("other texts stay as they are", arguments: ["1+1", " a=b", "é", "\u{FF1E}1"])
    func plain(_ text: String) {
        #expect(cell(Text(text)) == text)
    }

    @Test("a number below zero is one")
    func numbers() {
        #expect(cell("-0.495", isText: false) == "-0.495")
    }

    @Test("an empty ledger has a header, a filter that is none is told")
    func empty() async throws {
        try await World.call { _, caller in
            let reply = try await caller.get("/v1/ledger/postings.csv")
            #expect(reply.status == 200)
            #expect(reply.headers[.contentType]?.hasPrefix("text/csv") == true)
            #expect(reply.text == PostingsCSV.columns.joined(separator: ",") + "\r\n")
            #expect(try await caller.get("/v1/ledger/postings.csv?limit=1").status == 400)
            let nobody = caller.with(nil)
            #expect(try await nobody.get("/v1/ledger/postings.csv").status == 401)
        }
    }
}
