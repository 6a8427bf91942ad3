// SPDX-License-Identifier: Apache-2.0

import CPostgres
import Dispatch

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// A statement with a name, prepared once on each connection.
struct PostgresStatement: Sendable {
    let name: String
    let sql: String

    init(_ name: String, _ sql: String) {
        self.name = name
        self.sql = sql
    }
}

/// `PG_DIAG_SEVERITY_NONLOCALIZED`.
private let severityField = Int32(UnicodeScalar("V").value)

/// One connection to the server, used by one thread at a time.
///
/// libpq's asynchronous calls and `poll` stand in for its blocking ones, so that a server that has
/// stopped is noticed after a time of ours. After such a failure the connection is of no use.
final class PostgresConnection {
    private let raw: OpaquePointer
    private let limitSeconds: Int
    private let warnings = Warnings()
    private var prepared: Set<String> = []
    /// No statement is waited for beyond this, whatever its own limit.
    var deadline = DispatchTime.distantFuture

    /// A warning at a commit says that it is not on every server that it should be on; what else
    /// warns is rare enough to be treated alike.
    private final class Warnings {
        var count = 0
    }

    /// Connects.
    ///
    /// - Parameters:
    ///   - target: A `postgres://` URL or keywords; what is not in it comes from `PG*` variables.
    ///   - limitSeconds: The longest that a statement may take.
    ///   - connectSeconds: The longest that connecting may take, two at least; unless given, as long
    ///     as a statement.
    /// - Throws: `.notSent`.
    init(
        to target: String,
        limitSeconds: Int,
        connectSeconds: Int? = nil
    ) throws(PostgresFailure) {
        let parameters: [(String, String)] = [
            ("application_name", "assay"),
            ("connect_timeout", String(max(2, connectSeconds ?? limitSeconds))),
            ("tcp_user_timeout", String(limitSeconds * 1_000)),
            ("client_encoding", "UTF8"),
            ("target_session_attrs", "primary"),
            // Last, so that what the operator says wins.
            ("dbname", target),
        ]
        self.limitSeconds = limitSeconds
        let keys = parameters.map { strdup($0.0) } + [nil]
        let values = parameters.map { strdup($0.1) } + [nil]
        defer { for text in keys + values { free(text) } }
        let connection = keys.map { UnsafePointer($0) }.withUnsafeBufferPointer { keys in
            values.map { UnsafePointer($0) }.withUnsafeBufferPointer { values in
                PQconnectdbParams(keys.baseAddress, values.baseAddress, 1)
            }
        }
        guard let connection else {
            throw PostgresFailure(kind: .notSent, message: "out of memory")
        }
        // From here on `deinit` finishes it.
        raw = connection
        guard PQstatus(raw) == CONNECTION_OK else {
            throw PostgresFailure(kind: .notSent, message: Self.message(of: raw))
        }
        let context = Unmanaged.passUnretained(warnings).toOpaque()
        PQsetNoticeReceiver(
            raw,
            { context, notice in
                guard let context, let severity = PQresultErrorField(notice, severityField) else {
                    return
                }
                guard String(cString: severity) == "WARNING" else { return }
                Unmanaged<Warnings>.fromOpaque(context).takeUnretainedValue().count += 1
            },
            context
        )
        guard PQsetnonblocking(raw, 1) == 0 else {
            throw PostgresFailure(kind: .notSent, message: Self.message(of: raw))
        }
    }

    deinit { PQfinish(raw) }

    private static func message(of raw: OpaquePointer) -> String {
        String(cString: PQerrorMessage(raw)).split(separator: "\n").joined(separator: " ")
    }

    /// Whether the server has said nothing since the last answer: what it says unasked is mostly
    /// that it ends the connection.
    var isQuiet: Bool {
        var descriptor = pollfd(fd: PQsocket(raw), events: Int16(POLLIN), revents: 0)
        return poll(&descriptor, 1, 0) == 0
    }

    // MARK: Statements

    /// Runs SQL without parameters; for session settings and the schema.
    func run(_ sql: String) throws(PostgresFailure) {
        try sent(PQsendQuery(raw, sql))
        try forEachResult { _ in }
    }

    /// Runs `work` as one transaction: when it throws nothing of it has happened.
    func inTransaction<Value>(_ work: () throws -> Value) throws -> Value {
        try run(ConnectionStatements.begin)
        let value: Value
        do {
            value = try work()
        } catch {
            // A connection that cannot even do that is given up, and the server rolls back.
            try run(ConnectionStatements.rollback)
            throw error
        }
        try run(ConnectionStatements.commit)
        return value
    }

    /// Every row of an answer, in order.
    func all<Value>(
        _ statement: PostgresStatement,
        _ parameters: PostgresParameters = PostgresParameters(),
        _ read: (PostgresRow) throws -> Value
    ) throws -> [Value] {
        var values: [Value] = []
        try forEachRow(statement, parameters) { values.append(try read($0)) }
        return values
    }

    /// The first row of an answer.
    func first<Value>(
        _ statement: PostgresStatement,
        _ parameters: PostgresParameters = PostgresParameters(),
        _ read: (PostgresRow) throws -> Value
    ) throws -> Value? {
        try all(statement, parameters, read).first
    }

