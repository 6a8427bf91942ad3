// SPDX-License-Identifier: Apache-2.0

import ExactValues

/// `assay projections`: how the read models of a running server are doing, and another try for one
/// that has stopped.
public enum Projections {
    /// How long a projection is waited for that is tried again.
    static let attemptLimit = 100
    /// How often the server is asked meanwhile.
    static let pollInterval: Duration = .milliseconds(100)

    /// Tells of every projection, a line each.
    ///
    /// - Throws: `CommandFailure` when nothing answers, or when one has stopped.
    public static func tell(_ configuration: AssayConfiguration, say: (String) -> Void) async throws
    {
        let answer = try await ControlClient(configuration).post("projections")
        let projections = answer[member: "projections"]?.array ?? []
        for projection in projections { say(line(projection)) }
        guard projections.allSatisfy({ $0[member: "phase"]?.string != "stopped" }) else {
            throw CommandFailure(
                "A projection has stopped. Once its cause is mended: assay projections resume MODEL"
            )
        }
    }

    /// Tries a projection again that has stopped, and waits for what becomes of it.
    ///
    /// - Parameters:
    ///   - model: `feed`, `ledger`, `dead-letters` or `journeys`.
    ///   - configuration: Names the store of the server.
    ///   - say: Takes each line.
    /// - Throws: `CommandFailure` when it has not stopped, when it stops again, and when it still
    ///   waits for its files after `attemptLimit` looks.
    public static func resume(
        model: String,
        _ configuration: AssayConfiguration,
        say: (String) -> Void
    ) async throws {
        let client = try ControlClient(configuration)
        let name = try await client.post("projections", model, "resume")[member: "projection"]
        var last: JSONValue?
        for _ in 0..<attemptLimit {
            let answer = try await client.post("projections")
            let projection = answer[member: "projections"]?.array
                .first { $0[member: "projection"] == name }
            guard let projection else { break }
            last = projection
            switch projection[member: "phase"]?.string {
            case "stopped":
                say(line(projection))
                throw CommandFailure("It has stopped again.")
            case "starting", "retrying":
                try await Task.sleep(for: pollInterval)
            default:
                say(line(projection))
                return
            }
        }
        if let last { say(line(last)) }
        throw CommandFailure("It is still being tried; see: assay projections")
    }

    private static func line(_ projection: JSONValue) -> String {
        let name = projection[member: "projection"]?.string ?? ""
        let phase = projection[member: "phase"]?.string ?? ""
        let lag = projection[member: "lag_events"]?.number?.description ?? "0"
        var line = "\(name): \(phase), \(lag) events behind"
        if let failure = projection[member: "failure"] {
            line +=
                ", at partition \(failure[member: "partition"]?.number?.description ?? "")"
                + ", position \(failure[member: "position"]?.number?.description ?? ""): "
                + (failure[member: "reason"]?.string ?? "")
        }
        return line
    }
}
