// SPDX-License-Identifier: Apache-2.0

import ExactValues
import Testing

@testable import AssayApp

@Suite("Files and mappings of an import")
struct ImportTests {
    private static let columns =
        #""key":{"column":"id"},"time":{"column":"at"},"action":{"column":"what"},"#
        + #""customer":{"column":"who"}"#
    private static let csv = "id,at,what,who,n\nticket-1001,2026-01-01T00:00:00Z,done,acme,1\n"

    private func mapping(_ more: String = "") throws -> ImportMapping {
        try ImportMapping(json: JSONReader.read(Array("{\(Self.columns)\(more)}".utf8)))
    }

    private func plan(
        _ text: String,
        ending: String = ".csv",
        _ more: String = ""
    ) throws -> ImportPlan {
        let file = try TemporaryFile(text, ending: ending)
        return try ImportPlan(table: ImportTable.read(file.path), mapping: mapping(more))
    }

    private func refusal(_ work: () throws -> Void) -> String {
        let sentence = #expect(throws: CommandFailure.self, performing: work)?.description ?? ""
        #expect(!sentence.contains("\n"))
        return sentence
    }

    @Test("JSON lines are read by either ending, in any case; all else is CSV")
    func endings() throws {
        let line =
            #"{"id":"ticket-1001","at":"2026-01-01T00:00:00Z","what":"done","who":"acme","n":1}"#
        let lines = "\n\(line)\r\n\n\(line)"
        for ending in [".ndjson", ".jsonl", ".JSONL"] {
            #expect(try plan(lines, ending: ending).events.count == 2, "\(ending)")
        }
        #expect(try plan(Self.csv).events == plan(line, ending: ".jsonl").events)
        #expect(try plan("\u{FEFF}" + Self.csv).events.count == 1)
    }

    @Test("a missing column is named with what it is for and the columns that are there")
    func missingColumn() {
        let csv = refusal { _ = try plan(Self.csv, #","metadata":["n","colour"]"#) }
        #expect(csv.contains(".csv has no column 'colour', which the mapping takes for 'metadata'"))
        #expect(csv.hasSuffix("its columns are id, at, what, who, n."))
        let lines = refusal { _ = try plan(#"{"at":"x","b":1}"#, ending: ".jsonl") }
        #expect(lines.contains("no column 'id', which the mapping takes for 'key'"))
        #expect(lines.hasSuffix("its columns are at, b."))
    }

    @Test("a line that cannot be read is named with the file")
    func wrongLines() {
        #expect(refusal { _ = try plan("{}\n\n{", ending: ".jsonl") }.contains("Line 3 of "))
        #expect(refusal { _ = try plan("[]", ending: ".jsonl") }.contains("is not a JSON object."))
        #expect(refusal { _ = try plan("a,b\n\"x\"y") }.contains("is not CSV with a header line"))
        let time = refusal { _ = try plan("id,at,what,who\na,yesterday,b,c\n") }
        #expect(time.contains("'yesterday' in column 'at'"))
        let number = refusal { _ = try plan(Self.csv, #","attribution":{"column":"who"}"#) }
        #expect(number.contains("'acme' in column 'who'; it has to be a number."))
    }

    @Test(
        "what is wrong with a mapping is told by its member",
        arguments: [
            ("[]", "it is not an object"), ("{}", "key is missing"),
            (#"{"key":"id"}"#, "key is not an object"), (#"{"key":{}}"#, "key.column is missing"),
            (#"{"key":{"column":5}}"#, "key.column is not a text"),
            (#"{"kee":{"column":"id"}}"#, "kee is not known here"),
            (#"{"key":{"colum":"id"}}"#, "key.colum is not known here"),
            (
                #"{"key":{"column":"id","form":"snake"}}"#,
                "key.form is 'snake'; it can be slug or plain"
            ),
            (#"{"key":{"column":"id","map":{"a":1}}}"#, "key.map: what 'a' becomes is not a text"),
        ]
    )
    func wrongMappings(json: String, words: String) throws {
        let file = try TemporaryFile(json, ending: ".json")
        let sentence = refusal { _ = try ImportMapping.read(file.path) }
        #expect(sentence.hasPrefix("The mapping \(file.path) is wrong: \(words)"))
        #expect(sentence.hasSuffix("; see docs/import.md."))
    }

    @Test("further members of a mapping are told, too")
    func wrongMembers() {
        for (more, words) in [
            (#","metadata":"n""#, "metadata is not a list"),
            (#","metadata":["n",1]"#, "metadata[1] is not a text"),
            (#","rises":[{"column":"n"}]"#, "rises[0].action is missing"),
            (#","catalog":{"agent":{}}"#, "catalog.agent is not known here"),
            (#","catalog":{"agents":[]}"#, "catalog.agents is not an object"),
        ] {
            #expect(refusal { _ = try mapping(more) }.hasPrefix(words), "\(more)")
        }
    }

    @Test("a mapping that is no JSON, or not there, is told with its path")
    func noMapping() throws {
        let file = try TemporaryFile("{", ending: ".json")
        let sentence = refusal { _ = try ImportMapping.read(file.path) }
        #expect(sentence == "The mapping \(file.path) is not JSON: JSON ends too early at byte 1.")
        #expect(refusal { _ = try ImportMapping.read("/nowhere") }.contains("cannot be read"))
    }

    @Test("bodies of the catalog keep every digit")
    func exactBodies() throws {
        let catalog = try mapping(
            #","catalog":{"rate_cards":{"b":{"p":0.123456789012345678},"a":{}}}"#
        ).catalog
        #expect(catalog?.rateCards.map(\.name) == ["a", "b"])
        #expect(
            catalog?.rateCards.last?.value == [
                "p": .number(try #require(Decimal("0.123456789012345678")))
            ]
        )
    }

    @Test("one is one, and all else is several")
    func counting() {
        #expect([0, 1, 2].map { $0.counted("signal") } == ["0 signals", "1 signal", "2 signals"])
    }
}
