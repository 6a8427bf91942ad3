// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeRuntime
import TrafficStudy

/// A contract tried on real traffic before it is published (ADR 0039).
enum SimulationHandlers {
    static func post(_ call: APICall) async throws -> APIAnswer {
        let principal = try await call.principalNow()
        let body = try SimulationBody(json: try await call.object(), account: principal.account)
        let result = try await call.services.simulations.simulate(body.request, as: principal)
        var writer = JSONWriter(reserving: 4096)
        writer.simulation(result, account: principal.account)
        return APIAnswer(body: writer.bytes)
    }
}
