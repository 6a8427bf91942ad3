// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AssayApp
import BillingLedger
import Evidence
import ExactValues
import OutcomeDomain

struct EvidenceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evidence",
        abstract: "Write one file that proves outcomes, a posting, or a customer's bill.",
        discussion: """
            Reads the store, also beside the server that runs it, and signs with its key file. Give \
            outcome keys, or --posting, or --customer with --from and --to (by the time of booking). \
            See docs/audit.md.
            """
    )

    @OptionGroup var store: StoreOptions

    @Argument(help: "The keys of outcomes.")
    var keys: [String] = []

    @Option(help: "A posting of the ledger, pst_...")
    var posting: String?

    @Option(help: "A customer's key, for everything booked in a period.")
    var customer: String?

    @Option(help: "The beginning of the period: a date (UTC) or an RFC 3339 time.")
    var from: String?

    @Option(help: "The end of the period, which is not in it any more.")
    var to: String?

    @Option(help: "The account, acct_...; may be left out when the store has one.")
    var account: String?

    @Option(help: "The file to write; without it the bundle is printed.")
    var out: String?

    @Option(help: "A file of 'assay checkpoints export' that you have kept: it is led on from.")
    var checkpoints: String?

    @Option(help: "How many seconds to wait for a checkpoint over the last events.")
    var wait: Int?

    func run() async throws {
        try await Command.run {
            try await CollectEvidence.run(
                CollectEvidence.Request(
                    subject: try subject(),
                    account: account,
                    file: out,
                    exported: checkpoints,
                    waitSeconds: wait
                ),
                configuration: try await store.load(),
                tell: Command.tell
            )
        }
    }

    private func subject() throws -> BundleSubject {
        switch (keys.isEmpty, posting, customer) {
        case (false, nil, nil):
            guard keys.count <= BundleSubject.limitKeys else {
                throw CommandFailure(
                    "One bundle names at most \(BundleSubject.limitKeys) outcomes."
                )
            }
            return .outcomes(try keys.map(key))
        case (true, let posting?, nil):
            guard let id = PostingID(posting) else {
                throw CommandFailure("'\(posting)' is not a posting's id: pst_ and 40 digits.")
            }
            return .posting(id)
        case (true, nil, let customer?):
            guard let key = CustomerKey(Text(customer)) else {
                throw CommandFailure("'\(customer)' is not a customer's key: 1 to 255 characters.")
            }
            let (start, end) = (try time(from, "--from"), try time(to, "--to"))
            guard start < end else {
                throw CommandFailure("--from has to be before --to.")
            }
            return .period(key, from: start, to: end)
        default:
            throw CommandFailure(
                "Give outcome keys, or --posting, or --customer with --from and --to."
            )
        }
    }

    private func key(_ text: String) throws -> OutcomeKey {
        guard let key = OutcomeKey(Text(text)) else {
            throw CommandFailure("'\(text)' is not an outcome key: 8 to 255 characters.")
        }
        return key
    }

    private func time(_ text: String?, _ name: String) throws -> Timestamp {
        guard let text else { throw CommandFailure("A customer's bill needs \(name).") }
        guard let time = Timestamp(text) ?? Timestamp(text + "T00:00:00Z") else {
            throw CommandFailure("\(name) must be a date such as 2026-01-31, or an RFC 3339 time.")
        }
        return time
    }
}

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check an evidence bundle, with no server and no store.",
        discussion: """
            Ends with status 0 when everything in it holds, else with 1 and the places. \
            docs/verify_evidence.py does the same without Assay.
            """
    )

    @Argument(help: "The bundle.")
    var file: String

    @Option(help: "A public key that you trust, as 'assay key show' prints it; may be repeated.")
    var key: [String] = []

    @Option(help: "A file of 'assay checkpoints export' that you have kept.")
    var checkpoints: String?

    func run() async throws {
        var isProven = false
        try await Command.run {
            guard !key.isEmpty else {
                throw CommandFailure("Name a key that you trust with --key.")
            }
            isProven = try await VerifyBundle.run(
                file: file,
                keys: key,
                exported: checkpoints,
                say: Command.say
            )
        }
        if !isProven { throw ExitCode(1) }
    }
}
