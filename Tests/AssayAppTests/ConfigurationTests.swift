// SPDX-License-Identifier: Apache-2.0

import ExactValues
import HTTPAPI
import OutcomeRuntime
import Testing

@testable import AssayApp

@Suite("The configuration")
struct ConfigurationTests {
    private func load(
        _ json: String? = nil,
        port: Int? = nil,
        _ environment: [String: String] = [:]
    ) async throws -> AssayConfiguration {
        let file = try json.map { try TemporaryFile($0, ending: ".json") }
        return try await AssayConfiguration.load(
            ConfigurationFlags(port: port, file: file?.path),
            environment: environment
        )
    }

    /// The sentence a configuration is refused with.
    private func refusal(
        _ json: String? = nil,
        _ environment: [String: String] = [:]
    ) async -> String {
        let failure = await #expect(throws: CommandFailure.self) {
            try await load(json, environment)
        }
        return failure?.description ?? ""
    }

    @Test("flags win over the environment, the environment over the file")
    func order() async throws {
        let json = #"{"port":1,"host":"file","log":{"level":"debug","json":true},"lanes":3}"#
        let read = try await load(
            json,
            port: 3,
            ["ASSAY_PORT": "2", "ASSAY_HOST": "environment", "ASSAY_LOG_LEVEL": "WARNING"]
        )
        #expect(read.port == 3)
        #expect(read.host == "environment")
        #expect(read.lanes == 3)
        #expect(read.logLevel == "warning")
        #expect(read.logJSON)
        #expect(read.node == "assay-1")
    }

    @Test("the internal key and its account are set together, and never shown")
    func internalKey() async throws {
        let account = "acct_0123456789abcdef"
        let key = "open-sesame-open"
        let read = try await load(
            #"{"internal":{"api":{"key":"\#(key)","account":"\#(account)"}}}"#
        )
        #expect(read.internalKey?.account.text.string == account)
        #expect(!String(reflecting: read).contains(key))
        #expect(try await load(nil, ["ASSAY_INTERNAL_API_KEY": ""]).internalKey == nil)
        for (variables, words) in [
            (["ASSAY_INTERNAL_API_KEY": key], "are set together"),
            (["ASSAY_INTERNAL_API_ACCOUNT": account], "are set together"),
            (
                ["ASSAY_INTERNAL_API_KEY": key, "ASSAY_INTERNAL_API_ACCOUNT": "acme"],
                "'acme' is not the id of an account"
            ),
            (
                [
                    "ASSAY_INTERNAL_API_KEY": String(key.dropLast()),
                    "ASSAY_INTERNAL_API_ACCOUNT": account,
                ],
                "has not 16 to 256 visible ASCII characters"
            ),
            (
                [
                    "ASSAY_INTERNAL_API_KEY": "open-sesame opené",
                    "ASSAY_INTERNAL_API_ACCOUNT": account,
                ],
                "has not 16 to 256 visible ASCII characters"
            ),
        ] {
            let told = await refusal(nil, variables)
            #expect(told.contains(words))
            #expect(!told.contains("open-sesame"))
        }
    }

    @Test("every setting may stand in the file, dotted or nested")
    func everySetting() async throws {
        let read = try await load(
            """
            {"store":"sqlite:x","host":"h","port":1,"node":"n","lanes":2,"partitions":8,
            "log.level":"error","log.json":false,"accept":{"clock":true},
            "active":{"limit":{"outcomes":5}},"batch.limit.records":6,
            "backlog":{"limit.records":7},
            "otlp":{"endpoint":"http://collector:4318/v1/traces","sample.ratio":0.25}}
            """
        )
        #expect(read.partitions == 8)
        #expect(read.logLevel == "error")
        #expect(read.acceptClock)
        #expect(read.lane.activeLimitOutcomes == 5)
        #expect(read.lane.batchLimitRecords == 6)
        #expect(read.backlogLimitRecords == 7)
        #expect(read.otlpEndpoint == "http://collector:4318/v1/traces")
        #expect(read.otlpSampleRatio == 0.25)
    }

    @Test(
        "what a file holds beside settings is refused by name",
        arguments: [
            (#"{"prot":8080}"#, "'prot'"), (#"{"log":{"lvel":"debug"}}"#, "'log.lvel'"),
            (#"{"port":{"number":1}}"#, "'port.number'"), (#"{"host":5}"#, "'host'"),
            (#"{"port":1.5}"#, "'port'"), (#"{"port":"8080"}"#, "'port'"),
            (#"{"log":{"json":"yes"}}"#, "'log.json'"), (#"{"node":null}"#, "'node'"),
            ("[]", "not a JSON object"), ("{", "not JSON"), (#"{"port":1,"port":2}"#, "not JSON"),
        ]
    )
    func wrongFiles(json: String, words: String) async {
        let sentence = await refusal(json)
        #expect(sentence.contains(words))
        #expect(sentence.hasSuffix("."))
        #expect(!sentence.contains("\n"))
    }

    @Test("a file that is not there is refused")
    func missingFile() async {
        let sentence = await refusal(nil, ["ASSAY_CONFIG": "/nowhere/assay.json"])
        #expect(sentence.contains("/nowhere/assay.json cannot be read"))
    }

    @Test(
        "a value of the environment that means nothing is refused by name",
        arguments: [
            ("ASSAY_LOG_LEVEL", "loud"), ("ASSAY_LOG_LEVEL", ""), ("ASSAY_LOG_JSON", "perhaps"),
            ("ASSAY_PORT", "http"), ("ASSAY_LANES", "0"), ("ASSAY_OTLP_ENDPOINT", "collector:4318"),
            ("ASSAY_OTLP_SAMPLE_RATIO", "half"),
        ]
    )
    func wrongEnvironment(name: String, value: String) async {
        let sentence = await refusal(nil, [name: value])
        #expect(sentence.contains(name == "ASSAY_LANES" ? "lanes" : name))
        #expect(sentence.hasSuffix("."))
    }
}
