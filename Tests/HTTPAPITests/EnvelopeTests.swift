// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import EventStore
import ExactValues
import HTTPTypes
import NIOHTTP1
import OutcomeDomain
import OutcomeRuntime
import ProjectionKit
import Testing

@testable import HTTPAPI

@Suite("Errors")
struct EnvelopeTests {
    private struct Secret: Error {}

    @Test("each thing that goes wrong has its code, and nothing of the inside is told")
    func mapping() {
        let table: [(any Error, ErrorCode)] = [
            (ValidationFailure(field: "a", message: "b"), .validationError),
            (JSONError(kind: .malformed, offset: 3), .validationError),
            (IntakeError.clockInDoubt("secret"), .clockInDoubt),
            (IntakeError.backlogFull, .intakeFull),
            (IntakeError.store(StoreError(.full, detail: "secret")), .intakeFull),
            (StoreError(.unavailable, detail: "secret"), .storeUnavailable),
            (StoreError(.fatal, detail: "secret"), .storeUnavailable),
            (StoreError(.diskFull, detail: "secret"), .storageFull),
            (StoreError(.closed, detail: "secret"), .shuttingDown),
            (StoreError(.damaged, detail: "secret"), .internalError),
            (StoreError(.conflict, detail: "secret"), .conflict),
            (CatalogChangeError.rejected(.notFound), .notFound),
            (CatalogChangeError.rejected(.alreadyExists), .conflict),
            (
                CatalogRejection.invalid(ValidationFailure(field: "a", message: "b")),
                .validationError
            ),
            (CatalogChangeError.store(StoreError(.unavailable)), .storeUnavailable),
            (PageCursorError.malformed, .validationError),
            (ReadBehind.timedOut, .readBehind),
            (ReadBehind.projectionStopped("secret"), .readBehind),
            (ReadBehind.tooManyWaiters, .readBehind),
            (ReadBehind.cancelled, .shuttingDown),
            (CancellationError(), .shuttingDown),
            (Secret(), .internalError),
        ]
        for (error, code) in table {
            let mapped = APIError(error)
            #expect(mapped.code == code, "\(error)")
            let text = String(decoding: mapped.envelope(requestID: "r"), as: UTF8.self)
            #expect(!text.lowercased().contains("secret"))
        }
    }

    @Test("every code has one status and one type, and what can pass says when to come back")
    func codes() throws {
        for code in ErrorCode.allCases {
            let answer = APIAnswer(APIError(code, "x"), requestID: "r")
            #expect(answer.status == code.status)
            let isTransient = code.status == 429 || code.status == 503 || code == .checkpointPending
            #expect(answer.fields.contains { $0.name == "Retry-After" } == isTransient)
            #expect(OpenAPIDocument.text.contains(code.rawValue))
            #expect(OpenAPIDocument.text.contains("- " + code.type))
        }
    }

    @Test("the envelope has every member, in order")
    func envelope() {
        let error = APIError.invalid("key", "is \"required\"")
        #expect(
            String(decoding: error.envelope(requestID: "req_1"), as: UTF8.self) == """
                {"error":{"type":"invalid_request_error","code":"VALIDATION_ERROR",\
                "message":"The request is not valid: see details.","status":400,\
                "details":[{"field":"key","message":"is \\"required\\""}],\
                "request_id":"req_1",\
                "doc_url":"/openapi.yaml#/components/x-errors/VALIDATION_ERROR"}}
                """
        )
    }

    @Test("a request's own sane id is kept, any other is replaced")
    func requestIDs() async throws {
        try await World.call { _, caller in
            let own = try await caller.call(.get, "/healthz", fields: [("X-Request-Id", "a.B-1:_")])
            #expect(own.headers[.requestID] == "a.B-1:_")
            for name in ["", "a b", "a\"b", String(repeating: "x", count: 129)] {
                let reply = try await caller.call(
                    .get,
                    "/nowhere",
                    fields: [("X-Request-Id", name)]
                )
                let id = try #require(reply.headers[.requestID])
                #expect(id != name && id.hasPrefix("req_"))
                #expect(reply.string("error.request_id") == id)
            }
        }
    }

    @Test("unknown routes and wrong methods are in the envelope, too")
    func unknownRoutes() async throws {
        try await World.call { _, caller in
            let unknown = try await caller.get("/v1/nothing")
            #expect(unknown.status == 404)
            #expect(unknown.code == "NOT_FOUND")
            let method = try await caller.call(.patch, "/v1/agents/a", "{}")
            #expect(method.status == 405)
            #expect(method.code == "METHOD_NOT_ALLOWED")
            #expect(method.headers[.allow] == "GET, PUT, DELETE, HEAD")
        }
    }

    @Test("operators need no token; readiness tells why not")
    func operations() async throws {
        try await World.call { world, caller in
            let anyone = caller.with(nil)
            #expect(try await anyone.get("/healthz?probe=1").string("status") == "ok")
            #expect(try await anyone.get("/readyz").status == 200)
            world.isReady.set(false)
            let away = try await anyone.get("/readyz")
            #expect(away.status == 503)
            #expect(away.string("reasons.0") == "the store is away")
            let metrics = try await anyone.get("/metrics")
            #expect(metrics.text.contains("assay_up 1"))
            #expect(metrics.headers[.contentType]?.hasPrefix("text/plain") == true)
            let document = try await anyone.get("/openapi.yaml")
            #expect(document.text.hasPrefix("openapi: 3.1.0"))
            let head = try await anyone.call(.head, "/healthz")
            #expect(head.status == 200)
            #expect(head.bytes.isEmpty)
            #expect(head.headers[.contentLength] == "15")
        }
    }
}

@Suite("Headers")
struct HeaderTests {
    @Test("the date is that of RFC 9110")
    func date() {
        #expect(HTTPDate().text(atSecond: 784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(HTTPDate().text(atSecond: 0) == "Thu, 01 Jan 1970 00:00:00 GMT")
    }

    @Test(
        "a trace parent has two ids and no capital letters",
        arguments: [
            ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", true),
            ("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", true),
            ("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", false),
            ("00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", false),
            ("00-00000000000000000000000000000000-b7ad6b7169203331-01", false),
            ("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", false),
            ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0", false),
            ("00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", false),
            ("00-0af7651916cd43dd8448eb211c80319-cb7ad6b7169203331-01", false),
            ("", false),
        ]
    )
    func traceParent(value: String, isValid: Bool) {
        #expect(TraceParent.isValid(value) == isValid)
    }

    @Test("a media type is read without its parameters and in any case")
    func mediaType() {
        func type(_ value: String) -> String? {
            RequestHeaders(HTTPHeaders([("Content-Type", value)])).mediaType
        }
        #expect(type("application/json") == "application/json")
        #expect(type(" Application/JSON ; charset=utf-8") == "application/json")
        #expect(RequestHeaders(HTTPHeaders()).mediaType == nil)
    }
}
