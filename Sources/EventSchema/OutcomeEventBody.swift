// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain

/// The bodies of the events of outcomes.
enum OutcomeEventBody {
    static func write(_ event: OutcomeEvent) -> [UInt8] {
        var writer = WrittenWriter(reserving: reservation(event))
        writer.put("{")
        switch event {
        case .opened(let opened): opened.terms.write(to: &writer)
        case .signalApplied(let applied): applied.write(to: &writer)
        case .signalDeadLettered(let letter): letter.write(to: &writer)
        case .signalRedriven(let redriven): redriven.write(to: &writer)
        case .signalDiscarded(let discarded): discarded.write(to: &writer)
        case .settled(let settled): settled.write(to: &writer)
        }
        writer.put("}")
        return writer.bytes
    }

    /// One case for each form there has ever been; an older one is brought up to today's here.
    static func read(
        _ type: OutcomeEventType,
        schema: Int,
        _ reader: inout WrittenReader
    ) throws(WrittenFault) -> OutcomeEvent {
        switch (type, schema) {
        case (.outcomeOpened, 1): .opened(OutcomeOpened(terms: try OutcomeTerms(&reader)))
        case (.signalApplied, 1): .signalApplied(try SignalApplied(&reader))
        case (.signalDeadLettered, 1): .signalDeadLettered(try SignalDeadLettered(&reader))
        case (.signalRedriven, 1): .signalRedriven(try SignalRedriven(&reader))
        case (.signalDiscarded, 1): .signalDiscarded(try SignalDiscarded(&reader))
        case (.outcomeSettled, 1): .settled(try OutcomeSettled(&reader))
        default: throw reader.fault(.unknownSchema)
        }
    }

    private static func reservation(_ event: OutcomeEvent) -> Int {
        switch event {
        case .opened(let opened): 512 + opened.terms.contract.canonicalBytes.count
        case .signalApplied(let applied): 512 + 6 * applied.proof.truth.count
        case .signalDeadLettered: 512
        case .signalRedriven, .signalDiscarded: 128
        case .settled(let settled): 160 + 6 * settled.proof.truth.count
        }
    }
}

// MARK: Opening

extension OutcomeTerms {
    fileprivate func write(to writer: inout WrittenWriter) {
        writer.put("\"agent_key\":", agent.text)
        writer.put(",\"agent_inferred\":", agentInferred)
        writer.put(",\"customer_key\":", customer.text)
        writer.put(",\"contract_version\":", contractVersion)
        writer.put(",\"contract\":", contract)
        writer.put(",\"rate_card_key\":", rateCard.text)
        writer.put(",\"rate_card_version\":", rateCardVersion)
        writer.put(",\"price_per_unit\":", price)
        writer.put(",\"currency\":", currency)
        writer.put(",\"catalog_version\":", catalogVersion)
    }

    fileprivate init(_ reader: inout WrittenReader) throws(WrittenFault) {
        try reader.expect("\"agent_key\":")
        let agent = try reader.slug()
        try reader.expect(",\"agent_inferred\":")
        let agentInferred = try reader.bool()
        try reader.expect(",\"customer_key\":")
        let customer = try reader.customerKey()
        try reader.expect(",\"contract_version\":")
        let contractVersion = try reader.count(from: 1)
        try reader.expect(",\"contract\":")
        let contract = try reader.contract()
        try reader.expect(",\"rate_card_key\":")
        let rateCard = try reader.slug()
        try reader.expect(",\"rate_card_version\":")
        let rateCardVersion = try reader.count(from: 1)
        try reader.expect(",\"price_per_unit\":")
        let price = try reader.amount()
        try reader.expect(",\"currency\":")
        let currency = try reader.currency()
        try reader.expect(",\"catalog_version\":")
        self.init(
            agent: agent,
            agentInferred: agentInferred,
            customer: customer,
            contractVersion: contractVersion,
            contract: contract,
            rateCard: rateCard,
            rateCardVersion: rateCardVersion,
            price: price,
            currency: currency,
            catalogVersion: try reader.count(from: 1)
        )
    }
}

// MARK: Signals

extension SignalApplied {
    fileprivate func write(to writer: inout WrittenWriter) {
        writer.put("\"signal\":")
        signal.write(to: &writer)
        writer.put(",\"number\":", number)
        writer.put(",\"settles_at\":", settlesAt)
        switch scheduledResolution {
        case nil:
            writer.put(",\"state\":\"OPEN\"")
        case .confirmed:
            writer.put(",\"state\":\"PENDING\",\"scheduled_resolution\":\"CONFIRMED\"")
        case .failed:
            writer.put(",\"state\":\"PENDING\",\"scheduled_resolution\":\"FAILED\"")
        }
        writer.put(",\"proof\":")
        proof.write(to: &writer)
    }