    /// Hands over row by row, holding all of the answer.
    func forEachRow(
        _ statement: PostgresStatement,
        _ parameters: PostgresParameters,
        _ body: (PostgresRow) throws -> Void
    ) throws {
        try send(statement, parameters)
        try read(body)
    }

    /// Hands over row by row, holding one at a time: for what may be large.
    func streamRows(
        _ statement: PostgresStatement,
        _ parameters: PostgresParameters,
        _ body: (PostgresRow) throws -> Void
    ) throws {
        try send(statement, parameters)
        PQsetSingleRowMode(raw)
        try read(body)
    }

    private func read(_ body: (PostgresRow) throws -> Void) throws {
        var failure: (any Error)?
        try forEachResult { result in
            guard failure == nil else { return }
            do {
                for row in 0..<PQntuples(result) {
                    try body(PostgresRow(result: result, row: row))
                }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
    }

    private func send(
        _ statement: PostgresStatement,
        _ parameters: PostgresParameters
    ) throws(PostgresFailure) {
        if !prepared.contains(statement.name) {
            try sent(PQsendPrepare(raw, statement.name, statement.sql, 0, nil))
            try forEachResult { _ in }
            prepared.insert(statement.name)
        }
        let count = parameters.ranges.count
        let formats = [Int32](repeating: 1, count: count)
        let lengths = parameters.ranges.map { Int32($0.count) }
        let isSent = parameters.bytes.withUnsafeBytes { bytes in
            // An empty value is not NULL, so that it needs a place as well.
            withUnsafePointer(to: CChar(0)) { nothing in
                let values = parameters.ranges.map { range -> UnsafePointer<CChar>? in
                    guard !range.isEmpty, let base = bytes.baseAddress else { return nothing }
                    return (base + range.lowerBound).assumingMemoryBound(to: CChar.self)
                }
                return PQsendQueryPrepared(
                    raw,
                    statement.name,
                    Int32(count),
                    values,
                    lengths,
                    formats,
                    1
                )
            }
        }
        try sent(isSent)
    }

    private func sent(_ status: Int32) throws(PostgresFailure) {
        guard status == 1 else {
            throw PostgresFailure(kind: .notSent, message: Self.message(of: raw))
        }
    }

    // MARK: Answers

    /// Waits for all of an answer; a refusal is thrown when all of it has come.
    private func forEachResult(
        _ body: (OpaquePointer) -> Void
    ) throws(PostgresFailure) {
        let deadline = min(
            Self.now() + Int64(limitSeconds) * 1_000,
            Int64(clamping: deadline.uptimeNanoseconds / 1_000_000)
        )
        let warned = warnings.count
        try flush(deadline)
        var refusal: PostgresFailure?
        while true {
            while PQisBusy(raw) == 1 {
                try wait(for: Int16(POLLIN), deadline)
                guard PQconsumeInput(raw) == 1 else { throw lost() }
            }
            guard let result = PQgetResult(raw) else { break }
            defer { PQclear(result) }
            switch PQresultStatus(result) {
            case PGRES_TUPLES_OK, PGRES_SINGLE_TUPLE, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
                body(result)
            default:
                refusal = refusal ?? self.refusal(result)
            }
        }
        if let refusal { throw refusal }
        guard PQstatus(raw) == CONNECTION_OK else { throw lost() }
        guard warnings.count == warned else {
            throw PostgresFailure(kind: .unknown, message: "the server has warned")
        }
    }

    private func refusal(_ result: OpaquePointer) -> PostgresFailure {
        // Without a state it is libpq that speaks: the connection broke.
        guard let state = PQresultErrorField(result, Int32(UnicodeScalar("C").value)) else {
            return lost()
        }
        let text = PQresultErrorField(result, Int32(UnicodeScalar("M").value))
        return PostgresFailure(
            kind: .refused(sqlState: String(cString: state)),
            message: text.map { String(cString: $0) } ?? ""
        )
    }

    private func lost() -> PostgresFailure {
        PostgresFailure(kind: .unknown, message: Self.message(of: raw))
    }

    private func flush(_ deadline: Int64) throws(PostgresFailure) {
        while true {
            switch PQflush(raw) {
            case 0: return
            case 1:
                try wait(for: Int16(POLLIN) | Int16(POLLOUT), deadline)
                // The server may be answering already and not take more until that is read.
                guard PQconsumeInput(raw) == 1 else { throw lost() }
            default: throw lost()
            }
        }
    }

    private func wait(for events: Int16, _ deadline: Int64) throws(PostgresFailure) {
        var descriptor = pollfd(fd: PQsocket(raw), events: events, revents: 0)
        // What OpenSSL has decrypted already the socket does not tell of.
        let slice = PQsslInUse(raw) == 1 ? Self.sslSliceMilliseconds : .max
        while true {
            // Looked at once in any case: after a pause of this process the answer may be there.
            let left = max(0, deadline - Self.now())
            let count = poll(&descriptor, 1, Int32(clamping: min(left, slice)))
            if count > 0 { return }
            if count < 0, errno != EINTR { throw lost() }
            if count == 0, left > slice { return }
            guard left > 0 else {
                throw PostgresFailure(
                    kind: .unknown,
                    message: "no answer within \(limitSeconds) s",
                    isTimeout: true
                )
            }
        }
    }

    private static let sslSliceMilliseconds: Int64 = 50

    /// Milliseconds of the steady clock.
    private static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }
}
