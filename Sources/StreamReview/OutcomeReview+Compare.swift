// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain

extension OutcomeReview {
    /// Holds a stored fact against the one that was decided, and names each difference.
    func compare(
        _ placed: PlacedFact,
        with decided: OutcomeFact,
        into findings: inout [ReviewFinding]
    ) {
        let stored = placed.fact
        guard stored != decided else { return }
        var faults = stored.event.differences(from: decided.event)
        if stored.time != decided.time {
            faults.append(
                .valueDiffers(field: "time", from: "\(stored.time)", to: "\(decided.time)")
            )
        }
        if stored.cause != decided.cause {
            faults.append(
                .valueDiffers(
                    field: "cause",
                    from: "\(stored.cause.position)",
                    to: "\(decided.cause.position)"
                )
            )
        }
        findings += faults.map { ReviewFinding($0, at: placed.place) }
    }
}

extension OutcomeEvent {
    fileprivate func differences(from decided: OutcomeEvent) -> [ReviewFault] {
        switch (self, decided) {
        case (.opened(let stored), .opened(let decided)):
            stored.terms.differences(from: decided.terms)
        case (.signalApplied(let stored), .signalApplied(let decided)):
            stored.differences(from: decided)
        case (.signalDeadLettered(let stored), .signalDeadLettered(let decided)):
            stored.differences(from: decided)
        case (.signalRedriven(let stored), .signalRedriven(let decided)):
            verdict(stored.code?.rawValue ?? "routed", decided.code?.rawValue ?? "routed")
                + value("catalog_version", stored.catalogVersion, decided.catalogVersion)
                + value("reason", stored.reason, decided.reason)
        case (.signalDiscarded(let stored), .signalDiscarded(let decided)):
            value("reason", stored.reason, decided.reason)
        case (.settled(let stored), .settled(let decided)):
            stored.ending.differences(from: decided.ending)
                + value("proof", stored.proof, decided.proof)
        default:
            []
        }
    }
}

extension OutcomeTerms {
    fileprivate func differences(from decided: OutcomeTerms) -> [ReviewFault] {
        let fields: [(String, String, String)] = [
            ("agent_key", "\(agent)", "\(decided.agent)"),
            ("agent_inferred", "\(agentInferred)", "\(decided.agentInferred)"),
            ("customer_key", "\(customer.text.utf8.count) bytes", "another"),
            ("contract_version", "\(contractVersion)", "\(decided.contractVersion)"),
            ("contract", contract.hash.hex, decided.contract.hash.hex),
            ("rate_card_key", "\(rateCard)", "\(decided.rateCard)"),
            ("rate_card_version", "\(rateCardVersion)", "\(decided.rateCardVersion)"),
            ("price_per_unit", "\(price)", "\(decided.price)"),
            ("currency", "\(currency)", "\(decided.currency)"),
            ("currency_exponent", "\(currency.exponent)", "\(decided.currency.exponent)"),
            ("catalog_version", "\(catalogVersion)", "\(decided.catalogVersion)"),
        ]
        return fields.compactMap { field, stored, found in
            if field == "customer_key" {
                guard customer != decided.customer else { return nil }
            } else {
                guard stored != found else { return nil }
            }
            return .termsDiffer(field: field, from: stored, to: found)
        }
    }
}

extension Signal {
    fileprivate func differences(from decided: Signal) -> [ReviewFault] {
        guard self != decided else { return [] }
        return [
            .valueDiffers(field: "signal", from: "\(eventID)", to: "another than it was before")
        ]
    }
}

extension SignalApplied {
    fileprivate func differences(from decided: SignalApplied) -> [ReviewFault] {
        var faults = StreamReview.verdict(verdict, decided.verdict)
        faults += signal.differences(from: decided.signal)
        faults += value("number", number, decided.number)
        faults += value("settles_at", settlesAt, decided.settlesAt)
        faults += value("proof", proof, decided.proof)
        return faults
    }
}

extension SignalDeadLettered {
    fileprivate func differences(from decided: SignalDeadLettered) -> [ReviewFault] {
        var faults = verdict(code.rawValue, decided.code.rawValue)
        faults += signal.differences(from: decided.signal)
        faults += value("parked", parked, decided.parked)
        faults += value("catalog_version", catalogVersion, decided.catalogVersion)
        return faults
    }
}

extension Ending {
    fileprivate func differences(from decided: Ending) -> [ReviewFault] {
        guard state == decided.state else {
            return [.verdictDiffers(from: phrase, to: decided.phrase)]
        }
        guard let charge, let found = decided.charge, charge != found else { return [] }
        return [
            .amountDiffers(
                from: "\(charge.amount) \(charge.currency) for \(charge.quantity)",
                to: "\(found.amount) \(found.currency) for \(found.quantity)"
            )
        ]
    }
}

// MARK: Pieces

private func verdict(_ stored: String, _ decided: String) -> [ReviewFault] {
    stored == decided ? [] : [.verdictDiffers(from: stored, to: decided)]
}

private func value<Value: Equatable & CustomStringConvertible>(
    _ field: String,
    _ stored: Value,
    _ decided: Value
) -> [ReviewFault] {
    guard stored != decided else { return [] }
    return [.valueDiffers(field: field, from: "\(stored)", to: "\(decided)")]
}

private func value(_ field: String, _ stored: Int?, _ decided: Int?) -> [ReviewFault] {
    guard stored != decided else { return [] }
    return [
        .valueDiffers(
            field: field,
            from: stored.map(String.init) ?? "absent",
            to: decided.map(String.init) ?? "absent"
        )
    ]
}

/// What people wrote is not repeated.
private func value(_ field: String, _ stored: Text?, _ decided: Text?) -> [ReviewFault] {
    stored == decided ? [] : [.valueDiffers(field: field, from: "one text", to: "another")]
}

private func value(_ field: String, _ stored: Proof, _ decided: Proof) -> [ReviewFault] {
    guard stored != decided else { return [] }
    return [.valueDiffers(field: field, from: stored.digits, to: decided.digits)]
}

extension Proof {
    /// The truth of each node, at most the first 32.
    fileprivate var digits: String {
        String(truth.prefix(32).map { $0 ? "1" : "0" }) + (truth.count > 32 ? "..." : "")
    }
}
