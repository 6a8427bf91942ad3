// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import ExactValues
import NIOCore
import NIOHTTP1

/// A small client of Assay's own HTTP API, for the demo and imports: they use it as anybody would.
struct APIClient: Sendable {
    let base: String
    let token: String
    private let client = untraced

    /// Makes no spans: they would name what is called, and with it outcomes.
    private static let untraced: HTTPClient = {
        var configuration = HTTPClient.Configuration.singletonConfiguration
        configuration.tracing.tracer = nil
        return HTTPClient(configuration: configuration)
    }()

    /// Talks to a server with a token.
    init(base: String, token: String) {
        self.base = base.hasSuffix("/") ? String(base.dropLast()) : base
        self.token = token
    }

    /// An answer with its body as JSON.
    struct Answer: Sendable {
        let status: Int
        let body: JSONValue

        /// The error's message, when the answer is one.
        var message: String {
            body[member: "error"]?[member: "message"]?.string ?? "status \(status)"
        }
    }

    /// Answers are at most this large.
    static let answerLimitBytes = 16 << 20
    /// A call that finds the server busy is tried at most this often.
    static let attemptLimit = 20

    func get(_ path: String) async throws -> JSONValue {
        try await call(.GET, path)
    }

    func put(_ path: String, _ body: JSONValue) async throws -> JSONValue {
        try await call(.PUT, path, body)
    }

    func post(_ path: String, _ body: JSONValue) async throws -> JSONValue {
        try await call(.POST, path, body)
    }

    /// Calls, waiting and trying again while the server says that it is busy.
    ///
    /// - Throws: `CommandFailure` for any answer that is not a success.
    private func call(
        _ method: HTTPMethod,
        _ path: String,
        _ body: JSONValue? = nil
    ) async throws -> JSONValue {
        for attempt in 1... {
            let answer = try await send(method, path, body)
            if (200..<300).contains(answer.status) { return answer.body }
            let isBusy = answer.status == 429 || answer.status == 503
            guard isBusy, attempt < Self.attemptLimit else {
                throw CommandFailure("\(method.rawValue) \(path) failed: \(answer.message)")
            }
            try await Task.sleep(for: .milliseconds(250))
        }
        throw CommandFailure("\(method.rawValue) \(path) failed")
    }

    /// One call, whatever the answer.
    func send(
        _ method: HTTPMethod,
        _ path: String,
        _ body: JSONValue? = nil
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: base + path)
        request.method = method
        request.headers.add(name: "Authorization", value: "Bearer \(token)")
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: body.canonicalBytes))
        }
        let response: HTTPClientResponse
        do {
            response = try await client.execute(request, timeout: .seconds(120))
        } catch {
            throw CommandFailure("\(base) does not answer: \(error)")
        }
        let bytes = try await response.body.collect(upTo: Self.answerLimitBytes)
        let read = Array(bytes.readableBytesView)
        let json = read.isEmpty ? JSONValue.null : try JSONReader.read(read)
        return Answer(status: Int(response.status.code), body: json)
    }
}

// MARK: Reading and making JSON

extension JSONValue {
    subscript(member name: Text) -> JSONValue? {
        guard case .object(let object) = self else { return nil }
        return object[name]
    }

    var string: String? {
        guard case .string(let text) = self else { return nil }
        return text.string
    }

    var bool: Bool? {
        guard case .bool(let bool) = self else { return nil }
        return bool
    }

    var number: Decimal? {
        guard case .number(let number) = self else { return nil }
        return number
    }

    var array: [JSONValue] {
        guard case .array(let array) = self else { return [] }
        return array
    }
}
