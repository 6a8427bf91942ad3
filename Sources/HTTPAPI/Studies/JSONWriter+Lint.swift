// SPDX-License-Identifier: Apache-2.0

import ContractLint
import ExactValues
import OutcomeDomain
import TrafficStudy

/// How what was found in a contract, and in traffic, looks in answers.
extension JSONWriter {
    mutating func lintMembers(_ report: LintReport) {
        name("condition")
        report.contract.condition.write(to: &self)
        member("contract_hash", report.contract.hash.hex)
        member("complete", report.isComplete)
        name("findings")
        beginArray()
        for finding in report.findings {
            beginObject()
            member("code", finding.code.rawValue)
            member("severity", finding.severity.rawValue)
            member("path", finding.path.pointer)
            member("message", finding.message)
            name("related")
            beginArray()
            for path in finding.related {
                string(path.pointer)
            }
            endArray()
            endObject()
        }
        endArray()
        name("observed")
        beginObject()
        sampleMembers(report.sample)
        endObject()
    }

    mutating func sampleMembers(_ sample: SignalSample) {
        member("outcomes", sample.outcomes)
        member("shortened_outcomes", sample.shortened)
        member("other_signals", sample.otherSignals)
        name("actions")
        beginArray()
        for (action, observed) in sample.ordered {
            beginObject()
            member("action", action.text)
            member("signals", observed.signals)
            member("outcomes", observed.outcomes)
            name("values")
            beginObject()
            member("string", observed.strings)
            member("number", observed.numbers)
            member("boolean", observed.booleans)
            member("none", observed.signals - observed.values)
            endObject()
            member("min", observed.minimum)
            member("max", observed.maximum)
            name("examples")
            beginArray()
            for text in observed.texts {
                self.text(text)
            }
            endArray()
            endObject()
        }
        endArray()
    }
}
