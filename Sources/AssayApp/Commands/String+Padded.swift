// SPDX-License-Identifier: Apache-2.0

extension String {
    /// Filled with spaces behind, or before for a negative width.
    func padded(to width: Int) -> String {
        let spaces = String(repeating: " ", count: max(0, abs(width) - count))
        return width < 0 ? spaces + self : self + spaces
    }
}
