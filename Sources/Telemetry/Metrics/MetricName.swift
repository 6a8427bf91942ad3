// SPDX-License-Identifier: Apache-2.0

/// From the labels of swift-metrics to names Prometheus accepts.
enum MetricName {
    /// The name of a gauge or of a histogram that is no timer.
    static func plain(_ label: String) -> String {
        legal(label, allowsColon: true)
    }

    /// The name of a counter, which ends in `_total`.
    static func counter(_ label: String) -> String {
        ending(plain(label), "_total")
    }

    /// The name of a timer, which ends in `_seconds`.
    static func timer(_ label: String) -> String {
        ending(plain(label), "_seconds")
    }

    /// The name of a dimension.
    static func dimension(_ name: String) -> String {
        let legal = legal(name, allowsColon: false)
        // `le` belongs to histograms, and two underscores in front to Prometheus itself.
        return legal == "le" || legal.hasPrefix("__") ? "label_\(legal)" : legal
    }

    private static func ending(_ name: String, _ suffix: String) -> String {
        name.hasSuffix(suffix) ? name : name + suffix
    }

    private static func legal(_ text: String, allowsColon: Bool) -> String {
        var name = ""
        for byte in text.utf8 {
            switch byte {
            case 0x41...0x5A, 0x61...0x7A, 0x5F: break
            case 0x30...0x39:
                if name.isEmpty { name.append("_") }
            case 0x3A where allowsColon: break
            default:
                name.append("_")
                continue
            }
            name.unicodeScalars.append(Unicode.Scalar(byte))
        }
        return name.isEmpty ? "_" : name
    }
}
