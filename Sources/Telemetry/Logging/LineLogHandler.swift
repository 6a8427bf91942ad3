// SPDX-License-Identifier: Apache-2.0

public import ExactValues
public import Logging

/// Writes each log event as exactly one line, whatever its message and metadata contain.
///
/// Metadata comes sorted by key; of one key the call's value wins over the logger's, the logger's
/// over the provider's. What must not be logged is taken out by `LogRedaction`.
public struct LineLogHandler: LogHandler {
    /// The metadata of every line of this logger.
    public var metadata: Logger.Metadata = [:]
    /// Adds the metadata of the task a line is written in.
    public var metadataProvider: Logger.MetadataProvider?
    /// Lines below it are not written.
    public var logLevel: Logger.Level

    private let label: String
    private let format: LogFormat
    private let now: @Sendable () -> Timestamp
    private let write: @Sendable ([UInt8]) -> Void

    /// Makes the handler of one logger.
    ///
    /// - Parameters:
    ///   - label: The logger's name.
    ///   - format: The form of a line.
    ///   - level: Lines below it are not written.
    ///   - metadataProvider: Adds the metadata of the task a line is written in.
    ///   - now: The time of a line.
    ///   - write: Takes a whole line, its line feed included.
    public init(
        label: String,
        format: LogFormat,
        level: Logger.Level,
        metadataProvider: Logger.MetadataProvider? = nil,
        now: @escaping @Sendable () -> Timestamp = { StandardError.now() },
        write: @escaping @Sendable ([UInt8]) -> Void = { StandardError.write($0) }
    ) {
        self.label = label
        self.format = format
        self.metadataProvider = metadataProvider
        self.now = now
        self.write = write
        logLevel = level
    }

    /// One value of the metadata of every line of this logger.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes one line.
    public func log(event: LogEvent) {
        var all = metadataProvider?.get() ?? [:]
        all.merge(metadata) { $1 }
        if let own = event.metadata { all.merge(own) { $1 } }
        if let error = event.error { all["error"] = .string("\(error)") }
        let line = LogLine(
            time: now(),
            level: event.level,
            logger: label,
            message: event.message.description,
            metadata: all
        )
        switch format {
        case .text: write(line.textBytes())
        case .json: write(line.jsonBytes())
        }
    }
}
