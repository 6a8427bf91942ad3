// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AssayApp

@main
struct Assay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "assay",
        abstract: "Outcome-based billing for AI agents, with proof attached.",
        version: AssayVersion.current,
        subcommands: [
            ServeCommand.self, DemoCommand.self, AccountCommand.self, TokenCommand.self,
            UserCommand.self,
            ImportCommand.self, ReplayCommand.self, ExplainCommand.self, TraceCommand.self,
            EvidenceCommand.self, VerifyCommand.self, AuditCommand.self, RebuildCommand.self,
            ProjectionsCommand.self, CopyCommand.self, KeyCommand.self, CheckpointsCommand.self,
            SchemaCommand.self, VersionCommand.self,
        ]
    )
}
