// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import HTTPTypes
import HummingbirdTesting
import NIOCore
import NIOHTTP1
import SQLiteStore
import Testing

@testable import HTTPAPI

/// Calls the API with one token, over one connection.
struct Caller: Sendable {
    let client: TestClient
    let token: String?

    /// A client that waits for an answer however busy the machine is.
    static func withClient(
        _ port: Int,
        _ body: @escaping @Sendable (TestClient) async throws -> Void
    ) async throws {
        try await TestClient.withClient(
            host: "127.0.0.1",
            port: port,
            configuration: TestClient.Configuration(timeout: .seconds(180)),
            operation: body
        )
    }

    func with(_ token: String?) -> Caller { Caller(client: client, token: token) }

    func call(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ body: String? = nil,
        type: String? = nil,
        fields: [(String, String)] = []
    ) async throws -> Reply {
        var headers = HTTPFields()
        if let token { headers[.authorization] = "Bearer " + token }
        if let type { headers[.contentType] = type }
        for (name, value) in fields {
            headers.append(HTTPField(name: try #require(HTTPField.Name(name)), value: value))
        }
        let response = try await client.execute(
            TestClient.Request(
                path,
                method: method,
                headers: headers,
                body: body.map { ByteBuffer(string: $0) }
            )
        )
        return Reply(
            status: response.status.code,
            headers: response.head.headerFields,
            bytes: response.body.map { Array($0.readableBytesView) } ?? []
        )
    }

    func get(_ path: String) async throws -> Reply { try await call(.get, path) }

    func post(_ path: String, _ body: String, type: String? = nil) async throws -> Reply {
        try await call(.post, path, body, type: type)
    }

    func put(_ path: String, _ body: String) async throws -> Reply {
        try await call(.put, path, body)
    }

    /// The catalog most tests need: an agent that is paid for replies nobody took back.
    @discardableResult
    func makeCatalog(customer: String = "acme") async throws -> Reply {
        let agent = try await put(
            "/v1/agents/support",
            """
            {"name":"Support","contract":{"settlement_period":3600,"condition":{"all":[
            {"fact":"replied","operator":"seen"},{"fact":"reopened","operator":"not_seen"}]}}}
            """
        )
        #expect(agent.status == 201)
        let card = try await put(
            "/v1/rate-cards/standard",
            """
            {"name":"Standard","currency":"USD",
            "entries":[{"agent_key":"support","price_per_unit":"0.990"}]}
            """
        )
        #expect(card.status == 201)
        return try await put(
            "/v1/customers/" + PercentCoding.encode(Text(customer)),
            #"{"name":"Acme","rate_card_key":"standard"}"#
        )
    }
}

/// An answer, its body read as JSON.
struct Reply: Sendable {
    let status: Int
    let headers: HTTPFields
    let bytes: [UInt8]

    var text: String { String(decoding: bytes, as: UTF8.self) }

    var json: JSONValue {
        get throws { try JSONReader.read(bytes) }
    }

    /// What lies at a path like `error.details.0.field`; nil when nothing does.
    func at(_ path: String) -> JSONValue? {
        var value = try? json
        for part in path.split(separator: ".") {
            switch value {
            case .object(let object)?: value = object[Text(String(part))]
            case .array(let items)?:
                guard let index = Int(part), items.indices.contains(index) else { return nil }
                value = items[index]
            default: return nil
            }
        }
        return value
    }

    func string(_ path: String) -> String? {
        guard case .string(let text)? = at(path) else { return nil }
        return text.string
    }

    func count(_ path: String) -> Int? {
        guard case .array(let items)? = at(path) else { return nil }
        return items.count
    }

    var code: String? { string("error.code") }

    /// The fields named in `details`, in order.
    var fields: [String] {
        (0..<(count("error.details") ?? 0)).compactMap { string("error.details.\($0).field") }
    }
}

extension World {
    /// Runs a test through the whole server with the live account's admin token.
    static func call(
        limits: APILimits = .patient,
        intakeLog: @escaping @Sendable (SQLiteStore) -> any IngestLog = { $0 },
        _ body: @escaping @Sendable (World, Caller) async throws -> Void
    ) async throws {
        try await run(limits: limits, intakeLog: intakeLog) { world in
            try await world.serve { port in
                try await Caller.withClient(port) { client in
                    try await body(world, Caller(client: client, token: world.live.admin))
                }
            }
        }
    }
}

extension HTTPRequest.Method {
    /// The method as the test client wants it; the server's own are all valid.
    init(_ method: HTTPMethod) {
        guard let method = HTTPRequest.Method(method.rawValue) else {
            preconditionFailure("a method is no token")
        }
        self = method
    }
}

extension HTTPField.Name {
    private static func known(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else {
            preconditionFailure("a header name is no token")
        }
        return name
    }

    static let requestID = known("X-Request-Id")
}
