// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// Sends a request's body to a collector, within a time.
struct SpanSender: Sendable {
    let send: @Sendable (_ body: [UInt8], _ limit: Duration) async -> ExportAnswer

    /// A collector's answer is read up to this.
    static let answerLimitBytes = 64 << 10

    init(_ send: @escaping @Sendable (_ body: [UInt8], _ limit: Duration) async -> ExportAnswer) {
        self.send = send
    }

    /// Over OTLP/HTTP.
    init(client: HTTPClient, endpoint: String) {
        send = { body, limit in
            await withTaskGroup(of: ExportAnswer.self) { group in
                group.addTask { await Self.post(body, to: endpoint, limit, client) }
                // The client's own limits do not bound a body that comes byte by byte.
                group.addTask {
                    try? await Task.sleep(for: limit)
                    return .failed(reason: "no answer in time", retryAfter: nil)
                }
                let first = await group.next()
                group.cancelAll()
                return first ?? .failed(reason: "no answer", retryAfter: nil)
            }
        }
    }

    private static func post(
        _ body: [UInt8],
        to endpoint: String,
        _ limit: Duration,
        _ client: HTTPClient
    ) async -> ExportAnswer {
        var request = HTTPClientRequest(url: endpoint)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/x-protobuf")
        request.headers.add(name: "User-Agent", value: "assay")
        request.body = .bytes(ByteBuffer(bytes: body))
        do {
            let response = try await client.execute(request, timeout: TimeAmount(limit))
            let answer = try? await response.body.collect(upTo: answerLimitBytes)
            return ExportAnswer(
                status: Int(response.status.code),
                retryAfter: response.headers.first(name: "Retry-After"),
                body: answer.map { Array($0.readableBytesView) } ?? []
            )
        } catch {
            return .failed(reason: "\(error)", retryAfter: nil)
        }
    }
}
