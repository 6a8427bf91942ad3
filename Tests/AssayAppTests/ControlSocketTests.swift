// SPDX-License-Identifier: Apache-2.0

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
}
