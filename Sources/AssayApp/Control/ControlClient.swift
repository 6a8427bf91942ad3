// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import ExactValues
import Foundation
import NIOCore
import NIOHTTP1

/// Gives commands to a running server, through its control socket.
struct ControlClient: Sendable {
    /// Answers are at most this large.
    static let answerLimitBytes = 1 << 20
    /// A command is carried out between two batches, or between two rows of a comparison.
    static let limit = TimeAmount.seconds(120)

    private let path: String

    /// Says at once when nobody listens; tried again, that would take as long as the limit.
    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration.singletonConfiguration
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(configuration: configuration)
    }()
    private let limit: TimeAmount

    /// Talks to the server of a configuration.
    init(
        _ configuration: AssayConfiguration,
        limit: TimeAmount = Self.limit
    ) throws(CommandFailure) {
        self.limit = limit
        path = try ControlSocket.path(of: configuration)
        if let complaint = ControlSocket.complaint(about: path) { throw CommandFailure(complaint) }
    }

    /// Has a command carried out.
    ///
    /// - Throws: `CommandFailure` with the server's reason when it was refused.
    func post(_ words: String...) async throws -> JSONValue {
        let uri = "/" + words.joined(separator: "/")
        guard let url = URL(httpURLWithSocketPath: path, uri: uri) else {
            throw CommandFailure("The path of the control socket, \(path), cannot be used.")
        }
        var request = HTTPClientRequest(url: url.absoluteString)
        request.method = .POST
        let response: HTTPClientResponse
        do {
            response = try await Self.client.execute(request, timeout: limit)
        } catch let error as HTTPClientError where error == .deadlineExceeded {
            throw CommandFailure(
                "The server at \(path) is busy and has not answered within "
                    + "\(limit.nanoseconds / 1_000_000_000) s. The order waits there and is "
                    + "carried out in its turn; ask for the status later."
            )
        } catch {
            throw CommandFailure(
                "No server answers at \(path): start `assay serve` on this store, and give this "
                    + "command as the user it runs as."
            )
        }
        let buffer = try await response.body.collect(upTo: Self.answerLimitBytes)
        let body = try JSONReader.read(Array(buffer.readableBytesView))
        guard (200..<300).contains(response.status.code) else {
            throw CommandFailure(
                body[member: "error"]?[member: "message"]?.string
                    ?? "The server answered \(response.status.code)."
            )
        }
        return body
    }
}
