// SPDX-License-Identifier: Apache-2.0

import ExactValues
import Logging
import ServiceContextModule
import Synchronization
import Telemetry
import Testing

@Suite("Log lines")
struct LogFormatTests {
    private final class Lines: Sendable {
        private let written = Mutex<[String]>([])

        var all: [String] { written.withLock { $0 } }

        func append(_ bytes: [UInt8]) {
            written.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) }
        }
    }

    private struct Failure: Error, CustomStringConvertible {
        let description = "disk is full"
    }

    private let lines = Lines()

    private func logger(_ format: LogFormat, level: Logger.Level = .info) throws -> Logger {
        let time = try #require(Timestamp("2026-03-04T10:12:00.5Z"))
        let lines = lines
        return Logger(label: "assay.lane") { label in
            LineLogHandler(
                label: label,
                format: format,
                level: level,
                metadataProvider: LogFormat.traceMetadata,
                now: { time },
                write: { lines.append($0) }
            )
        }
    }

    @Test("a line of text has time, level, logger, message and sorted metadata")
    func textLine() throws {
        var logger = try logger(.text)
        logger[metadataKey: "node"] = "a"
        logger.info("Turn committed", metadata: ["records": "12", "code": "A B", "empty": ""])
        #expect(
            lines.all == [
                "2026-03-04T10:12:00.500000Z info assay.lane Turn committed "
                    + "code=\"A B\" empty=\"\" node=a records=12\n"
            ]
        )
    }

    @Test("a line of JSON is one object with the same things")
    func jsonLine() throws {
        let logger = try logger(.json)
        logger.error(
            "Append failed",
            error: Failure(),
            metadata: ["level": "7", "tries": ["1", "2"], "at": ["lane": "3", "a": "b"]]
        )
        #expect(
            lines.all == [
                #"{"time":"2026-03-04T10:12:00.500000Z","level":"error","logger":"assay.lane","#
                    + #""message":"Append failed","at":"{a:b,lane:3}","error":"disk is full","#
                    + #""metadata.level":"7","tries":"[1,2]"}"# + "\n"
            ]
        )
    }

    @Test("lines below the level are not written, and a logger's own level may differ")
    func levels() throws {
        var logger = try logger(.text, level: .warning)
        logger.info("not seen")
        #expect(lines.all.isEmpty)
        logger.logLevel = .debug
        logger.debug("seen")
        #expect(lines.all.count == 1)
    }

    @Test("the call's metadata wins over the logger's")
    func nearestWins() throws {
        var logger = try logger(.text)
        logger[metadataKey: "k"] = "logger"
        logger.info("m", metadata: ["k": "call"])
        #expect(lines.all.first?.hasSuffix(" m k=call\n") == true)
    }

    @Test(
        "whatever a value or message contains, the event stays one line",
        arguments: [LogFormat.text, .json]
    )
    func oneLine(format: LogFormat) throws {
        let logger = try logger(format)
        let nasty = "a\nlevel=error b\r\u{1B}[31m\u{85}\u{2028}\u{0}\"x"
        logger.info("\(nasty)", metadata: ["k\n": .string(nasty)])
        let line = try #require(lines.all.first)
        let endings = line.unicodeScalars.filter { $0.value < 0x20 }
        #expect(endings.count == 1)
        #expect(line.hasSuffix("\n"))
    }

    @Test("API tokens and values under secret keys never get into a line")
    func secretsAreTakenOut() throws {
        let logger = try logger(.text)
        let token =
            "assay_" + String(repeating: "a", count: 16) + "_" + String(repeating: "b", count: 16)
            + "_" + String(repeating: "c", count: 48)
        logger.info(
            "said \(token).",
            metadata: [
                "Authorization": "Bearer x", "at": ["token": "hidden", "ok": "1"],
                "error": .string("with \(token)"), "metric": "assay_intake_backlog_events",
                "tail": .string(String(repeating: " ", count: 1000) + token),
            ]
        )
        let line = try #require(lines.all.first)
        #expect(line.contains("said [redacted]. "))
        #expect(line.contains("Authorization=[redacted]"))
        #expect(line.contains("at={ok:1,token:[redacted]}"))
        #expect(line.contains("error=\"with [redacted]\""))
        #expect(line.contains("metric=assay_intake_backlog_events"))
        #expect(!line.contains("hidden"))
        #expect(!line.contains("aaaa"))
    }

    @Test("a long value is cut")
    func longValuesAreCut() throws {
        let logger = try logger(.text)
        logger.info("m", metadata: ["k": .string(String(repeating: "é", count: 100_000))])
        let line = try #require(lines.all.first)
        #expect(line.utf8.count < 1200)
        #expect(line.hasSuffix("[cut]\n"))
    }

    @Test("lines of a request carry the id of its trace")
    func traceIDIsAdded() throws {
        let logger = try logger(.text)
        var context = ServiceContext.topLevel
        context.traceContext = TraceContext(
            traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        )
        ServiceContext.withValue(context) { logger.info("inside") }
        logger.info("outside")
        #expect(
            lines.all.map { $0.contains("trace_id=4bf92f3577b34da6a3ce929d0e0e4736") }
                == [true, false]
        )
    }
}
