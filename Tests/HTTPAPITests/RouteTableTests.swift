// SPDX-License-Identifier: Apache-2.0

import ExactValues
import NIOHTTP1
import Testing

@testable import HTTPAPI

@Suite("Routes")
struct RouteTableTests {
    let table = RouteTable(APIRoutes.all)

    @Test("every route finds itself, with its parameters decoded")
    func everyRoute() throws {
        for route in table.routes {
            let path = route.pattern.text
                .replacing("{key}", with: "a%2Fb").replacing("{id}", with: "a%2Fb")
                .replacing("{event_id}", with: "a%2Fb")
            let match = try table.find(route.method, RequestTarget(path))
            #expect(match.route.pattern.text == route.pattern.text)
            #expect(match.route.method == route.method)
            #expect(match.parameters == (path == route.pattern.text ? [] : ["a/b"]))
        }
    }

    @Test(
        "unknown paths are NOT_FOUND",
        arguments: [
            "/", "/v1", "/v1/events/", "//v1/events", "/v1/Events", "/v1/events/a/b",
            "/v2/events", "/v1/outcomes//history", "/v1/outcomes/%ff", "/healthz/", "*",
        ]
    )
    func unknown(path: String) {
        let error = #expect(throws: APIError.self) {
            try table.find(.GET, RequestTarget(path))
        }
        #expect(error?.code == .notFound)
    }

    @Test(
        "a wrong method is told what is allowed",
        arguments: [
            ("/v1/events", "POST"),
            ("/v1/agents/support", "GET, PUT, DELETE, HEAD"),
            ("/v1/tokens", "POST, GET, HEAD"),
            ("/healthz", "GET, HEAD"),
            ("/v1/dead-letters/redrive", "POST"),
            ("/v1/dead-letters/%72edrive", "POST"),
        ]
    )
    func wrongMethod(path: String, allow: String) {
        let error = #expect(throws: APIError.self) {
            try table.find(.PATCH, RequestTarget(path))
        }
        #expect(error?.code == .methodNotAllowed)
        #expect(error?.allow == allow)
    }

    @Test("HEAD is answered where GET is, and nowhere else")
    func head() throws {
        #expect(try table.find(.HEAD, RequestTarget("/healthz")).route.method == .GET)
        #expect(throws: APIError.self) { try table.find(.HEAD, RequestTarget("/v1/events")) }
    }

    @Test("a literal wins over a parameter, and escapes in a literal mean the same")
    func literals() throws {
        let redrive = try table.find(.POST, RequestTarget("/v1/dead-letters/redrive"))
        #expect(redrive.parameters.isEmpty)
        let escaped = try table.find(.POST, RequestTarget("/v1/%65vents"))
        #expect(escaped.route.pattern.text == "/v1/events")
    }

    @Test("every read under a token takes ?after=, and the routes without one are known")
    func rules() {
        var open: [String] = []
        var own: [String] = []
        for route in table.routes {
            switch route.access {
            case .open: open.append(route.pattern.text)
            case .own: own.append(route.pattern.text)
            case .scope:
                let takesAfter = route.query?.contains { $0.name == "after" } ?? false
                #expect(takesAfter == (route.method == .GET), "\(route.pattern.text)")
            }
        }
        #expect(open == ["/healthz", "/readyz", "/metrics", "/openapi.yaml"])
        #expect(own == ["/api/outcomes", "/api/outcomes"])
    }

    @Test("the OpenAPI document describes every route, and no other")
    func openAPI() {
        var documented: Set<String> = []
        var path = ""
        for line in OpenAPIDocument.text.split(separator: "\n") {
            if line == "components:" { break }
            if line.hasPrefix("  /"), line.hasSuffix(":") {
                path = String(line.dropFirst(2).dropLast())
            }
            for method in ["get", "put", "post", "delete"] where line == "    \(method):" {
                documented.insert("\(method.uppercased()) \(path)")
            }
        }
        let routes = Set(table.routes.map { "\($0.method.rawValue) \($0.pattern.text)" })
        #expect(documented == routes)
    }
}
