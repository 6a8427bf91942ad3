// SPDX-License-Identifier: Apache-2.0

public import ExactValues

extension Explanation {
    /// Why the outcome is in its state, in a sentence or two.
    public var reason: String { reason { $0.description } }

    /// The same, with instants written as `written` has them.
    public func reason(_ written: (Timestamp) -> String) -> String {
        guard let state, let end = settlesAt.map(written) else {
            let waiting = letters.filter(\.isParked).count
            return waiting == 0
                ? "No signal has opened the outcome."
                : "No signal could open the outcome: \(waiting == 1 ? "one waits" : "\(waiting) wait")"
                    + " for what the catalog lacks."
        }
        let since = turnedBy.map { " since \"\($0.action)\" at \(written($0.receivedAt))" } ?? ""
        switch state {
        case .open:
            return "The condition has not held yet. If it does not before \(end) the outcome is "
                + "MISSED."
        case .pending where scheduledResolution == .confirmed:
            return "The condition holds\(since). If nothing changes that before \(end) the outcome "
                + "is CONFIRMED."
        case .pending:
            return "The condition has held, and does not\(since). If nothing changes that before "
                + "\(end) the outcome is FAILED."
        case .confirmed:
            return "The condition held\(since) and when the window ended at \(end)."
        case .failed:
            return "The condition had held, and did not any more\(since) when the window ended at "
                + "\(end)."
        case .missed:
            return "The condition never held before the window ended at \(end)."
        }
    }
}

extension Counterfactual {
    /// The change in words, such as `one "reopened" before 2026-03-04T10:12:00.000000Z`.
    public var text: String { text { $0.description } }

    /// The same, with instants written as `written` has them.
    public func text(_ written: (Timestamp) -> String) -> String {
        let end = written(before)
        return changes.map { $0.text(before: end) }.joined(separator: " and ")
    }
}

extension FactChange {
    /// The change in words.
    func text(before end: String) -> String {
        switch kind {
        case .added(let number, let range):
            let with = range.map { " with \($0.text)" } ?? ""
            return "\(Self.counted(number))\(count > 0 ? " more" : "") \"\(action)\"\(with) before "
                + "\(end)"
        case .value(let range, let before):
            return "\"\(action)\" \(range.text) instead of \(before.text)"
        case .absent(_, remaining: 0):
            return "without \"\(action)\""
        case .absent(let number, _):
            return "\(Self.counted(number)) \"\(action)\" fewer"
        }
    }

    private static func counted(_ number: Int) -> String { number == 1 ? "one" : "\(number)" }
}

extension ValueRange {
    /// The values in words.
    public var text: String {
        switch bounds {
        case .exactly(let value): value.text
        case .text(let others):
            "another text than "
                + others.map { SignalValue.string($0).text }.joined(separator: " or ")
        case .numbers(let low?, let high?): "more than \(low) and less than \(high)"
        case .numbers(let low?, nil): "more than \(low)"
        case .numbers(nil, let high?): "less than \(high)"
        case .numbers(nil, nil): "a number"
        }
    }
}

extension SignalValue {
    /// The value as JSON has it.
    public var text: String {
        switch self {
        case .string(let text):
            var writer = JSONWriter(reserving: 32)
            writer.text(text)
            return String(decoding: writer.bytes, as: UTF8.self)
        case .number(let number): return "\(number)"
        case .boolean(let boolean): return "\(boolean)"
        }
    }
}
