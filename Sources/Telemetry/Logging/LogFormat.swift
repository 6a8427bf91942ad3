// SPDX-License-Identifier: Apache-2.0

public import Logging
import ServiceContextModule

/// How log lines are written to standard error.
public enum LogFormat: String, CaseIterable, Sendable {
    /// `TIME LEVEL LOGGER MESSAGE key=value key="a value"`.
    case text
    /// One JSON object a line: `time`, `level`, `logger`, `message`, then the metadata.
    case json

    /// Makes this format the one of every logger of the process.
    ///
    /// Lines carry the trace id of the request they belong to. To be called once, before the first
    /// logger is made: swift-log traps at a second call.
    ///
    /// - Parameter level: Lines below it are not written.
    public func bootstrap(level: Logger.Level) {
        LoggingSystem.bootstrap(
            { label, provider in
                LineLogHandler(label: label, format: self, level: level, metadataProvider: provider)
            },
            metadataProvider: Self.traceMetadata
        )
    }

    /// Adds `trace_id` to the lines written while a request's service context is current.
    public static let traceMetadata = Logger.MetadataProvider {
        guard let trace = ServiceContext.current?.traceContext else { return [:] }
        return ["trace_id": .string(trace.traceID)]
    }
}
