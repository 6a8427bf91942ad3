// SPDX-License-Identifier: Apache-2.0

/// The labels of one series, sorted by name; of labels with one name the first is kept.
struct LabelSet: Hashable, Sendable {
    /// The value that stands for all label sets beyond the limit.
    static let foldedValue = "other"

    struct Label: Hashable, Sendable {
        let name: String
        let value: String
    }

    let labels: [Label]

    init(_ dimensions: [(String, String)]) {
        var labels: [Label] = []
        for (dimension, value) in dimensions {
            let name = MetricName.dimension(dimension)
            guard !labels.contains(where: { $0.name == name }) else { continue }
            labels.append(Label(name: name, value: value))
        }
        self.labels = labels.sorted { $0.name < $1.name }
    }

    private init(labels: [Label]) {
        self.labels = labels
    }

    /// The same names, each with the value that stands for all others.
    var folded: LabelSet {
        LabelSet(labels: labels.map { Label(name: $0.name, value: Self.foldedValue) })
    }

    /// As it stands in the exposition: nothing, or `{name="value",..}`.
    var description: String { description(upperBound: nil) }

    /// The same, with the upper bound of a bucket after the other labels.
    func description(upperBound: String?) -> String {
        var parts = labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }
        if let upperBound { parts.append("le=\"\(upperBound)\"") }
        return parts.isEmpty ? "" : "{\(parts.joined(separator: ","))}"
    }

    private static func escaped(_ value: String) -> String {
        var text = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": text += #"\\"#
            case "\"": text += #"\""#
            case "\n": text += #"\n"#
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
