// SPDX-License-Identifier: Apache-2.0

/// Text in the exposition format 0.0.4, written metric by metric.
struct ExpositionText {
    /// Up to here every whole number has a double of its own.
    private static let exactLimit = 9_007_199_254_740_992.0

    private(set) var string = ""

    mutating func append(_ family: MetricFamily, named name: String, help: String?) {
        if let help { string += "# HELP \(name) \(Self.escaped(help))\n" }
        string += "# TYPE \(name) \(family.kind.rawValue)\n"
        for conflict in family.conflicts.map(\.rawValue).sorted() {
            string += "# \(name) was also asked for as a \(conflict); that one is not exposed\n"
        }
        let sorted = family.series.map {
            (text: $0.key.description, labels: $0.key, series: $0.value)
        }
        .sorted { $0.text < $1.text }
        for entry in sorted {
            entry.series.write(to: &self, name: name, labels: entry.labels)
        }
    }

    mutating func sample(_ name: String, _ labels: String, _ value: String) {
        string += "\(name)\(labels) \(value)\n"
    }

    /// A number as Prometheus reads it: whole ones without a point.
    static func number(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "-Inf" : "+Inf" }
        guard value == value.rounded(), value.magnitude < exactLimit else {
            return value.description
        }
        return Int64(value).description
    }

    private static func escaped(_ help: String) -> String {
        var text = ""
        for scalar in help.unicodeScalars {
            switch scalar {
            case "\\": text += #"\\"#
            case "\n": text += #"\n"#
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
