// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AssayApp

struct StoreOptions: ParsableArguments {
    @Option(
        help: """
            Where the data is: sqlite:PATH or postgres://HOST/DATABASE (ASSAY_STORE; \
            sqlite:data/assay.sqlite).
            """
    )
    var store: String?

    @Option(help: "A JSON file with settings (ASSAY_CONFIG); flags and environment win over it.")
    var config: String?

    func load() async throws -> AssayConfiguration {
        try await AssayConfiguration.load(ConfigurationFlags(store: store, file: config))
    }
}
