// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import ExactValues
import OutcomeDomain

/// Customers whose keys begin with a text: they lie side by side, so nothing is scanned.
struct CustomerSearch {
    private let prefix: Text

    /// Without a text every customer is found.
    init(_ prefix: String) { self.prefix = Text(prefix) }

    /// At most `limit` customers after a place, in the order of their keys.
    func page(of catalog: Catalog, after place: CustomerKey?, limit: Int) -> [Customer] {
        guard !prefix.isEmpty else { return catalog.customers(after: place, limit: limit) }
        guard let first = CustomerKey(prefix) else { return [] }
        var found: [Customer] = []
        if place.map({ $0 < first }) ?? true, let exact = catalog.customer(first) {
            found.append(exact)
        }
        let start = max(place ?? first, first)
        let rest = catalog.customers(after: start, limit: max(0, limit - found.count))
        return found + rest.prefix { $0.key.text.utf8.starts(with: prefix.utf8) }
    }
}