    fileprivate init(_ reader: inout WrittenReader) throws(WrittenFault) {
        try reader.expect("\"signal\":")
        let signal = try Signal(&reader)
        try reader.expect(",\"number\":")
        let number = try reader.count(from: 1)
        try reader.expect(",\"settles_at\":")
        let settlesAt = try reader.timestamp()
        try reader.expect(",\"state\":")
        let resolution: Resolution?
        if reader.accept("\"OPEN\"") {
            resolution = nil
        } else {
            try reader.expect("\"PENDING\",\"scheduled_resolution\":")
            resolution = reader.accept("\"CONFIRMED\"") ? .confirmed : .failed
            if resolution == .failed { try reader.expect("\"FAILED\"") }
        }
        try reader.expect(",\"proof\":")
        self.init(
            signal: signal,
            number: number,
            settlesAt: settlesAt,
            scheduledResolution: resolution,
            proof: try Proof(&reader)
        )
    }
}

extension SignalDeadLettered {
    fileprivate func write(to writer: inout WrittenWriter) {
        writer.put("\"signal\":")
        signal.write(to: &writer)
        writer.put(",\"code\":", code.rawValue)
        writer.put(",\"parked\":", parked)
        if let catalogVersion { writer.put(",\"catalog_version\":", catalogVersion) }
    }

    fileprivate init(_ reader: inout WrittenReader) throws(WrittenFault) {
        try reader.expect("\"signal\":")
        let signal = try Signal(&reader)
        try reader.expect(",\"code\":")
        let code = try reader.deadLetterCode()
        try reader.expect(",\"parked\":")
        let parked = try reader.bool()
        self.init(
            signal: signal,
            code: code,
            parked: parked,
            catalogVersion: try reader.optionalCatalogVersion()
        )
    }
}

extension SignalRedriven {
    fileprivate func write(to writer: inout WrittenWriter) {
        writer.put("\"event_id\":", eventID)
        if let code { writer.put(",\"code\":", code.rawValue) }
        if let reason { writer.put(",\"reason\":", reason) }
        if let catalogVersion { writer.put(",\"catalog_version\":", catalogVersion) }
    }

    fileprivate init(_ reader: inout WrittenReader) throws(WrittenFault) {
        try reader.expect("\"event_id\":")
        let eventID = try reader.eventID()
        let code = reader.accept(",\"code\":") ? try reader.deadLetterCode() : nil
        let reason = reader.accept(",\"reason\":") ? try reader.text() : nil
        self.init(
            eventID: eventID,
            code: code,
            reason: reason,
            catalogVersion: try reader.optionalCatalogVersion()
        )
    }
}

extension SignalDiscarded {
    fileprivate func write(to writer: inout WrittenWriter) {
        writer.put("\"event_id\":", eventID)
        writer.put(",\"reason\":", reason)
    }

    fileprivate init(_ reader: inout WrittenReader) throws(WrittenFault) {
        try reader.expect("\"event_id\":")
        let eventID = try reader.eventID()
        try reader.expect(",\"reason\":")
        self.init(eventID: eventID, reason: try reader.text())
    }
}

extension WrittenReader {
    fileprivate mutating func optionalCatalogVersion() throws(WrittenFault) -> Int? {
        accept(",\"catalog_version\":") ? try count(from: 0) : nil
    }

    fileprivate mutating func deadLetterCode() throws(WrittenFault) -> DeadLetterCode {
        let start = position
        guard let code = DeadLetterCode(rawValue: try text().string) else {
            throw fault(.invalidValue, at: start)
        }
        return code
    }
}

// MARK: Settlement

extension OutcomeSettled {
    fileprivate func write(to writer: inout WrittenWriter) {
        switch ending {
        case .confirmed(let charge):
            writer.put("\"state\":\"CONFIRMED\"")
            writer.put(",\"quantity\":", charge.quantity)
            writer.put(",\"amount\":", charge.amount)
            writer.put(",\"currency\":", charge.currency)
        case .failed:
            writer.put("\"state\":\"FAILED\"")
        case .missed:
            writer.put("\"state\":\"MISSED\"")
        }
        writer.put(",\"proof\":")
        proof.write(to: &writer)
    }

    fileprivate init(_ reader: inout WrittenReader) throws(WrittenFault) {
        try reader.expect("\"state\":")
        let ending = try Self.ending(&reader)
        try reader.expect(",\"proof\":")
        self.init(ending: ending, proof: try Proof(&reader))
    }

    private static func ending(_ reader: inout WrittenReader) throws(WrittenFault) -> Ending {
        if reader.accept("\"FAILED\"") { return .failed }
        if reader.accept("\"MISSED\"") { return .missed }
        try reader.expect("\"CONFIRMED\",\"quantity\":")
        let quantity = try reader.wideDecimalString()
        try reader.expect(",\"amount\":")
        let amount = try reader.wideDecimalString()
        try reader.expect(",\"currency\":")
        let currency = try reader.currency()
        return .confirmed(Charge(quantity: quantity, amount: amount, currency: currency))
    }
}
