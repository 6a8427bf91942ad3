// SPDX-License-Identifier: Apache-2.0

import Foundation
import Logging
import NIOCore
import NIOPosix
import Testing

@testable import AssayApp

@Suite("The control socket")
struct ControlSocketTests {
    @Test("lies beside the read models, on either store")
    func path() throws {
        var configuration = AssayConfiguration()
        configuration.store = "sqlite:data/assay.sqlite"
        #expect(try ControlSocket.path(of: configuration) == "data/assay.sqlite.views.control")
        configuration.store = "postgres://localhost/assay"
        configuration.views = "node-a.views"
        #expect(try ControlSocket.path(of: configuration) == "node-a.views.control")
    }

    @Test("a path that the system has no room for is named, with what to do")
    func tooLong() {
        let limit = ControlSocket.pathLimitBytes
        #expect(ControlSocket.complaint(about: String(repeating: "a", count: limit)) == nil)
        let complaint = ControlSocket.complaint(about: String(repeating: "ä", count: limit))
        #expect(complaint?.contains("\(limit * 2) bytes") == true)
        #expect(complaint?.contains("shorter path") == true)
    }

    @Test("nobody there: the command says how to start a server")
    func nobody() async throws {
        var configuration = AssayConfiguration()
        configuration.store = "sqlite:/nonexistent/assay.sqlite"
        let failure = await #expect(throws: CommandFailure.self) {
            _ = try await ControlClient(configuration).post("projections")
        }
        #expect(failure?.description.contains("start `assay serve` on this store") == true)
    }

    @Test("a server that does not answer in time is called busy, and not absent")
    func busy() async throws {
        let directory = try TemporaryFile("", ending: "-b.sqlite")
        var configuration = AssayConfiguration()
        configuration.store = "sqlite:" + directory.path
        let path = try ControlSocket.path(of: configuration)
        let silent = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(unixDomainSocketPath: path).get()
        let failure = await #expect(throws: CommandFailure.self) {
            _ = try await ControlClient(configuration, limit: .milliseconds(50))
                .post("projections")
        }
        #expect(failure?.description.contains("is busy") == true)
        #expect(failure?.description.contains("The order waits there") == true)
        try await silent.close()
        try? FileManager.default.removeItem(atPath: path)
    }

    @Test("what somebody else has put in its place is left alone")
    func notOurs() async throws {
        let file = try TemporaryFile("not a socket", ending: ".control")
        let (warnings, warning) = AsyncStream.makeStream(of: String.self)
        let server = ControlServer(
            path: file.path,
            commands: [:],
            logger: Logger(label: "test") { _ in Heard(warning: warning) }
        )
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await server.run() }
            for await message in warnings where message == "no control socket" { break }
            group.cancelAll()
        }
        #expect(try String(contentsOfFile: file.path, encoding: .utf8) == "not a socket")
    }
}

/// Hands on what is logged.
private struct Heard: LogHandler {
    let warning: AsyncStream<String>.Continuation
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.warning

    init(warning: AsyncStream<String>.Continuation) { self.warning = warning }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { warning.yield("\(event.message)") }
}
