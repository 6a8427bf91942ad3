// SPDX-License-Identifier: Apache-2.0

import EventStore
import ExactValues
import Logging
import ProjectionKit
import SQLiteStore

extension Engine {
    /// Takes the operator's commands.
    func controlServer(
        _ configuration: AssayConfiguration,
        logger: Logger
    ) throws(CommandFailure) -> ControlServer {
        let projections = projections
        let rebuilds = rebuilds
        return ControlServer(
            path: try ControlSocket.path(of: configuration),
            commands: [
                "projections": { Self.projections($0, projections) },
                "rebuild": { await Self.rebuild($0, rebuilds) },
            ],
            logger: logger
        )
    }

    /// `projections`, `projections/MODEL/resume`.
    private static func projections(
        _ words: [String],
        _ runners: [ProjectionRunner]
    ) -> ControlAnswer {
        if words.isEmpty {
            return .done { writer in
                writer.name("projections")
                writer.beginArray()
                for runner in runners { writer.projection(runner.health) }
                writer.endArray()
            }
        }
        guard words.count == 2, words[1] == "resume", let model = ReadModelName(rawValue: words[0]),
            let runner = runners.first(where: { $0.projection == model.projection })
        else { return .refused("This server does not know the command.", status: 404) }
        guard runner.resume() else {
            return .refused("The projection \(model.projection) has not stopped.")
        }
        return .done { $0.member("projection", model.projection) }
    }

    /// `rebuild/MODEL/ORDER`.
    private static func rebuild(
        _ words: [String],
        _ runners: [RebuildRunner]
    ) async -> ControlAnswer {
        guard words.count == 2, let model = ReadModelName(rawValue: words[0]),
            let runner = runners.first(where: { $0.site.projection == model.projection })
        else { return .refused("This server does not know the command.", status: 404) }
        let order: RebuildOrder?
        switch words[1] {
        case "status": order = nil
        case "start": order = .start
        case "pause": order = .pause
        case "resume": order = .resume
        case "swap-accepting-difference": order = .swap(acceptingDifference: true)
        case "drop": order = .drop
        default: return .refused("This server does not know the command.", status: 404)
        }
        do throws(RebuildRefusal) {
            guard let order else {
                let status = try await runner.settledStatus()
                return .done { $0.rebuild(status) }
            }
            let status = try await runner.carryOut(order)
            return .done { $0.rebuild(status) }
        } catch {
            return .refused(error.description)
        }
    }
}

extension JSONWriter {
    fileprivate mutating func projection(_ health: ProjectionHealth) {
        beginObject()
        member("projection", health.projection)
        switch health.phase {
        case .starting: member("phase", "starting")
        case .following: member("phase", "following")
        case .retrying: member("phase", "retrying")
        case .stopped: member("phase", "stopped")
        case .finished: member("phase", "finished")
        }
        member("lag_events", Int(health.lagEvents))
        if let failure = health.failure { self.failure(failure) }
        endObject()
    }

    fileprivate mutating func rebuild(_ status: RebuildStatus) {
        member("projection", status.projection)
        member("phase", status.phase.name)
        member("done_events", Int(status.doneEvents))
        member("goal_events", Int(status.goalEvents))
        member("events_per_second", status.eventsPerSecond.map { Int($0) })
        member("remaining_seconds", status.remainingSeconds.map { Int($0) })
        if case .failed(let failure) = status.phase { self.failure(failure) }
        if case .liveUnreadable(let reason) = status.phase { member("reason", reason) }
        if let verdict = status.verdict {
            name("verdict")
            beginObject()
            member("rows", Int(verdict.rows))
            member("differences", Int(verdict.differences))
            member("digest", verdict.digest.hex)
            endObject()
        }
        guard let comparison = status.comparison else { return }
        name("comparison")
        beginObject()
        member("rows", Int(comparison.rows))
        member("live_digest", comparison.liveDigest.hex)
        member("rebuilt_digest", comparison.rebuiltDigest.hex)
        member("differences", Int(comparison.differenceCount))
        name("first_differences")
        beginArray()
        for difference in comparison.differences { string(difference.description) }
        endArray()
        endObject()
    }

    private mutating func failure(_ failure: ProjectionFailure) {
        name("failure")
        beginObject()
        member("partition", failure.partition.number)
        member("position", Int(failure.position.value))
        member("reason", failure.reason)
        endObject()
    }
}
