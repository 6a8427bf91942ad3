// SPDX-License-Identifier: Apache-2.0

import HTTPAPI
import OutcomeDomain
import OutcomeRuntime

/// `assay explain KEY`: why an outcome is what it is, from the log itself.
public enum Explain {
    /// Prints the explanation: as a tree, or as the API has it.
    ///
    /// `say`: Takes each line.
    /// - Throws: `CommandFailure` when the key or the account is not there, or several are.
    public static func run(
        _ question: OutcomeQuestion,
        configuration: AssayConfiguration,
        say: (String) -> Void
    ) async throws {
        try await OutcomeLookup.run(question, configuration) { lookup in
            let explanation = try await lookup.reader.explanation(
                of: lookup.key,
                account: lookup.account,
                isSandbox: lookup.isSandbox,
                at: question.moment
            )
            guard let explanation else { throw lookup.nothing(at: question.moment) }
            guard !question.isJSON else {
                let document = OutcomeDocuments.explanation(explanation, of: lookup.key)
                say(String(decoding: document, as: UTF8.self))
                return
            }
            for line in ExplanationLines(explanation, of: lookup.key).lines {
                say(line.printable)
            }
        }
    }
}
