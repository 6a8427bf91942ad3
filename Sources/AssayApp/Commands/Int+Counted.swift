// SPDX-License-Identifier: Apache-2.0

extension Int {
    /// So many of something, for a person: `1 event`, `2 events`.
    func counted(_ noun: String) -> String { "\(self) \(noun)\(self == 1 ? "" : "s")" }
}
