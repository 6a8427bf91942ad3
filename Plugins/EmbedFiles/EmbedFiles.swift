// SPDX-License-Identifier: Apache-2.0

import Foundation
import PackagePlugin

/// Puts files into the binary, so that they are there wherever the binary goes: whatever lies in a
/// target's folder `Web`, and for the API its OpenAPI document.
@main
struct EmbedFiles: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        guard let target = target as? SourceModuleTarget else { return [] }
        let files = try files(of: target, in: context.package.directoryURL)
        let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedFiles.swift")
        return [
            .buildCommand(
                displayName: "Embedding \(files.count) files into \(target.name)",
                executable: try context.tool(named: "embed-files").url,
                arguments: [output.path()] + files.flatMap { [$0.name, $0.url.path()] },
                inputFiles: files.map(\.url),
                outputFiles: [output]
            )
        ]
    }

    private func files(
        of target: any SourceModuleTarget,
        in package: URL
    ) throws -> [(name: String, url: URL)] {
        if target.name == "HTTPAPI" {
            return [("openapi.yaml", package.appending(path: "docs/openapi.yaml"))]
        }
        let folder = target.directoryURL.appending(path: "Web")
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path())
        return names.sorted().compactMap { name in
            let url = folder.appending(path: name)
            return url.pathExtension.isEmpty ? nil : (name, url)
        }
    }
}
